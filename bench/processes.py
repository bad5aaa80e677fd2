"""What a measurement starts lives in a process group of its own, which ends with the block and,
whatever kills the bench (`kill -9` too), with the bench: its leader holds on to a lifeline.

    python -m bench.processes FOLDER WORDS …
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from config import lifeline

ROOT = Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def started(
    words: list[str],
    *,
    environment: Mapping[str, str] = os.environ,
    folder: Path = ROOT,
    quiet: bool = False,
) -> Iterator["subprocess.Popen[bytes]"]:
    """The group's leader; what it runs is its one child, and it ends when that does."""
    reading, writing = os.pipe()
    output = subprocess.DEVNULL if quiet else None
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.processes", str(folder), *words],
        cwd=ROOT,
        env={**environment, lifeline.VARIABLE: str(reading)},
        pass_fds=(reading,),
        stdout=output,
        stderr=output,
        start_new_session=True,
    )
    os.close(reading)
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(writing)


def lead(folder: str, *words: str) -> int:
    signal.signal(signal.SIGTERM, lambda *_: None)  # the child has its time to end
    lifeline.watch()
    del os.environ[lifeline.VARIABLE]  # the pipe is ours, and not passed on
    return subprocess.call(words, cwd=folder)


if __name__ == "__main__":
    sys.exit(lead(*sys.argv[1:]))
