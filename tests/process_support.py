"""Looking at the process table, and waiting for what others do."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest


def marked(mark: str) -> list[int]:
    """Other processes with the mark in their command line."""
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("reads the process table in /proc, which only Linux has")
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and int(entry.name) != os.getpid():
            try:
                if mark in (entry / "cmdline").read_bytes().decode(errors="replace"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_for(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
