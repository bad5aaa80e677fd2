"""Real processes for the tests of giving: forks, taken before any connection is open."""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

import requests
from django.conf import settings


def in_fork(work: Callable[[], None]) -> int:
    """Starts `work` in a process of its own."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        os._exit(0)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        os._exit(1)


def end_of(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def begun(work: Callable[[], Any]) -> Callable[[], Any]:
    """`work` is on its way in a fork; called, this waits for what it returns (None: it failed)."""
    reading, writing = os.pipe()

    def write() -> None:
        os.write(writing, json.dumps(work()).encode())

    pid = in_fork(write)
    os.close(writing)

    def answer() -> Any:
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read()
        end_of(pid)
        return json.loads(said or "null")

    return answer


def told(work: Callable[[], Any]) -> Any:
    """What `work` returns, worked out in a fork, so that this process opens no connection."""
    return begun(work)()


def control(action: str, **data: Any) -> dict[str, Any]:
    """What donors, banks and treasurers do at Stripe."""
    url = f"{settings.STRIPE_API_BASE}/_control/stripe/{action}"
    return dict(requests.post(url, json=data, timeout=10).json())
