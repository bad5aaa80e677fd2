"""The doorbell costs nobody time, whatever the broker does."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from outbox.bell import Bell

ROOT = Path(__file__).resolve().parents[2]
RING = """
import time
from unittest import mock
from config.beat import app
from django.db import transaction
from outbox.bell import Bell
task = app.task(name="config.tasks.heartbeat")(lambda: None)
bells = [Bell(task), Bell(task)]
with mock.patch.object(transaction, "on_commit", lambda ring, robust: ring()):
    for number in range(10):
        began = time.monotonic()
        bells[number % 2].ring()
        print(time.monotonic() - began)
"""


class Task:
    def __init__(self, *, works: bool = True) -> None:
        self.works, self.calls = works, 0

    def apply_async(self, args: Any, **kwargs: Any) -> None:
        self.calls += 1
        if not self.works:
            raise ConnectionError("no broker")


@pytest.fixture(autouse=True)
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bell, "_broken_until", 0.0)


@pytest.fixture(params=["closed", "hangs"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Of a broker that is not there, or that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1]
        if request.param == "closed":
            listening.close()
        yield number


@pytest.mark.parametrize("url", ["redis://127.0.0.1:{}/0", "amqp://guest@127.0.0.1:{}//"])
def test_a_broker_that_is_away_costs_two_seconds_once(url: str, port: int, tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", RING],
        cwd=ROOT,
        env={**os.environ, "CELERY_BROKER_URL": url.format(port), "VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    first, *others = [float(line) for line in told.stdout.split()]
    assert first < 4  # two, and what a busy machine adds
    assert len(others) == 9 and max(others) < 0.2
    assert told.stderr.count("the broker does not answer") == 1


@pytest.mark.django_db
def test_broken_for_one_is_broken_for_all(django_capture_on_commit_callbacks: Any) -> None:
    broken, other = Task(works=False), Task()
    with django_capture_on_commit_callbacks(execute=True):
        Bell(broken).ring()
    with django_capture_on_commit_callbacks(execute=True):
        Bell(other).ring()
    assert (broken.calls, other.calls) == (1, 0)


@pytest.mark.django_db
def test_rings_once_in_a_while_and_only_after_commit(
    django_capture_on_commit_callbacks: Any,
) -> None:
    task = Task()
    bell = Bell(task, quiet=5)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for _ in range(100):
            bell.ring()
        assert task.calls == 0
    assert task.calls == 1
