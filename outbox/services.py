"""Claim, finish, expire: the one lease-and-retry mechanism, over any QuerySet of Leased rows."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connections, models, transaction
from django.utils import timezone

from outbox.models import Leased

Row = TypeVar("Row", bound=Leased)


class LeaseLost(Exception):
    """The lease ran out and somebody else has the row: what we know must not be written over it."""


def claim(
    queryset: "models.QuerySet[Row]", *, limit: int, lease: timedelta, **fields: Any
) -> list[Row]:
    """Takes up to `limit` rows whose `next_at` has come and which nobody holds.

    The rows come back with the token of this claim, `attempts` one higher and `fields` set
    (say, state="sending"), already committed unless the caller has a transaction open.
    Rows whose lease ran out are not taken: see `expired`.
    """
    now = timezone.now()
    due = queryset.filter(next_at__lte=now, lease_token__isnull=True).order_by("next_at", "pk")
    values = {"lease_token": uuid.uuid4(), "lease_until": now + lease, **fields}
    with transaction.atomic(using=queryset.db):
        # SQLite has no row locks: its IMMEDIATE transaction is the lock
        if connections[queryset.db].features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        taken = list(due[:limit])
        if taken:
            _hold(queryset, taken, values)
    return taken


def _hold(queryset: "models.QuerySet[Row]", rows: list[Row], values: dict[str, Any]) -> None:
    """Writes what `claim` has read, and into the rows."""
    every = queryset.model._base_manager.using(queryset.db)
    ours = every.filter(pk__in=[row.pk for row in rows])
    ours.update(attempts=models.F("attempts") + 1, **values)
    for row in rows:
        row.attempts += 1
        for name, value in values.items():
            setattr(row, name, value)


def finish(row: Leased, **fields: Any) -> None:
    """Writes the outcome and gives the row back, if we still hold it. Raises LeaseLost otherwise.

    `next_at` is cleared unless given.
    """
    values = {"next_at": None, **fields, "lease_token": None, "lease_until": None}
    manager = type(row)._base_manager
    if not manager.filter(pk=row.pk, lease_token=row.lease_token).update(**values):
        raise LeaseLost(f"{type(row).__name__} {row.pk}")
    for name, value in values.items():
        setattr(row, name, value)


def expired(
    queryset: "models.QuerySet[Row]", *, now: datetime | None = None
) -> "models.QuerySet[Row]":
    """Rows whose worker died or hung: they go to reconcile, never straight to a new attempt."""
    return queryset.filter(lease_token__isnull=False, lease_until__lt=now or timezone.now())


def reclaim(row: Row, *, lease: timedelta, **fields: Any) -> bool:
    """Takes over one expired row under a new token; False when somebody else was quicker."""
    token, until = uuid.uuid4(), timezone.now() + lease
    won = (
        type(row)
        ._base_manager.filter(pk=row.pk, lease_token=row.lease_token, lease_until=row.lease_until)
        .update(lease_token=token, lease_until=until, **fields)
    )
    if won:
        row.lease_token, row.lease_until = token, until
        for name, value in fields.items():
            setattr(row, name, value)
    return bool(won)


def backoff(
    attempt: int,
    *,
    base: timedelta = timedelta(seconds=30),
    cap: timedelta = timedelta(hours=1),
) -> timedelta:
    """How long to wait after attempt number `attempt` (from 1): doubling, half of it random."""
    whole = min(base * 2 ** min(max(attempt, 1) - 1, 20), cap)
    return whole / 2 + whole / 2 * random.random()  # noqa: S311  not a secret
