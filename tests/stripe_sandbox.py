"""The sandbox as a process of its own, for tests of giving and of posting."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from ports import free_port

ROOT = Path(__file__).parents[1]


@contextmanager
def running(data: Path) -> Iterator[str]:
    """Its address, once it answers."""
    port = free_port()
    words = ["--port", str(port), "--data", str(data)]
    process = subprocess.Popen([sys.executable, "-m", "sandbox", *words], cwd=ROOT)
    try:
        _wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            requests.get(f"{url}/_control/", timeout=2)
            return
        except requests.ConnectionError:
            assert time.monotonic() < deadline, "the sandbox does not answer"
            time.sleep(0.05)
