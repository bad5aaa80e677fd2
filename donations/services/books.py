"""What a payment means for us. Everything here happens inside one transaction, with the donation
locked: its state (forward only), the journal, the credit to its source, the acknowledgements and
the receipt. Said twice, it changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attribution.services import credit
from donations.models import (
    Account,
    Acknowledgement,
    CheckoutAttempt,
    Donation,
    Fund,
    JournalEntry,
    Receipt,
)
from donations.services import receipts
from donations.stripe_facts import Charge, Refund, Session

STRIPE, FEES = Account.STRIPE, Account.FEES
GIFTS = "gifts"  # the account of the gift's fund

State = Donation.State
Attempt = CheckoutAttempt.State
RANK = {
    State.STARTED: 0,
    State.CHECKOUT_OPEN: 1,
    State.EXPIRED: 2,
    State.CANCELLED: 2,
    State.PROCESSING: 3,
    State.FAILED: 4,
    State.SETTLED: 5,
    State.PARTLY_REFUNDED: 6,
    State.REFUNDED: 7,
}


class SecondCharge(Exception):
    """The donor paid twice for one gift: a person gives one of them back."""


class WrongMoney(Exception):
    """The payment is not in the gift's currency."""


@dataclass(frozen=True)
class Outcome:
    donation: Donation
    complete: bool  # False: Stripe does not know the fee yet, look again


@transaction.atomic
def record(*, attempt_id: int, session: Session) -> Outcome:
    """Brings the books up to what Stripe's session says. Raises SecondCharge, WrongMoney."""
    attempt = CheckoutAttempt.objects.get(pk=attempt_id)
    donation = (
        Donation.objects.select_for_update(of=("self",))
        .select_related("fund", "source", "donor")
        .get(pk=attempt.donation_id)
    )
    _note(attempt, session)
    if session.charge and session.payment_status == "paid":
        _settle(donation, session.charge)
        _fee(donation, session.charge)
        _refunds(donation, session.charge)
        return Outcome(donation, complete=bool(session.charge.transaction))
    _advance(donation, attempt, session)
    return Outcome(donation, complete=True)


def _note(attempt: CheckoutAttempt, session: Session) -> None:
    states = {"open": Attempt.OPEN, "complete": Attempt.COMPLETE, "expired": Attempt.EXPIRED}
    attempt.state = states[session.status]
    attempt.session_id = session.id
    attempt.url = session.url or attempt.url
    attempt.payment_intent = session.payment_intent or attempt.payment_intent
    attempt.save(update_fields=["state", "session_id", "url", "payment_intent"])


def _advance(donation: Donation, attempt: CheckoutAttempt, session: Session) -> None:
    """No money yet. Only the newest attempt speaks for the gift, and only forwards."""
    later = donation.attempts.filter(number__gt=attempt.number).exists()
    state = _unpaid_state(session)
    if later or RANK[state] <= RANK[State(donation.state)]:
        return
    donation.state = state
    donation.save(update_fields=["state"])
    if state in (State.PROCESSING, State.FAILED):
        _acknowledge(donation, "processing", skip=state != State.PROCESSING)
    if state == State.FAILED:
        _acknowledge(donation, "failed")


def _unpaid_state(session: Session) -> State:
    if session.status == "open":
        return State.CHECKOUT_OPEN
    if session.status == "expired":
        return State.EXPIRED
    failed = session.intent_status in ("requires_payment_method", "canceled")
    return State.FAILED if failed else State.PROCESSING


def _settle(donation: Donation, charge: Charge) -> None:
    origin = f"{charge.id}:gift"
    if donation.state in Donation.RECEIVED:
        if not _booked(origin):
            raise SecondCharge(charge.id)
        return
    if charge.currency != donation.currency:
        raise WrongMoney(charge.id)
    late = charge.method == Donation.Method.SEPA_DEBIT
    donation.amount = charge.amount  # what was really paid is what counts
    donation.method = charge.method[:16]
    donation.method_reference = charge.reference
    donation.settled_at = timezone.now() if late else charge.created
    donation.state = State.SETTLED
    donation.save(update_fields=["amount", "method", "method_reference", "settled_at", "state"])
    entry = _book(donation, origin, STRIPE, GIFTS, charge.amount, charge.created)
    _credit(donation, origin, charge.amount, charge.created)
    receipt = receipts.issue(donation=donation, amount=charge.amount, given_at=charge.created)
    if late:
        # a debit always has both; when we heard of it late, the first has nothing to say any more
        _acknowledge(donation, "processing", skip=True)
    _acknowledge(donation, "thank_you", entry=entry, receipt=receipt)


