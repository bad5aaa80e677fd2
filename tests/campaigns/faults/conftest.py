"""What the tests with real processes share."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from stripe_sandbox import running
from tests.campaigns.faults.processes import ROOT, database

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(config, items):
    """In one process: what they share takes long to make. What a peer's answer does is the same on
    both databases: lost connections are played through on SQLite, the worst of them on both."""
    over = [item for item in items if item.path.is_relative_to(HERE) and _played_before(item)]
    config.hook.pytest_deselected(items=over)
    items[:] = [item for item in items if item not in over]
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("faults"))


def _played_before(item):
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    lost = item.originalname.startswith("test_connection_lost")
    return lost and chosen["environment"] == "postgres" and chosen["kind"] != "drop_after"


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def environment(request, tmp_path_factory):
    """Of a process on a fresh database, made and migrated once for all tests here."""
    with database(request.param, tmp_path_factory) as environment:
        yield environment


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    with running(tmp_path_factory.mktemp("sandbox")) as url:
        limits = {"requests": 1_000_000}
        requests.post(
            f"{url}/_control/mastodon/settings", json=limits, timeout=5
        ).raise_for_status()
        yield url


@pytest.fixture
def worker(environment):
    """Worker with two processes, and beat, as `manage.py up` starts them."""
    folder = Path(environment["VAR_DIR"])
    for name in ("broker", "broker-control", "cache"):
        (folder / name).mkdir(exist_ok=True)
    worker = ["-A", "config", "--quiet", "worker", "--concurrency", "2", "--without-gossip"]
    beat = ["-A", "config.beat", "--quiet", "beat", "--schedule", f"{folder}/beat"]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "celery", *words, "--loglevel", "error"],
            cwd=ROOT,
            env={**environment, "CELERY_BROKER_URL": "filesystem://"},
            start_new_session=True,
        )
        for words in (worker, [*beat, "--pidfile", "", "--max-interval", "1"])
    ]
    yield
    for process in running:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
