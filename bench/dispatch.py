"""1,000 posts due at once to a Mastodon-speaking peer on loopback, 2 workers, PostgreSQL.

What the peer saw is what counts: posts a second, lateness of the last, sent twice, lost, stuck;
then one post due now, 30 times. Beside it, in the same run: one blocking Celery task a post.
Targets: 150 posts/s, the last within 8 s, one within 1.5 s.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import peer, postgres
from bench.processes import started
from bench.product import busy
from tests.ports import free_port

MANY = 1000
NAIVE = 200
ONES = 30
PATIENCE = 120.0


def main() -> None:
    with (
        peer.standing() as url,
        tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder,
        postgres.database("bench_dispatch", like=postgres.migrated()) as name,
    ):
        prepare(name, folder)
        from bench import seed

        seed.campaign(url)
        many_naively(url)
        with workers("config", "--prefetch-multiplier", "1"), beat(folder):
            many(url)
            one_by_one(url)


def prepare(database: str, folder: str) -> None:
    """This process and its children speak to the measurement's own database and folder."""
    port = free_port()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": postgres.url(database),
        "VAR_DIR": folder,
        "PORT": str(port),
        "LOG_LEVEL": "WARNING",
    }
    for part in ("broker", "broker-control", "cache"):
        Path(folder, part).mkdir()
    import django

    django.setup()


@contextlib.contextmanager
def workers(application: str, *options: str) -> Iterator[None]:
    """A Celery worker with two processes, as `manage.py up` starts it."""
    words = ["-A", application, "--quiet", "worker", "--concurrency", "2", *options]
    with celery(*words, "--without-gossip", "--without-mingle"):
        time.sleep(8)  # up and idle, so that the start is not measured
        yield


@contextlib.contextmanager
def beat(folder: str) -> Iterator[None]:
    options = ["--schedule", f"{folder}/beat", "--pidfile", "", "--max-interval", "1"]
    with celery("-A", "config.beat", "--quiet", "beat", *options):
        yield


def celery(*words: str) -> "contextlib.AbstractContextManager[subprocess.Popen[bytes]]":
    return started([sys.executable, "-m", "celery", *words, "--loglevel", "error"])


def many_naively(url: str) -> None:
    from django.utils import timezone

    from bench import naive, seed
    from campaigns.models import Delivery

    with workers("bench.naive"):
        now = timezone.now()
        rows = seed.posts(NAIVE, now)
        # no worker of ours runs yet, and these must not be left to them
        keys = {row.key for row in rows}
        for row in rows:
            naive.app.send_task("bench.naive.send", [row.pk])
        arrivals = wait_for(url, keys)
    left = Delivery.objects.exclude(state="published").count()
    report("one task a post", arrivals, now.timestamp(), len(keys), left)
    Delivery.objects.exclude(state="published").update(state="cancelled", next_at=None)


def many(url: str) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from bench import seed
    from campaigns.models import Delivery

    at = timezone.now() + timedelta(seconds=15)
    keys = {row.key for row in seed.posts(MANY, at)}
    arrivals = wait_for(url, keys)
    settled(lambda: Delivery.objects.filter(key__in=keys, state="published").count() == len(keys))
    left = Delivery.objects.filter(key__in=keys).exclude(state="published").count()
    report("Segno+", arrivals, at.timestamp(), len(keys), left)


def one_by_one(url: str) -> None:
    """Planned for this very moment, as “send now” does, with the workers idle."""
    import random

    from django.utils import timezone

    from bench import seed

    late = []
    for _ in range(ONES):
        time.sleep(1 + random.random())
        at = timezone.now()
        (row,) = seed.posts(1, at)
        came = wait_for(url, {row.key}, every=0.02).get(row.key)
        if came is None:
            row.refresh_from_db()
            held = f"attempts {row.attempts}, lease until {row.lease_until}, {row.last_error}"
            print(f"NOT SENT within {PATIENCE:.0f} s: {row.state}, {held}")
            return
        late.append(came[0] - at.timestamp())
    late.sort()
    print(f"one post due now: median {late[ONES // 2]:.2f} s, slowest of {ONES} {late[-1]:.2f} s")


def wait_for(url: str, keys: set[str], every: float = 0.5) -> dict[str, list[float]]:
    """When the peer saw each; waits until it has seen all, and a moment for what comes twice."""
    got: dict[str, list[float]] = {}

    def all_there() -> bool:
        got.update(peer.seen(url))
        return keys <= got.keys()

    settled(all_there, every)
    if len(keys) > 1:
        time.sleep(2)
    return {key: times for key, times in peer.seen(url).items() if key in keys}


def settled(done: Callable[[], bool], every: float = 0.5) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done() and time.monotonic() < deadline:
        time.sleep(every)


def report(
    label: str, arrivals: dict[str, list[float]], due: float, number: int, stuck: int
) -> None:
    firsts = sorted(times[0] for times in arrivals.values())
    twice = sum(len(times) > 1 for times in arrivals.values())
    rate = len(firsts) / (firsts[-1] - due)
    print(
        f"{label:16} {rate:6.1f} posts/s   first {firsts[0] - due:.2f} s, last "
        f"{firsts[-1] - due:.2f} s after its minute   {twice} twice, "
        f"{number - len(firsts)} lost, {stuck} not published   {busy()}"
    )


if __name__ == "__main__":
    main()