def _fee(donation: Donation, charge: Charge) -> None:
    origin = f"{charge.transaction}:fee"
    if charge.transaction and charge.fee and not _booked(origin):
        _book(donation, origin, FEES, STRIPE, charge.fee, charge.created)


def _refunds(donation: Donation, charge: Charge) -> None:
    """One by one in their order, so that whoever hears of several at once writes the same books."""
    for refund in charge.refunds:
        if refund.transaction and not _booked(f"{refund.id}:refund"):
            _give_back(donation, charge, refund)
        if refund.transaction and refund.came_back and not _booked(f"{refund.id}:returned"):
            _take_back(donation, charge, refund)


def _give_back(donation: Donation, charge: Charge, refund: Refund) -> None:
    origin = f"{refund.id}:refund"
    entry = _book(donation, origin, GIFTS, STRIPE, refund.amount, refund.created)
    _refunded(donation, donation.refunded_amount + refund.amount)
    _credit(donation, origin, -refund.amount, refund.created)
    receipt = _replace_receipt(donation, charge, _("refund of %(day)s"), refund.created)
    _acknowledge(
        donation, "refund", key=origin, entry=entry, receipt=receipt, skip=refund.came_back
    )


def _take_back(donation: Donation, charge: Charge, refund: Refund) -> None:
    """The bank would not take the refund: the money is ours again, and a receipt is due again."""
    origin = f"{refund.id}:returned"
    _book(donation, origin, STRIPE, GIFTS, refund.amount, refund.created)
    _refunded(donation, donation.refunded_amount - refund.amount)
    _credit(donation, origin, refund.amount, refund.created)
    _replace_receipt(donation, charge, _("refund of %(day)s that came back"), refund.created)


def _refunded(donation: Donation, amount: int) -> None:
    donation.refunded_amount = amount
    if amount == 0:
        donation.state = State.SETTLED
    else:
        donation.state = State.REFUNDED if donation.net == 0 else State.PARTLY_REFUNDED
    donation.save(update_fields=["refunded_amount", "state"])


def _replace_receipt(
    donation: Donation, charge: Charge, reason: str, at: datetime
) -> Receipt | None:
    """The valid receipt is void; one for what stays takes its place. None when nothing stays."""
    last = donation.receipts.order_by("-pk").first()
    if last and last.state == Receipt.State.ISSUED:
        day = at.astimezone(receipts.ROME).strftime("%d/%m/%Y")
        receipts.void(receipt=last, reason=reason % {"day": day})
    if not donation.net:
        return None
    return receipts.issue(
        donation=donation, amount=donation.net, given_at=charge.created, replaces=last
    )


def _booked(origin: str) -> bool:
    return JournalEntry.objects.filter(origin=origin).exists()


def _book(
    donation: Donation, origin: str, debit: str, credit: str, amount: int, at: datetime
) -> JournalEntry:
    return JournalEntry.objects.create(
        debit=_account(debit, donation.fund),
        credit=_account(credit, donation.fund),
        amount=amount,
        currency=donation.currency,
        origin=origin,
        donation=donation,
        at=at,
    )


def _account(code: str, fund: Fund) -> Account:
    if code != GIFTS:
        return Account.objects.get(code=code)
    found, _made = Account.objects.get_or_create(
        fund=fund,
        defaults={
            "code": f"gifts-{fund.pk}",
            "name": f"Erogazioni liberali: {fund.name}"[:120],
            "kind": Account.Kind.INCOME,
        },
    )
    return found


def _credit(donation: Donation, ref: str, amount: int, at: datetime) -> None:
    if donation.source:
        credit(
            source=donation.source,
            ref=ref,
            amount=amount,
            donor=donation.donor.public_id.hex,
            at=at,
            currency=donation.currency,
        )


def _acknowledge(
    donation: Donation,
    kind: str,
    *,
    key: str = "",
    entry: JournalEntry | None = None,
    receipt: Receipt | None = None,
    skip: bool = False,
) -> None:
    """One of each. `skip`: it belongs to the story, but the donor need not hear it any more."""
    Acknowledgement.objects.get_or_create(
        key=key or f"{donation.public_id}:{kind}",
        defaults={
            "donation": donation,
            "kind": kind,
            "entry": entry,
            "receipt": receipt,
            "state": Acknowledgement.State.SKIPPED if skip else Acknowledgement.State.DUE,
            "next_at": None if skip else timezone.now(),
        },
    )
