"""What Stripe pays out: each payout explained, to the cent, by the rows of the journal.

A line of a payout is explained by the rows that name the same objects of Stripe's. What they do not
explain stays a difference; nothing is rounded, and only a person writes a row because of it.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min
from django.utils import timezone

from donations import gateway
from donations.models import (
    Account,
    CheckoutAttempt,
    Correction,
    Explanation,
    JournalEntry,
    Payout,
    PayoutLine,
)
from donations.services import dating
from donations.services.books import WrongMoney
from donations.services.by_hand import moment
from donations.stripe_facts import Payout as Told
from donations.stripe_facts import Rejected, Unavailable
from people.models import User

LOOK_BACK = timedelta(days=30)
OVERLAP = timedelta(hours=6)  # clocks differ
AT_ONCE = 500  # origins in one question
# what a difference may turn out to be; a gift is never among them: it has a donor
MAY_BE = (Account.FEES, Account.DISPUTES, Account.SUSPENSE, Account.OTHER)

log = logging.getLogger(__name__)


class CannotCorrect(Exception):
    """The difference is not any more what the person saw."""


@dataclass(frozen=True)
class Part:
    """What is not explained of a payout: of a line, or (`line` none) of its whole."""

    line: PayoutLine | None
    cents: int


# --- from Stripe ----------------------------------------------------------------------------


def take_in(*, payout_id: str) -> None:
    """What Stripe says of it now, into the books. Raises WrongMoney, and what the gateway raises."""
    record(told=gateway.get().fetch_payout(payout_id))


def fetch_missed(*, now: datetime) -> int:
    """Asks for the payouts made lately; returns how many had news. Those from before the first gift
    made here are nobody's business."""
    first = CheckoutAttempt.objects.aggregate(first=Min("created_at"))["first"]
    if first is None:
        return 0
    try:
        listed = gateway.get().list_payouts(since=max(first - OVERLAP, now - LOOK_BACK))
    except Rejected as error:  # stripe_doctor tells which permission is missing
        log.error("sweep: Stripe does not list its payouts to us", extra={"reason": str(error)})
        return 0
    known = Payout.objects.in_bulk([one.id for one in listed], field_name="payout_id")
    found = 0
    for told in listed:
        if not _news(known.get(told.id), told):
            continue
        try:
            take_in(payout_id=told.id)
        except Unavailable:
            raise
        except (Rejected, WrongMoney) as error:
            log.error("sweep: a person is needed", extra={"reason": str(error)})
            continue
        except Exception:  # a fault of ours: in the log, and tried again by the next sweep
            log.exception("sweep: payout not booked", extra={"payout": told.id})
            continue
        found += 1
    return found


def _news(known: Payout | None, told: Told) -> bool:
    if known is None:
        return True
    return known.follows(told.status) or (told.told and not known.complete)


@transaction.atomic
def record(*, told: Told) -> Payout:
    """Said twice, it changes nothing. Raises WrongMoney."""
    if told.currency != "EUR":
        raise WrongMoney(told.id)
    dating.hold()
    Payout.objects.get_or_create(
        payout_id=told.id,
        defaults={
            "amount": told.amount,
            "currency": told.currency,
            "status": told.status,
            "automatic": told.automatic,
            "created_at": told.created,
            "arrives_on": told.arrives,
        },
    )
    row = Payout.objects.select_for_update().get(payout_id=told.id)
    if row.follows(told.status):
        row.status = told.status
    row.arrives_on = told.arrives
    row.failure = row.failure or told.failure[:200]
    _book(row, told)
    if told.lines is not None and not row.complete:
        _write_lines(row, told)
        row.complete = True
    row.save()
    explain(row)
    return row


def _book(row: Payout, told: Told) -> None:
    """To the bank on the day it arrives, and back when the bank sends it back: whoever hears only
    of the end writes both."""
    back = told.status in Payout.BACK
    if told.status == Payout.Status.PAID or back:
        _move(f"{told.id}:payout", told.amount, moment(told.arrives))
    if back:
        _move(f"{told.id}:failed", -told.amount, told.returned or moment(told.arrives))


