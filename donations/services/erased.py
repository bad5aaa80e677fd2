"""What follows an erasure, by ticks: the answer's address goes once it has left, Stripe forgets its
customer, what came in since is made nobody's, what a dispute held back follows, and papers go when
their term is over. Also the term of Stripe's stored events and of mails, of all donors.

All of it is read in the rows and changes nothing when it is done again: whoever is killed leaves it to
the next tick.
"""

import logging
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from donations import gateway
from donations.erasure.acts import AT_ONCE, redact
from donations.erasure.parts import BY_KEY
from donations.erasure.person import Person
from donations.models import (
    BankLine,
    BankStatement,
    CustomerRemoval,
    Donation,
    Donor,
    Erasure,
    GivingSettings,
    PromiseChange,
    Receipt,
    RecurringDonation,
    Statement,
    StripeEvent,
)
from donations.models.person import NOBODY
from donations.services import erasing
from donations.services.receipts import ROME
from donations.stripe_facts import Rejected, Unavailable
from mail.forgetting import doom, empty_old
from mail.models import Message
from outbox.services import LeaseLost, backoff, claim, expired, finish

State = CustomerRemoval.State
LEASE = timedelta(minutes=2)  # many times the gateway's patience
AGAIN = {"base": timedelta(seconds=30), "cap": timedelta(hours=1)}
PERSONS = 20  # a tick
YOUNG = timedelta(days=3)  # so long Stripe may still tell of what was
NO_ANSWER = timedelta(days=30)  # nobody decided whether the answer left
MONTH = timedelta(days=30.44)
LEFT = (Message.State.SENT, Message.State.FAILED)

log = logging.getLogger(__name__)


# --- the answer, and what came since -------------------------------------------------------------


def forget_answered(*, now: datetime | None = None) -> int:
    """The last thing we know of her is the address of the answer; how many are gone."""
    over = (now or timezone.now()) - NO_ANSWER
    done = Q(state__in=LEFT) | Q(state=Message.State.UNKNOWN, created_at__lt=over)
    answers = Erasure.objects.filter(answer__isnull=False).values("answer")
    rows = Message.objects.filter(done, pk__in=answers).exclude(to="")
    return rows.update(to="", last_error="")


def look_again(*, now: datetime | None = None) -> int:
    """At those whose turn it is; returns at how many."""
    now = now or timezone.now()
    due = Erasure.objects.filter(again_at__lte=now).order_by("again_at", "pk")
    looked = 0
    for pk in list(due.values_list("pk", flat=True)[:PERSONS]):
        try:
            looked += _look(pk, now)
        except Exception:  # one that cannot be done must not stop the others
            log.exception("erased person not looked at again", extra={"erasure": pk})
    return looked


@transaction.atomic
def _look(pk: int, now: datetime) -> int:
    erasure = Erasure.objects.select_related("donor").get(pk=pk)
    person = erasing.hold_again(erasure)
    if Erasure.objects.filter(pk=pk, again_at__gt=now).exists():
        return 0  # somebody else was quicker
    seen = erasing.newest_event()
    erasing.clear(person)
    erasing.forget_at_stripe(erasure, person)
    _forget_papers(person, now)
    erasure.withheld, erasure.seen_event = len(person.withheld), seen
    erasure.kept = erasing.kept_of(person)
    erasure.again_at = now + (erasing.SOON if now < erasure.at + YOUNG else timedelta(days=1))
    erasure.save(update_fields=["withheld", "kept", "seen_event", "again_at"])
    return 1


# --- papers, when their term is over -------------------------------------------------------------


def _forget_papers(person: Person, now: datetime) -> None:
    """The seal lets go of what is ten years old, of nothing younger."""
    year = now.astimezone(ROME).year - GivingSettings.load().years_kept  # before this one
    hers = {key: BY_KEY[key].rows(person) for key in ("receipts", "statements", "references")}
    old = hers["receipts"].filter(year__lt=year).values("pk")
    _lose_words(Receipt.objects.filter(pk__in=old), now)
    # a statement's own day is the one that is printed on it
    for row in hers["statements"].filter(run__year__lt=year - 1).only("pk", "data"):
        if int(str(row.data.get("issued_on", ""))[:4] or year) < year:
            _lose_words(
                Statement.objects.filter(pk=row.pk),
                now,
                organisation="",
                name=NOBODY,
                last_error="",
            )
    begin = datetime(year, 1, 1, tzinfo=ROME)
    old = hers["references"].filter(settled_at__lt=begin).order_by().values("pk")
    Donation.objects.filter(pk__in=list(old.values_list("pk", flat=True))).update(
        method_reference=""
    )
    files = BY_KEY["bank_files"].rows(person).filter(brought_at__lt=begin)
    _forget_bank_files(files, begin)


