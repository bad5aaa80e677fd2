"""Gifts that the treasurer enters: cash, cheques, bank transfers, company matches, and promises whose
transfer she recognises on the bank's statement.

The gift, its ledger row, its credit, its receipt and the duty to thank are one transaction. What
was entered is never edited: a mistake is reversed, with the reason, and entered anew.
"""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, time
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from attribution.models import Source
from donations.models import BankLine, Donation, Donor, Fund, GiftImport, HandEntry, Receipt
from donations.models.ledger import BY_HAND
from donations.money import LARGEST
from donations.services import dating, receipts
from donations.services.finding import write_words
from donations.services.giving import Details
from donations.services.opening import REOPENABLE
from donations.services.page import (
    BANK,
    CASH,
    GIFTS,
    Page,
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
# a gift of before may have come through a service that is not ours: its money reached the bank long
# ago, in sums of its own, and never lay in our Stripe
ELSEWHERE = {Method.CARD: BANK, Method.PAYPAL: BANK}
OF_BEFORE = PLACES | ELSEWHERE
NOON = time(12)


class CannotEnter(ValueError):
    """What the form refuses in words: see `treasury.hand_forms`."""


class CannotSettle(Exception):
    """The promise is settled already, or is being paid in another way."""


class CannotReverse(Exception):
    """It was not entered by hand, or is reversed already."""


class GivenBack(CannotReverse):
    """Some of it was given back: what never came cannot have gone."""


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
    known: Donor | None = None  # whoever gave this one, in the books without a gift
    batch: GiftImport | None = None  # the file it came from


@dataclass(frozen=True)
class Entered:
    donation: Donation
    made: bool  # False: this form had been sent before


def enter_gift(
    *, form_token: UUID, given: HandGift, by: User | None, line: BankLine | None = None
) -> Entered:
    """One gift per `form_token`, however often the form is sent. `line`: where it stands on the bank's
    statement, if the caller holds one. Raises CannotEnter."""
    _check(given)
    try:
        with transaction.atomic():
            dating.hold()
            return Entered(_enter(form_token, given, by, line), made=True)
    except IntegrityError:
        sent_before = Donation.objects.filter(form_token=form_token).first()
        if sent_before is None:
            raise
        return Entered(sent_before, made=False)


@transaction.atomic
def settle_promise(
    *, donation: Donation, amount: int, day: date, line: BankLine, by: User | None
) -> Donation:
    """The money of a promise is there: what came is what counts. A promise that was settled before,
    by mistake, is entered as a gift of its own. Raises CannotSettle."""
    dating.hold()
    gifts = Donation.objects.select_for_update(of=("self",))
    held = gifts.select_related("fund", "source", "donor", "transfer").get(pk=donation.pk)
    if held.state == State.REVERSED:
        return _enter(uuid4(), _like(held, amount, day, line), by, line)
    if held.state not in REOPENABLE or not hasattr(held, "transfer"):
        raise CannotSettle(held.pk)
    held.amount, held.method, held.settled_at = amount, Method.BANK_TRANSFER, moment(day)
    held.method_reference, held.state = line.reference[:80], State.SETTLED
    HandEntry.objects.create(donation=held, entered_by=by)
    page = page_of(held)
    page.changed[held.pk] = held
    _book(page, held, line, receipt=not held.erased, thanks=True)
    return held


@transaction.atomic
def reverse_gift(*, donation: Donation, reason: str, by: User | None) -> Donation:
    """Out of the books again, by a row the other way round: fund, credit and receipt follow. It
    counts from now, whatever the day of the gift; its line on the bank's statement waits again.
    Raises CannotReverse."""
    dating.hold()
    line = BankLine.objects.select_for_update().filter(donation=donation).first()
    gifts = Donation.objects.select_for_update(of=("self",))
    held = gifts.select_related("fund", "source", "donor").get(pk=donation.pk)
    row = HandEntry.objects.filter(donation=held, reversed_at=None).first()
    if row is None:
        raise CannotReverse(held.pk)
    if held.refunded_amount:
        raise GivenBack(held.pk)
    now, page = timezone.now(), page_of(held)
    origin = f"{_origin(held, line)}:reversal"
    entry = enter(page, held, origin, GIFTS, OF_BEFORE[Method(held.method)], held.amount, now)
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
    if line:
        let_go(line)
    return held


def let_go(line: BankLine) -> None:
    """A line that the caller holds waits again for somebody to say what it is."""
    line.state, line.reason = BankLine.State.OPEN, ""
    line.donation, line.payout, line.refund = None, None, None
    line.decided_by, line.decided_at, line.turn = None, None, line.turn + 1
    line.save()


def _check(given: HandGift) -> None:
    named = any((given.donor.organisation, given.donor.first_name, given.donor.last_name))
    good = (
        given.method in (OF_BEFORE if given.batch else PLACES),
        0 < given.amount <= LARGEST,
        given.day <= today(),
        named or (given.method == Method.CASH and not given.receipt),
        given.donor.organisation or given.method != Method.COMPANY_MATCH,
    )
    if not all(good):
        raise CannotEnter(given.method)


def _enter(token: UUID, given: HandGift, by: User | None, line: BankLine | None) -> Donation:
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
    _book(page_of(donation), donation, line, receipt=given.receipt, thanks=given.thanks)
    return donation


def _book(
    page: Page, gift: Donation, line: BankLine | None, *, receipt: bool, thanks: bool
) -> None:
    assert gift.settled_at
    origin, at = f"{_origin(gift, line)}:gift", gift.settled_at
    entry = enter(page, gift, origin, OF_BEFORE[Method(gift.method)], GIFTS, gift.amount, at)
    add_credit(page, gift, origin, gift.amount, at)
    paper = None
    if receipt:
        paper = receipts.issue(roll=page.roll, donation=gift, amount=gift.amount)
    if thanks and gift.donor.email:
        acknowledge(page, gift, "thank_you", entry=entry).receipt = paper
    write(page)


def _origin(gift: Donation, line: BankLine | None) -> str:
    """A line that was only recognised as a gift entered before has no row of its own."""
    booked = line is not None and line.state != BankLine.State.KNOWN
    return line.origin if line and booked else f"{BY_HAND}{gift.public_id}"


def _written(gift: Donation) -> dict[str, str]:
    """Who gave, as it stands with the gift."""
    return {
        field.name: getattr(gift, field.name) for field in fields(Details) if field.name != "email"
    }


def _like(gift: Donation, amount: int, day: date, line: BankLine) -> HandGift:
    donor = Details(email=gift.donor.email or "", **_written(gift))
    return HandGift(
        amount=amount,
        method=Method.BANK_TRANSFER,
        day=day,
        fund=gift.fund,
        donor=donor,
        reference=line.reference[:80],
        source=gift.source,
        receipt=not gift.erased,
        same_as=gift,
    )


def _donor(email: str, given: HandGift) -> Donor:
    """By the address; without one, whoever gave `same_as` under the same name, else somebody new."""
    if email:
        # held until the gift is there: who is forgotten at this moment is written anew
        return Donor.objects.select_for_update().get_or_create(email=email)[0]
    other, names = given.same_as, ("organisation", "first_name", "last_name")
    if (
        other
        and not other.erased
        and all(getattr(other, name) == getattr(given.donor, name) for name in names)
    ):
        return Donor.objects.select_for_update().get(pk=other.donor_id)
    if given.known:
        held = Donor.objects.select_for_update().get(pk=given.known.pk)
        if not held.erased_at:
            return held
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
