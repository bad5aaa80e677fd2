"""Counting visits, for which nobody waits: neither the disk nor another writer holds a follower up."""

import logging
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import DatabaseError, OperationalError, connection

from attribution.models import ShortLink, Visit

log = logging.getLogger("segnopiu.attribution")
PATIENCE = 250  # milliseconds that a follower may feel; other writers of ours need a few of them

_late: deque[Visit] = deque()
# its thread begins with the first late visit, after the fork; what waits is written before the end
_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="visits")


def record(*, link: ShortLink, crawler: bool) -> None:
    """Counts what can be counted: a busy or full database is no reason to turn a visitor away.

    Where somebody else writes, the visit is written behind the visitor's back, with the patience
    that every other write has; what cannot be counted even so is told in the log.
    """
    visit = Visit(source_id=link.source_id, crawler=crawler)
    try:
        with _in_passing():
            visit.save(force_insert=True)
    except OperationalError:
        _late.append(visit)
        _writer.submit(_write_late)
    except DatabaseError as problem:
        _lost([visit], problem)


def _write_late() -> None:
    visits = [_late.popleft() for _ in range(len(_late))]
    try:
        Visit.objects.bulk_create(visits)
    except DatabaseError as problem:
        _lost(visits, problem)
    finally:
        connection.close()  # of this thread


def _lost(visits: list[Visit], problem: DatabaseError) -> None:
    for visit in visits:
        why = {"source": visit.source_id, "why": type(problem).__name__}
        log.warning("visit_not_counted", extra=why)


@contextmanager
def _in_passing() -> Iterator[None]:
    """A power cut may take the last visits; 500 a second would not bear a wait for each.

    On SQLite, outside a transaction (https://www.sqlite.org/pragma.html#pragma_synchronous), where
    one writer at a time holds up all others (#pragma_busy_timeout). On PostgreSQL commits of several
    visitors share one wait, and nobody holds up an insert.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        usual = {}
        for name, value in (("synchronous", "NORMAL"), ("busy_timeout", PATIENCE)):
            cursor.execute(f"PRAGMA {name}")
            (usual[name],) = cursor.fetchone()
            cursor.execute(f"PRAGMA {name}={value}")
        try:
            yield
        finally:
            for name, value in usual.items():
                cursor.execute(f"PRAGMA {name}={value}")
