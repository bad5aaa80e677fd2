"""Which day a row of the journal is written under: its own, unless that month is closed. Then it is
the moment it is written, in the open month, and its true moment stays beside it."""

from datetime import datetime

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from donations.models import ClosedMonth
from donations.seal import BOOKS_LOCK


def hold() -> None:
    """No month is closed until the caller's transaction ends. Asked for before any gift is locked,
    like everybody does; SQLite has one writer anyway."""
    _lock("pg_advisory_xact_lock_shared")


def hold_alone() -> None:
    """Nobody writes a row until the caller's transaction ends: to close a month."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [BOOKS_LOCK])


def open_from() -> datetime | None:
    """Where the open months begin, for whoever holds the books."""
    found: datetime | None = ClosedMonth.objects.aggregate(end=Max("ends_at"))["end"]
    return found


def dated(at: datetime, begin: datetime | None) -> dict[str, datetime | None]:
    """The journal's own two fields. `begin`: as `open_from` told it."""
    if begin is None or at >= begin:
        return {"at": at, "happened_at": None}
    return {"at": timezone.now(), "happened_at": at}