def _move(origin: str, cents: int, at: datetime) -> None:
    """From Stripe to the bank; below zero the other way."""
    if cents and not JournalEntry.objects.filter(origin=origin).exists():
        accounts = _accounts(Account.BANK, Account.STRIPE)
        debit, credit = accounts if cents > 0 else reversed(accounts)
        JournalEntry.objects.create(
            debit=debit,
            credit=credit,
            amount=abs(cents),
            origin=origin,
            **dating.dated(at, dating.open_from()),
        )


def _accounts(*codes: str) -> list[Account]:
    found = Account.objects.in_bulk(codes, field_name="code")
    return [found[code] for code in codes]


def _write_lines(row: Payout, told: Told) -> None:
    PayoutLine.objects.bulk_create(
        PayoutLine(
            payout=row,
            transaction_id=one.id,
            kind=one.kind,
            type=one.type[:60],
            source=one.source,
            description=one.description[:200],
            amount=one.amount,
            fee=one.fee,
            net=one.amount - one.fee,
            created_at=one.created,
        )
        for one in told.lines or ()
    )


# --- explaining -------------------------------------------------------------------------------


def explain_open() -> None:
    """What the journal has learnt since. A payout that is explained stays so."""
    for key in Payout.objects.unexplained().values_list("pk", flat=True):
        with transaction.atomic():
            explain(Payout.objects.select_for_update().get(pk=key))


def explain(row: Payout) -> None:
    """Under the payout's lock: names the rows of the journal its lines speak of, and what is left."""
    if not row.complete:
        return
    lines = list(row.lines.all())
    _link(row, lines)
    row.difference = sum(part.cents for part in unexplained(row, lines))
    row.save(update_fields=["difference"])


def unexplained(row: Payout, lines: Iterable[PayoutLine] | None = None) -> list[Part]:
    """What the journal does not say of it, line by line, and of its whole when Stripe's own lines do
    not make its amount."""
    lines = list(row.lines.all() if lines is None else lines)
    known: Counter[int | None] = Counter()
    for link in row.explanations.select_related("entry__debit", "entry__credit"):
        known[link.line_id] += _through_stripe(link.entry)
    parts = [Part(line, line.net - known[line.pk]) for line in lines]
    whole = row.amount - sum(line.net for line in lines) - known[None]
    return [part for part in (*parts, Part(None, whole)) if part.cents]


def _through_stripe(entry: JournalEntry) -> int:
    return entry.amount if entry.debit.code == Account.STRIPE else -entry.amount


def _link(row: Payout, lines: list[PayoutLine]) -> None:
    wanted = {origin: line for line in lines for origin in line.origins()}
    names, gifts = list(wanted), []
    for start in range(0, len(names), AT_ONCE):
        rows = JournalEntry.objects.filter(
            origin__in=names[start : start + AT_ONCE], explanation=None
        )
        for entry in rows:
            line = wanted[entry.origin]
            Explanation.objects.create(payout=row, line=line, entry=entry)
            if entry.donation_id and line.donation_id is None:
                line.donation_id = entry.donation_id
                gifts.append(line)
    PayoutLine.objects.bulk_update(gifts, ["donation"])


# --- what a person writes -----------------------------------------------------------------------


@transaction.atomic
def correct(
    *, payout: Payout, line: int | None, cents: int, account: str, reason: str, by: User | None
) -> JournalEntry:
    """The journal is made to say what Stripe says, by a row with a reason: `cents` is the difference
    of the line (or of the whole) as the person saw it. Raises CannotCorrect."""
    dating.hold()
    row = Payout.objects.select_for_update().get(pk=payout.pk)
    seen = [one for one in unexplained(row) if (one.line.pk if one.line else None) == line]
    if account not in MAY_BE or not reason.strip() or [one.cents for one in seen] != [cents]:
        raise CannotCorrect(payout.payout_id)
    stripe, other = _accounts(Account.STRIPE, account)
    of = seen[0].line.transaction_id if seen[0].line else row.payout_id
    number = JournalEntry.objects.filter(origin__startswith=f"{of}:correction-").count() + 1
    entry = JournalEntry.objects.create(
        debit=stripe if cents > 0 else other,
        credit=other if cents > 0 else stripe,
        amount=abs(cents),
        origin=f"{of}:correction-{number}",
        at=timezone.now(),
    )
    Correction.objects.create(entry=entry, reason=reason.strip(), by=by)
    Explanation.objects.create(payout=row, line=seen[0].line, entry=entry)
    explain(row)
    return entry
