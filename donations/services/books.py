"""What a payment means for us. Everything here happens inside one transaction, with the donation
locked: its state (forward only), the journal, the credit to its source, the acknowledgements and
the receipt. Said twice, it changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from donations.models import CheckoutAttempt, Donation, Receipt
from donations.services import receipts
from donations.services.page import (
    FEES,
    GIFTS,
    STRIPE,
    Page,
    acknowledge,
    add_credit,
    enter,
    open_page,
    write,
)
from donations.stripe_facts import Charge, Refund, Session

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
def record(*, found: Sequence[tuple[int, Session]]) -> list[Outcome]:
    """Brings the books up to what Stripe's sessions say of our attempts (by id), all or nothing.

    Raises SecondCharge and WrongMoney.
    """
    page = open_page([attempt for attempt, _session in found])
    outcomes = [_read(page, page.attempts[attempt], session) for attempt, session in found]
    write(page)
    return outcomes


def _read(page: Page, attempt: CheckoutAttempt, session: Session) -> Outcome:
    donation = page.donations[attempt.donation_id]
    _note(attempt, session)
    if session.charge and session.payment_status == "paid":
        _settle(page, donation, session.charge)
        _fee(page, donation, session.charge)
        _refunds(page, donation, session.charge)
        return Outcome(donation, complete=bool(session.charge.transaction))
    if page.newest[donation.pk] == attempt.number:
        _advance(page, donation, session)
    return Outcome(donation, complete=True)


def _note(attempt: CheckoutAttempt, session: Session) -> None:
    states = {"open": Attempt.OPEN, "complete": Attempt.COMPLETE, "expired": Attempt.EXPIRED}
    attempt.state = states[session.status]
    attempt.session_id = session.id
    attempt.url = session.url or attempt.url
    attempt.payment_intent = session.payment_intent or attempt.payment_intent


def _advance(page: Page, donation: Donation, session: Session) -> None:
    """No money yet. Only the newest attempt speaks for the gift, and only forwards."""
    state = _unpaid_state(session)
    if RANK[state] <= RANK[State(donation.state)]:
        return
    donation.state = state
    page.changed[donation.pk] = donation
    if state in (State.PROCESSING, State.FAILED):
        acknowledge(page, donation, "processing", skip=state != State.PROCESSING)
    if state == State.FAILED:
        acknowledge(page, donation, "failed")


def _unpaid_state(session: Session) -> State:
    if session.status == "open":
        return State.CHECKOUT_OPEN
    if session.status == "expired":
        return State.EXPIRED
    failed = session.intent_status in ("requires_payment_method", "canceled")
    return State.FAILED if failed else State.PROCESSING


def _settle(page: Page, donation: Donation, charge: Charge) -> None:
    origin = f"{charge.id}:gift"
    if donation.state in Donation.RECEIVED:
        if origin not in page.booked:
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
    page.changed[donation.pk] = donation
    entry = enter(page, donation, origin, STRIPE, GIFTS, charge.amount, charge.created)
    add_credit(page, donation, origin, charge.amount, charge.created)
    receipt = receipts.issue(
        roll=page.roll, donation=donation, amount=charge.amount, given_at=charge.created
    )
    if late:
        # a debit always has both; when we heard of it late, the first has nothing to say any more
        acknowledge(page, donation, "processing", skip=True)
    acknowledge(page, donation, "thank_you", entry=entry, receipt=receipt)


def _fee(page: Page, donation: Donation, charge: Charge) -> None:
    origin = f"{charge.transaction}:fee"
    if charge.transaction and charge.fee and origin not in page.booked:
        enter(page, donation, origin, FEES, STRIPE, charge.fee, charge.created)


def _refunds(page: Page, donation: Donation, charge: Charge) -> None:
    """One by one in their order, so that whoever hears of several at once writes the same books."""
    for refund in charge.refunds:
        if refund.transaction and f"{refund.id}:refund" not in page.booked:
            _give_back(page, donation, charge, refund)
        if refund.transaction and refund.came_back and f"{refund.id}:returned" not in page.booked:
            _take_back(page, donation, charge, refund)


def _give_back(page: Page, donation: Donation, charge: Charge, refund: Refund) -> None:
    origin = f"{refund.id}:refund"
    entry = enter(page, donation, origin, GIFTS, STRIPE, refund.amount, refund.created)
    _refunded(page, donation, donation.refunded_amount + refund.amount)
    add_credit(page, donation, origin, -refund.amount, refund.created)
    receipt = _replace_receipt(page, donation, charge, _("refund of %(day)s"), refund.created)
    acknowledge(
        page, donation, "refund", key=origin, entry=entry, receipt=receipt, skip=refund.came_back
    )


def _take_back(page: Page, donation: Donation, charge: Charge, refund: Refund) -> None:
    """The bank would not take the refund: the money is ours again, and a receipt is due again. The
    donor hears of it either way: the receipt that she has is void."""
    origin = f"{refund.id}:returned"
    entry = enter(page, donation, origin, STRIPE, GIFTS, refund.amount, refund.created)
    _refunded(page, donation, donation.refunded_amount - refund.amount)
    add_credit(page, donation, origin, refund.amount, refund.created)
    reason = _("refund of %(day)s that came back")
    receipt = _replace_receipt(page, donation, charge, reason, refund.created)
    acknowledge(page, donation, "refund_returned", key=origin, entry=entry, receipt=receipt)


def _refunded(page: Page, donation: Donation, amount: int) -> None:
    donation.refunded_amount = amount
    if amount == 0:
        donation.state = State.SETTLED
    else:
        donation.state = State.REFUNDED if donation.net == 0 else State.PARTLY_REFUNDED
    page.changed[donation.pk] = donation


def _replace_receipt(
    page: Page, donation: Donation, charge: Charge, reason: str, at: datetime
) -> Receipt | None:
    """The valid receipt is void; one for what stays takes its place. None when nothing stays."""
    last = donation.receipts.order_by("-pk").first()
    if last and last.state == Receipt.State.ISSUED:
        day = at.astimezone(receipts.ROME).strftime("%d/%m/%Y")
        receipts.void(receipt=last, reason=reason % {"day": day})
    if not donation.net:
        return None
    return receipts.issue(
        roll=page.roll,
        donation=donation,
        amount=donation.net,
        given_at=charge.created,
        replaces=last,
    )
