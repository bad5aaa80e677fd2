"""Keeps the children alive. `manage.py up` turns into this when everything is prepared.

It knows nothing of Django, so that it weighs a tenth of what the others do; what to start and what
to say stands in SEGNOPIU_PLAN.
"""

import json
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass

from config.children import Child, Family

VARIABLE = "SEGNOPIU_PLAN"
# a start is no outage: the tick gets its two minutes and a little
FIRST_LOOK_SECONDS = 135
LOOK_EVERY_SECONDS = 15
AFTER_ALARM_SECONDS = 300


@dataclass(frozen=True)
class Plan:
    """`children`: (name, command, environment) in their order; the others wait for the first `web`."""

    host: str
    port: int
    children: list[tuple[str, list[str], dict[str, str]]]
    greeting: list[str]
    alarm: list[str]


class Watch:
    """Asks the site how old the tick is; when it is too old, or nobody answers, `alarm` looks itself."""

    def __init__(self, host: str, port: int, alarm: Child) -> None:
        self.url = f"http://{host}:{port}/readyz"
        self.alarm = alarm
        self.next_look = time.monotonic() + FIRST_LOOK_SECONDS

    def look(self, lifeline: int) -> None:
        if time.monotonic() < self.next_look:
            return
        self.next_look = time.monotonic() + LOOK_EVERY_SECONDS
        if not self.ticking():
            self.next_look = time.monotonic() + AFTER_ALARM_SECONDS
            self.alarm.signal(signal.SIGKILL)  # the one before hangs, if it is there at all
            self.alarm.start(lifeline)

    def ticking(self) -> bool:
        try:
            with urllib.request.urlopen(self.url, timeout=2) as reply:  # noqa: S310  our own site
                return bool(json.load(reply)["tick"])
        except urllib.error.HTTPError as answer:  # 503: something is wrong, perhaps not the tick
            try:
                return bool(json.load(answer)["tick"])
            except (ValueError, KeyError, OSError):
                return False
        except (ValueError, KeyError, OSError):
            return False


def become(plan: Plan) -> None:
    """This process goes on as the supervisor, under the same number. Does not return."""
    os.environ[VARIABLE] = json.dumps(asdict(plan))
    sys.stdout.flush()
    # whoever looks for it among the processes finds it under the name it was started with
    words = [sys.executable, "-m", "config.supervisor", "manage.py", "up"]
    os.execv(sys.executable, words)  # noqa: S606


def run(plan: Plan, say: Callable[[str], None]) -> None:
    family = Family(say)
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopping.append(got))
    watch = Watch(plan.host, plan.port, Child("alarm", plan.alarm))
    try:
        for name, command, environment in plan.children:
            family.add(Child(name, command, environment))
            if name == "web":  # alone at first: the site answers sooner
                _wait_for_web(plan, family, stopping)
        for line in plan.greeting:
            say(line)
        while not stopping:
            family.tend()
            watch.look(family.reading)
            time.sleep(0.2)
    finally:
        say("Stopping …")
        watch.alarm.signal(signal.SIGKILL)
        family.end()


def _wait_for_web(plan: Plan, family: Family, stopping: list[int]) -> None:
    """Until the site answers, so that nobody opens an address that does not work yet."""
    deadline = time.monotonic() + 60
    while not stopping and time.monotonic() < deadline and not _answers(plan):
        family.tend()
        time.sleep(0.05)


def _answers(plan: Plan) -> bool:
    try:
        socket.create_connection((plan.host.strip("[]"), plan.port), timeout=1).close()
    except OSError:
        return False
    return True


def _say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    run(Plan(**json.loads(os.environ.pop(VARIABLE))), _say)
