"""What a measurement starts goes with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from process_support import marked, wait_for

ROOT = Path(__file__).resolve().parents[2]
# what is measured has a child of its own, and neither knows anything of the bench
MEASURED = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)  # {mark}"])
time.sleep(60)  # {mark}
"""
BENCH = """
import signal, sys, time
from bench.processes import started
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
with started([sys.executable, "-c", {measured!r}]):
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_bench_that_ends_leaves_nobody_behind(number):
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    code = BENCH.format(measured=MEASURED.format(mark=mark))
    bench = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        # the bench, the leader of the group, what it runs, and the child of that
        assert wait_for(lambda: len(marked(mark)) == 4)
    finally:
        bench.send_signal(number)
        bench.wait(20)
    assert wait_for(lambda: not marked(mark), 10)