def _lose_words(rows: QuerySet[Any], now: datetime, **more: Any) -> None:
    doom(rows.values_list("file", flat=True))
    rows.update(data={}, file="", sha256="", forgotten_at=now, **more)


def _forget_bank_files(rows: QuerySet[BankStatement], begin: datetime) -> None:
    """All of whose lines are as old."""
    young = BankLine.objects.filter(statement__in=rows, day__gte=begin.date()).order_by()
    old = rows.exclude(pk__in=young.values("statement"))
    keys = list(old.values_list("pk", flat=True))
    doom(BankStatement.objects.filter(pk__in=keys).values_list("file", flat=True))
    BankStatement.objects.filter(pk__in=keys).update(file="")


# --- the term of events and mails ----------------------------------------------------------------


def forget_old(*, now: datetime | None = None) -> int:
    """What Stripe told and what was written to donors, of everybody, when its months are over."""
    now, set_to = now or timezone.now(), GivingSettings.load()
    done = (StripeEvent.State.PROCESSED, StripeEvent.State.IGNORED)
    old = StripeEvent.objects.filter(
        received_at__lt=now - set_to.events_kept * MONTH, redacted_at=None, state__in=done
    )
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        events = redact(StripeEvent.objects.filter(pk__in=keys))
    mails = empty_old(before=now - set_to.mails_kept * MONTH)
    if events or mails:
        log.info("old events and mails forgotten", extra={"events": events, "mails": mails})
    return events + mails


# --- Stripe's customer ---------------------------------------------------------------------------


def refused() -> QuerySet[CustomerRemoval]:
    """A person has to delete them at Stripe."""
    return CustomerRemoval.objects.filter(state=State.REFUSED).select_related("erasure__donor")


def decide(*, removal: CustomerRemoval, again: bool) -> bool:
    """A person asks once more, or has done it by hand. False when somebody else was quicker."""
    fields: dict[str, Any] = {"state": State.ASKED, "next_at": timezone.now(), "attempts": 0}
    if not again:
        fields = {"state": State.DONE, "last_error": ""}
    rows = CustomerRemoval.objects.filter(pk=removal.pk, state=State.REFUSED)
    return bool(rows.update(**fields))


def ask_stripe(*, limit: int = 20) -> int:
    """Deletes what is due; returns how many it tried."""
    expired(CustomerRemoval.objects.all()).update(lease_token=None, lease_until=None)
    due = CustomerRemoval.objects.filter(state=State.ASKED)
    for tried in range(limit):
        taken = claim(due, limit=1, lease=LEASE)
        if not taken:
            return tried
        _ask(taken[0])
    return limit


def _ask(row: CustomerRemoval) -> None:
    if _is_ending(row):
        _write(row, next_at=_later(row))  # the promise first: it says by itself how it ended
        return
    try:
        gateway.get().delete_customer(row.customer_id)
    except Unavailable as error:
        _write(row, last_error=str(error)[:500] or "?", next_at=_later(row))
    except Rejected as error:
        _write(row, state=State.REFUSED, last_error=str(error)[:500] or "?")
    else:
        _write(row, state=State.DONE, last_error="")


def _is_ending(row: CustomerRemoval) -> bool:
    """Stripe has been asked to end a promise of his, or is about to be, and has not said that it did."""
    live = RecurringDonation.objects.filter(
        customer_id=row.customer_id, state__in=RecurringDonation.LIVE
    )
    asked = PromiseChange.objects.filter(
        kind=PromiseChange.Kind.CANCEL, state=PromiseChange.State.ASKED
    )
    return live.filter(changes__in=asked).exists()


def _later(row: CustomerRemoval) -> datetime:
    return timezone.now() + backoff(row.attempts, **AGAIN)


def _write(row: CustomerRemoval, **fields: Any) -> None:
    try:
        finish(row, **fields)
    except LeaseLost:
        log.info("removal went on without us", extra={"customer_removal": row.pk})


# --- after a backup was restored -----------------------------------------------------------------


def numbers() -> list[str]:
    """Of the donors who were erased: opaque, and all that it takes to erase them again."""
    rows = Erasure.objects.order_by("at", "pk").values_list("donor__public_id", flat=True)
    return [str(number) for number in rows]


def erase_again(*, numbers: list[str], by: Any = None) -> int:
    """A restored backup may be older than an erasure: these donors, by their numbers, are erased once
    more. Returns how many of them were there and had data. Raises ValueError for what is no number, and
    what `erasing.erase` raises."""
    wanted = [UUID(number) for number in numbers]
    back = Donor.objects.filter(public_id__in=wanted, erased_at=None, kept=None).order_by("pk")
    return sum(bool(_again(donor, by)) for donor in back)


def _again(donor: Donor, by: Any) -> Erasure:
    reason = Erasure.Reason.OWN
    return erasing.erase(donor=donor, reason=reason, by=by, end_promises=True, tell=False)
