"""Gifts that the treasurer enters: cash, cheques, bank transfers, company matches.

The gift, its ledger row, its credit, its receipt and the duty to thank are one transaction. What
was entered is never edited: a mistake is reversed, with the reason, and entered anew.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from attribution.models import Source
from donations.models import Donation, Donor, Fund, GiftImport, HandEntry, Receipt
from donations.models.ledger import BY_HAND
from donations.money import LARGEST
from donations.services import dating, receipts
from donations.services.finding import write_words
from donations.services.giving import Details
from donations.services.page import (
    BANK,
    CASH,
    GIFTS,
    acknowledge,
    add_credit,
    enter,
    page_of,
    write,
)
from people.models import User

Method, State = Donation.Method, Donation.State
# where the money lies afterwards; a cheque is paid in at the bank
PLACES = {
    Method.CASH: CASH,
    Method.CHEQUE: BANK,
    Method.BANK_TRANSFER: BANK,
    Method.COMPANY_MATCH: BANK,
}
NOON = time(12)


class CannotEnter(ValueError):
    """What the form refuses in words: see `treasury.hand_forms`."""


class CannotReverse(Exception):
    """It was not entered by hand, or is reversed already."""


@dataclass(frozen=True)
class HandGift:
    """`day`: when it was given, in Italy; `reference`: number of the cheque, transfer or slip."""

    amount: int
    method: str
    day: date
    fund: Fund
    donor: Details
    reference: str = ""
    note: str = ""
    source: Source | None = None
    receipt: bool = True
    thanks: bool = True
    same_as: Donation | None = None  # another gift of whoever gave this one
    batch: GiftImport | None = None  # the file it came from


@dataclass(frozen=True)
class Entered:
    donation: Donation
    made: bool  # False: this form had been sent before


def enter_gift(*, form_token: UUID, given: HandGift, by: User | None) -> Entered:
    """One gift per `form_token`, however often the form is sent. Raises CannotEnter."""
    _check(given)
    try:
        with transaction.atomic():
            dating.hold()
            return Entered(_enter(form_token, given, by), made=True)
    except IntegrityError:
        sent_before = Donation.objects.filter(form_token=form_token).first()
        if sent_before is None:
            raise
        return Entered(sent_before, made=False)


@transaction.atomic
def reverse_gift(*, donation: Donation, reason: str, by: User | None) -> Donation:
    """Out of the books again, by a row the other way round: fund, credit and receipt follow. It
    counts from now, whatever the day of the gift. Raises CannotReverse."""
    dating.hold()
    gifts = Donation.objects.select_for_update(of=("self",))
    held = gifts.select_related("fund", "source", "donor").get(pk=donation.pk)
    row = HandEntry.objects.filter(donation=held, reversed_at=None).first()
    if row is None:
        raise CannotReverse(held.pk)
    now, page = timezone.now(), page_of(held)
    origin = f"{BY_HAND}{held.public_id}:reversal"
    entry = enter(page, held, origin, GIFTS, PLACES[Method(held.method)], held.amount, now)
    add_credit(page, held, origin, -held.amount, now)
    held.refunded_amount, held.state = held.amount, State.REVERSED
    page.changed[held.pk] = held
    if receipt := held.receipts.filter(state=Receipt.State.ISSUED).first():
        receipts.void(receipt=receipt, reason=Receipt.VoidReason.REVERSAL, at=now)
    if held.donor.email:
        acknowledge(page, held, "reversal", entry=entry)
    row.reversal_reason, row.reversed_by, row.reversed_at = reason, by, now
    row.save(update_fields=["reversal_reason", "reversed_by", "reversed_at"])
    write(page)
    return held


def _check(given: HandGift) -> None:
    named = any((given.donor.organisation, given.donor.first_name, given.donor.last_name))
    good = (
        given.method in PLACES,
        0 < given.amount <= LARGEST,
        given.day <= today(),
        named or (given.method == Method.CASH and not given.receipt),
        given.donor.organisation or given.method != Method.COMPANY_MATCH,
    )
    if not all(good):
        raise CannotEnter(given.method)


def _enter(token: UUID, given: HandGift, by: User | None) -> Donation:
    written = asdict(given.donor)
    at = moment(given.day)
    donation = Donation.objects.create(
        form_token=token,
        donor=_donor(written.pop("email").strip().lower(), given),
        fund=given.fund,
        source=given.source,
        amount=given.amount,
        method=given.method,
        method_reference=given.reference,
        state=State.SETTLED,
        created_at=at,
        settled_at=at,
        **written,
    )
    write_words(gift=donation, written=written, reference=given.reference)
    HandEntry.objects.create(donation=donation, note=given.note, batch=given.batch, entered_by=by)
    page = page_of(donation)
    origin = f"{BY_HAND}{donation.public_id}:gift"
    entry = enter(page, donation, origin, PLACES[Method(given.method)], GIFTS, given.amount, at)
    add_credit(page, donation, origin, given.amount, at)
    receipt = None
    if given.receipt:
        receipt = receipts.issue(roll=page.roll, donation=donation, amount=given.amount)
    if given.thanks and donation.donor.email:
        acknowledge(page, donation, "thank_you", entry=entry).receipt = receipt
    write(page)
    return donation


def _donor(email: str, given: HandGift) -> Donor:
    """By the address; without one, whoever gave `same_as` under the same name, else somebody new."""
    if email:
        # held until the gift is there: who is forgotten at this moment is written anew
        return Donor.objects.select_for_update().get_or_create(email=email)[0]
    other, names = given.same_as, ("organisation", "first_name", "last_name")
    if other and all(getattr(other, name) == getattr(given.donor, name) for name in names):
        return Donor.objects.select_for_update().get(pk=other.donor_id)
    return Donor.objects.create()


def today() -> date:
    """In Italy, whatever the reader's own zone."""
    return timezone.now().astimezone(receipts.ROME).date()


def day_of(gift: Donation) -> date:
    """The day that `settled_at` stands for."""
    assert gift.settled_at
    return gift.settled_at.astimezone(receipts.ROME).date()


def moment(day: date) -> datetime:
    """The instant that stands for a day in the books: its noon in Italy, so that every zone nearby
    reads the same day; of today, now when it is not noon yet."""
    return min(datetime.combine(day, NOON, receipts.ROME), timezone.now())
