"""What happened to a delivery, written down in one transaction, if we still hold its lease."""

import logging
import time
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attribution.services import bump
from campaigns.channels.base import (
    ChannelError,
    Disconnected,
    Published,
    Rejected,
    Unavailable,
    Uncertain,
)
from campaigns.models import Account, Delivery, DeliveryLog
from campaigns.services import walls
from campaigns.states import Question, State
from outbox.services import LeaseLost, backoff, finish

logger = logging.getLogger(__name__)

SOON = timedelta(seconds=5)
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True)
class Outcome:
    """What a channel answered for one leased row: proof, an error, or None (it is not out)."""

    row: Delivery
    answer: Published | ChannelError | None
    settle: timedelta = timedelta(0)


def keep(outcomes: list[Outcome], *, asked: bool = False) -> int:
    """`record`, tried until it is done: what a network has told is not lost to a busy database.

    One that cannot be written down does not take the others along. Ends with the lease, after
    which somebody else asks the network.
    """
    try:
        return record(outcomes, asked=asked)
    except Exception:
        logger.exception("delivery.record", extra={"deliveries": [o.row.pk for o in outcomes]})
    return sum(_keep(outcome, asked) for outcome in outcomes)


def _keep(outcome: Outcome, asked: bool) -> int:
    until, pause = outcome.row.lease_until, 0.05
    while until and timezone.now() < until:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        try:
            return record([outcome], asked=asked)
        except (OperationalError, InterfaceError):  # busy, or gone for a moment
            time.sleep(pause)
            pause = min(pause * 2, 5)
        except Exception:
            logger.exception("delivery.record", extra={"deliveries": [outcome.row.pk]})
            break
    logger.error("delivery.not_recorded", extra={"delivery": outcome.row.pk})
    return 0


def record(outcomes: Iterable[Outcome], *, asked: bool = False) -> int:
    """Writes them all down; how many are published. `asked`: they answer `find`, not `publish`."""
    published = 0
    with transaction.atomic():
        entries: list[DeliveryLog] = []
        for told in outcomes:
            outcome = replace(told, row=copy(told.row))  # theirs stays good for another try
            fields, why = _after_find(outcome) if asked else _after_publish(outcome)
            entry = outcome.row.entry(fields["state"], why=why)
            try:
                finish(outcome.row, **fields)
            except LeaseLost:
                logger.warning("delivery.lease_lost", extra={"delivery": outcome.row.pk})
                continue
            entries.append(entry)
            _tell_account(outcome)
            if outcome.row.state == State.PUBLISHED:
                walls.show(delivery=outcome.row)
                published += 1
        DeliveryLog.objects.bulk_create(entries)
        if published:
            bump()
    return published


def storable(text: str) -> str:
    """Without what no database takes (NUL, halves of a pair), which a network may well say."""
    return text.replace("\0", "").encode(errors="replace").decode()


def out(published: Published, *, at: datetime) -> dict[str, Any]:
    """The fields of a delivery that is out."""
    return {
        "state": State.PUBLISHED,
        "question": Question.NONE,
        "afterwards": "",
        "published_at": at,
        "remote_id": storable(published.remote_id)[:500],
        "remote_url": storable(published.url)[:1000],
        "last_error": "",
    }


def _after_publish(outcome: Outcome) -> tuple[dict[str, Any], str]:
    answer, now = outcome.answer, timezone.now()
    if isinstance(answer, Published):
        return out(answer, at=now), _("It is out.")
    why = storable(str(answer))
    if isinstance(answer, Disconnected):  # it waits until somebody has connected the account again
        return {"state": State.RETRY_WAIT, "next_at": now, "last_error": why}, why
    if isinstance(answer, Rejected):
        return {"state": State.REJECTED, "last_error": why}, why
    if isinstance(answer, Unavailable):
        wait = max(answer.retry_after or timedelta(0), backoff(outcome.row.attempts))
        return {"state": State.RETRY_WAIT, "next_at": now + wait, "last_error": why}, why
    wait = max(outcome.settle, SOON)
    return {"state": State.UNKNOWN, "next_at": now + wait, "last_error": why}, why


def _after_find(outcome: Outcome) -> tuple[dict[str, Any], str]:
    answer, row, now = outcome.answer, outcome.row, timezone.now()
    tried = row.tried_at or now
    if isinstance(answer, Published):
        return out(answer, at=tried), _("The network shows it: it is out.")
    if answer is None and now < tried + outcome.settle:
        why = _("Not seen yet; the network may need a moment to show it.")
        return {"state": State.UNKNOWN, "next_at": tried + outcome.settle}, why
    if answer is None:
        return not_out(row, now=now), _("The network shows that it is not out.")
    why = storable(str(answer))
    if isinstance(answer, Unavailable) and now < tried + GIVE_UP:
        wait = max(answer.retry_after or timedelta(0), backoff(row.attempts))
        return {"state": State.UNKNOWN, "next_at": now + wait, "last_error": why}, why
    asks = {"state": State.NEEDS_PERSON, "question": Question.PROOF, "last_error": why}
    return asks, why


def not_out(row: Delivery, *, now: datetime) -> dict[str, Any]:
    """It is certainly not out: what was wished meanwhile, its new minute, or another attempt."""
    if row.afterwards:
        return {"state": row.afterwards, "afterwards": "", "question": Question.NONE}
    if row.planned_at > now:  # moved meanwhile, and approved for then
        return {"state": State.PLANNED, "question": Question.NONE, "next_at": row.planned_at}
    return {"state": State.RETRY_WAIT, "question": Question.NONE, "next_at": now}


def _tell_account(outcome: Outcome) -> None:
    """What the network said about the account itself: come back later, or not at all."""
    account, answer = outcome.row.account, outcome.answer
    if isinstance(answer, Disconnected):
        Account.objects.filter(pk=account.pk).update(
            state=Account.State.DISCONNECTED, problem=storable(str(answer))
        )
    note_rest(account=account, answer=answer)


def note_rest(*, account: Account, answer: Published | ChannelError | None) -> None:
    """How long the account is left alone; or that it answers again: no longer one at a time."""
    rest = getattr(answer, "rest", None) or getattr(answer, "retry_after", None)
    if rest:
        Account.objects.filter(pk=account.pk).update(rest_until=timezone.now() + rest)
    elif account.rest_until and not isinstance(answer, Unavailable | Uncertain):
        rested = Account.objects.filter(pk=account.pk, rest_until__lte=timezone.now())
        rested.update(rest_until=None)


def unexpected(problem: Exception) -> Uncertain:
    """A fault of ours in the middle of a send: it may have been sent."""
    logger.exception("delivery.fault", exc_info=problem)
    return Uncertain(
        _("Something went wrong on our side while it was going out (%(what)s).")
        % {"what": type(problem).__name__}
    )
