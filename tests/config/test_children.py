"""The supervisor's children: started again when they die, gone when it is, even by kill -9."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from process_support import marked, wait_for

ROOT = Path(__file__).resolve().parents[2]
# a child with a child of its own, both of which ignore nothing but know no supervisor by pid
CHILD = """
import subprocess, sys, time
from config import lifeline
lifeline.watch()
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)  # {mark}"])
time.sleep(60)  # {mark}
"""
SUPERVISOR = """
import sys, time
from config.children import Child, Family
family = Family(lambda words: None)
family.add(Child("one", [sys.executable, "-c", {child!r}]))
while True:
    family.tend()
    time.sleep(0.05)
"""


@pytest.fixture
def supervisor(tmp_path):
    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    code = SUPERVISOR.format(child=CHILD.format(mark=mark))
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    # the supervisor's own command line holds the mark too
    assert wait_for(lambda: len(marked(mark)) == 3)
    yield process, mark
    process.kill()
    process.wait()
    assert wait_for(lambda: not marked(mark))


def test_a_killed_supervisor_leaves_nobody_behind(supervisor):
    process, mark = supervisor
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert wait_for(lambda: not marked(mark), 10)


def test_a_killed_child_is_started_again_and_takes_its_own_children_along(supervisor):
    process, mark = supervisor
    before = set(marked(mark)) - {process.pid}
    leader = next(pid for pid in before if os.getpgid(pid) == pid)
    os.kill(leader, signal.SIGKILL)
    assert wait_for(lambda: not before & set(marked(mark)))
    assert wait_for(lambda: len(marked(mark)) == 3)
