"""Each broker with a real worker and a real beat: the doorbell is heard at once, and when all that
a broker holds is lost, the tick finds the work."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config import broker as file_broker
from config.management.commands import up
from migrated_database import migrated_file
from tests_support import require_rabbitmq, require_redis

ROOT = Path(__file__).resolve().parents[2]
QUIET = 0.3  # seconds, longer than one process waits between two rings (donations.webhook)
BROKERS: dict[str, Callable[[], str]] = {
    "files": lambda: "filesystem://",
    "redis": require_redis,
    "rabbitmq": require_rabbitmq,
}
# the web process: takes signed events from Stripe, as many as are named on its input
WEB = """
import json, sys, time
import django
django.setup()
import stripe
from django.test import Client
for line in sys.stdin:
    name = line.strip()
    body = json.dumps({"id": name, "object": "event", "type": "charge.updated", "livemode": False,
        "created": int(time.time()), "data": {"object": {"id": "ch_nobody", "object": "charge"}}})
    now = int(time.time())
    proof = stripe.WebhookSignature._compute_signature(f"{now}.{body}", "whsec_sandbox")
    answer = Client(SERVER_NAME="127.0.0.1").post("/stripe/webhook/", body,
        content_type="application/json", headers={"Stripe-Signature": f"t={now},v1={proof}"})
    print(answer.status_code, flush=True)
"""


@pytest.fixture(scope="module", params=BROKERS)
def installation(request: pytest.FixtureRequest, tmp_path_factory: Any) -> SimpleNamespace:
    var = tmp_path_factory.mktemp(request.param)
    (var / "broker").mkdir()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(var),
        "DATABASE_URL": f"sqlite:///{var}/db.sqlite3",
        "CELERY_BROKER_URL": BROKERS[request.param](),
        "PORT": "1",  # no sandbox listens there: an event is asked about once, and waits
    }
    migrated_file(tmp_path_factory, var / "db.sqlite3")
    return SimpleNamespace(environment=environment, var=var)


@contextlib.contextmanager
def running(place: SimpleNamespace, *described: up.Described) -> Iterator[None]:
    started = [
        subprocess.Popen(words, cwd=ROOT, env={**place.environment, **more}, start_new_session=True)
        for _name, words, more in described
    ]
    try:
        yield
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def web(place: SimpleNamespace) -> Iterator[Callable[[str], None]]:
    process = subprocess.Popen(
        [sys.executable, "-c", WEB],
        cwd=ROOT,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def receive(name: str) -> None:
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        assert process.stdout.readline() == "200\n"

    with process:
        yield receive


def attempts(place: SimpleNamespace, name: str) -> int:
    question = "SELECT attempts FROM donations_stripeevent WHERE event_id = ?"
    with contextlib.closing(sqlite3.connect(place.var / "db.sqlite3", timeout=20)) as database:
        return database.execute(question, [name]).fetchone()[0]


def handled(place: SimpleNamespace, name: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if attempts(place, name):
            return True
        time.sleep(0.1)
    return False


def lose_everything(place: SimpleNamespace) -> int:
    """How many messages are gone from the broker."""
    if place.environment["CELERY_BROKER_URL"] == "filesystem://":
        lost = [path for path in (place.var / "broker").iterdir() if path.is_file()]
        for path in lost:
            path.unlink()
        return len(lost)
    from kombu import Connection

    with Connection(place.environment["CELERY_BROKER_URL"]) as connection:
        return int(connection.default_channel.queue_purge("celery"))


def test_the_doorbell_is_heard_and_the_tick_finds_what_it_lost(installation):
    file_broker.register()
    if installation.environment["CELERY_BROKER_URL"] != "filesystem://":
        with contextlib.suppress(Exception):  # what another run has left; there may be no queue
            lose_everything(installation)
    with web(installation) as receive:
        with running(installation, up.worker()):  # no beat: nothing but the bell tells of it
            receive("evt_warm")
            assert handled(installation, "evt_warm", 90), "the worker never came up"
            time.sleep(QUIET)  # a worker that was there first may have been as quick as that
            receive("evt_rung")
            assert handled(installation, "evt_rung", 10), "nobody heard the doorbell"
        time.sleep(QUIET)
        receive("evt_lost")
        assert lose_everything(installation) > 0
    with running(installation, up.worker(), up.beat()):
        assert handled(installation, "evt_lost", 90), "the tick did not find it"
    lose_everything(installation)
