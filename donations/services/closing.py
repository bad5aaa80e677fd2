"""Closing a month: what stands in its way, what should be known before, and the act itself, which
nobody can take back."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from donations.models import (
    Account,
    BankLine,
    ClosedMonth,
    Dispute,
    Donation,
    JournalEntry,
    Payout,
    Receipt,
    ReceiptCounter,
    StripeEvent,
    SweepMark,
)
from donations.services import balances, dating
from donations.services.figures import Month, figures
from people.models import User

AT_ONCE = 2000


class CannotClose(Exception):
    """Something on the list stands in its way."""


@dataclass(frozen=True)
class Finding:
    """`key`: what it is about, put into words where it is shown. `number`: how many, or cents."""

    key: str
    number: int
    stops: bool = False  # the month cannot be closed while it is there


def findings(month: Month) -> list[Finding]:
    """All that was looked at; those with a number above zero need somebody, or should be known."""
    return [Finding(key, count(month), stops) for key, (stops, count) in LOOKS.items()]


def next_to_close() -> Month | None:
    """The month after the last closed one; none is closed: whichever is over."""
    last = ClosedMonth.objects.first()
    return Month(last.first_day).next if last else None


@transaction.atomic
def close(*, month: Month, by: User | None) -> ClosedMonth:
    """Raises CannotClose. Whoever writes a row at this moment is waited for."""
    dating.hold_alone()
    if any(one.stops and one.number for one in findings(month)):
        raise CannotClose(month.first_day)
    digest, rows = fingerprint(month)
    return ClosedMonth.objects.create(
        first_day=month.first_day,
        ends_at=month.ends,
        closed_by=by,
        figures=figures(month),
        rows=rows,
        sha256=digest,
    )


def fingerprint(month: Month) -> tuple[str, int]:
    """Of all rows since the month that was closed before, in the order they were written, and of that
    month's own; and how many rows they are."""
    before = ClosedMonth.objects.filter(ends_at__lt=month.ends).order_by("-ends_at").first()
    rows = JournalEntry.objects.filter(at__lt=month.ends)
    if before:
        rows = rows.filter(at__gte=before.ends_at)
    digest, number = hashlib.sha256((before.sha256 if before else "").encode()), 0
    names = ("origin", "debit__code", "credit__code", "amount", "currency")
    moments = [Cast(name, TextField()) for name in ("at", "happened_at")]
    every = rows.order_by("pk").values_list(*names, *moments).iterator(chunk_size=AT_ONCE)
    for *words, at, happened in every:
        words += [_iso(at), _iso(happened)]
        digest.update("|".join([str(word or "") for word in words]).encode() + b"\n")
        number += 1
    return digest.hexdigest(), number


def _iso(text: str | None) -> str:
    """A moment in UTC as `datetime.isoformat` writes it, from the database's own text (PostgreSQL's, in
    UTC as Django asks for, or SQLite's): reading tens of thousands of dates took most of a closing."""
    if not text:
        return ""
    part = text[19:].removesuffix("+00")
    return f"{text[:10]}T{text[11:19]}{part.ljust(7, '0') if part else ''}+00:00"


# --- what is looked at --------------------------------------------------------------------------


def _not_over(month: Month) -> int:
    return int(timezone.now() < month.ends)


def _out_of_turn(month: Month) -> int:
    turn = next_to_close()
    return int(turn is not None and turn != month)


def _unread(month: Month) -> int:
    """Stripe's events that need somebody, and whether it shows us its list of them."""
    stuck = StripeEvent.objects.filter(state=StripeEvent.State.FAILED, happened_at__lt=month.ends)
    return stuck.count() + SweepMark.objects.filter(refused_since__isnull=False).count()


def _on_its_way(month: Month) -> int:
    waiting = [StripeEvent.State.RECEIVED, StripeEvent.State.PARKED]
    return StripeEvent.objects.filter(state__in=waiting, happened_at__lt=month.ends).count()


def _unexplained(month: Month) -> int:
    return _payouts(month).exclude(difference=0).filter(complete=True).count()


def _untold(month: Month) -> int:
    """Stripe says of every automatic payout what is in it; or that it has arrived."""
    open_ones = Q(complete=False) | Q(status__in=[Payout.Status.PENDING, Payout.Status.IN_TRANSIT])
    return _payouts(month).filter(open_ones, automatic=True).count()


def _payouts(month: Month) -> QuerySet[Payout]:
    return Payout.objects.filter(arrives_on__lt=month.next.first_day)


def _gaps(month: Month) -> int:
    """Numbers of receipts that were given out and are not there."""
    years = Receipt.objects.filter(year=month.first_day.year).order_by()
    there = dict(years.values_list("issuer").annotate(Count("pk")))
    counters = ReceiptCounter.objects.filter(year=month.first_day.year)
    return sum(one.last - there.get(one.issuer, 0) for one in counters)


def _disputed(month: Month) -> int:
    still_open = Dispute.objects.exclude(status__in=Dispute.ENDED)
    return still_open.filter(opened_at__lt=month.ends).count()


def _processing(month: Month) -> int:
    under_way = Donation.objects.filter(state=Donation.State.PROCESSING)
    return under_way.filter(created_at__lt=month.ends).count()


def _unrecognised(month: Month) -> int:
    """What came in by bank and nobody has said yet what it is."""
    came = BankLine.objects.filter(state=BankLine.State.OPEN, amount__gt=0)
    return came.filter(day__lt=month.next.first_day).count()


def _suspended(month: Month) -> int:
    """Cents paid twice for one gift."""
    rows = JournalEntry.objects.filter(at__lt=month.ends)
    came = rows.filter(credit__code=Account.SUSPENSE).aggregate(sum=Sum("amount"))["sum"] or 0
    went = rows.filter(debit__code=Account.SUSPENSE).aggregate(sum=Sum("amount"))["sum"] or 0
    return max(came - went, 0)


# what it is about: whether it stops the closing, and how many there are
LOOKS: dict[str, tuple[bool, Callable[[Month], int]]] = {
    "not_over": (True, _not_over),
    "out_of_turn": (True, _out_of_turn),
    "unread": (True, _unread),
    "unexplained": (True, _unexplained),
    "untold": (True, _untold),
    "gaps": (True, _gaps),
    "on_its_way": (False, _on_its_way),
    "disputed": (False, _disputed),
    "processing": (False, _processing),
    "unrecognised": (False, _unrecognised),
    "statements": (False, balances.amiss),
    "suspended": (False, _suspended),
}
