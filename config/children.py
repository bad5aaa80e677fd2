"""The processes that `manage.py up` keeps alive."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config import memory
from config.lifeline import VARIABLE

# a child that dies at once is started again ever more slowly
PAUSES = (0.5, 1, 2, 5, 15, 30)
SETTLED_SECONDS = 60
PROJECT = Path(__file__).resolve().parent.parent


@dataclass
class Child:
    """One process in a group of its own, so that its own children go with it."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    failures: int = 0
    wait_until: float = 0.0

    def start(self, lifeline: int) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=PROJECT,  # from wherever it was started: the packages stand there
            env={**memory.ENVIRONMENT, **os.environ, **self.environment, VARIABLE: str(lifeline)},
            pass_fds=(lifeline,),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        self.started = time.monotonic()

    def signal(self, number: int) -> None:
        if self.process:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                pass

    def died(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def bury(self, say: Callable[[str], None]) -> None:
        """Ends what is left of its group and decides when it may come back."""
        assert self.process
        self.signal(signal.SIGKILL)
        if time.monotonic() - self.started > SETTLED_SECONDS:
            self.failures = 0
        pause = PAUSES[min(self.failures, len(PAUSES) - 1)]
        self.failures += 1
        self.wait_until = time.monotonic() + pause
        say(f"{self.name} ended ({self.process.returncode}); starting it again in {pause:g} s")
        self.process = None


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", *words]


class Family:
    """All children and the pipe that ties them to us."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.children: list[Child] = []
        self.reading, self.writing = os.pipe()
        os.set_inheritable(self.writing, False)

    def add(self, child: Child) -> None:
        self.children.append(child)
        child.start(self.reading)

    def tend(self) -> None:
        """Starts again who died; to be called a few times a second."""
        for child in self.children:
            if child.died():
                child.bury(self.say)
            elif child.process is None and time.monotonic() >= child.wait_until:
                child.start(self.reading)

    def end(self, grace: float = 10.0) -> None:
        """Asks everybody to finish, then insists."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        while time.monotonic() < deadline and any(
            child.process and child.process.poll() is None for child in self.children
        ):
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
