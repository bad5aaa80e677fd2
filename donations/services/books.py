"""What a payment means for us. Everything here happens inside one transaction, with the donation
locked: its state (forward only), the journal, the credit to its source, the acknowledgements and
the receipt. Said twice, it changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from donations.models import CheckoutAttempt, Donation
from donations.services import returns
from donations.services.page import (
    FEES,
    GIFTS,
    STRIPE,
    SUSPENSE,
    Page,
    acknowledge,
    add_credit,
    enter,
    open_page,
    write,
)
from donations.stripe_facts import Charge, Session

State = Donation.State
Attempt = CheckoutAttempt.State
RANK = {
    State.STARTED: 0,
    State.CHECKOUT_OPEN: 1,
    State.AWAITING: 2,  # a payment page that closes takes no promise back
    State.EXPIRED: 2,
    State.CANCELLED: 2,
    State.PROCESSING: 3,
    State.FAILED: 4,
    State.SETTLED: 5,
    State.PARTLY_REFUNDED: 6,
    State.REFUNDED: 7,
    State.DISPUTED: 7,
    State.LOST: 7,
    State.REVERSED: 7,
}


class WrongMoney(Exception):
    """The payment is not in the gift's currency."""


@dataclass(frozen=True)
class Outcome:
    donation: Donation
    complete: bool  # False: Stripe does not know the fee yet, look again


@transaction.atomic
def record(
    *, found: Sequence[tuple[int, Session | None]], lost: Collection[str] = ()
) -> list[Outcome]:
    """Brings the books up to what Stripe's sessions say of our attempts (by id), all or nothing. None:
    nobody asked, the gift is only held.
    `lost`: disputes that an event said were lost; Stripe's object says only how they stand now.

    Raises WrongMoney.
    """
    page = open_page([attempt for attempt, _session in found])
    outcomes = [_read(page, page.attempts[attempt], session, lost) for attempt, session in found]
    write(page)
    return outcomes


def _read(
    page: Page, attempt: CheckoutAttempt, session: Session | None, lost: Collection[str]
) -> Outcome:
    donation = page.donations[attempt.donation_id]
    if session is None:
        return Outcome(donation, complete=True)
    _note(attempt, session)
    if session.charge and session.payment_status == "paid":
        purse = _purse(page, donation, session.charge)
        _fee(page, donation, session.charge)
        returns.take_in(page, donation, session.charge, purse, lost)
        return Outcome(donation, complete=bool(session.charge.transaction))
    if page.newest[donation.pk] == attempt.number:
        _advance(page, donation, session)
    return Outcome(donation, complete=True)


def _note(attempt: CheckoutAttempt, session: Session) -> None:
    states = {"open": Attempt.OPEN, "complete": Attempt.COMPLETE, "expired": Attempt.EXPIRED}
    attempt.state = states[session.status]
    attempt.session_id = session.id or attempt.session_id
    attempt.invoice_id = session.invoice or attempt.invoice_id
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
    if state == State.FAILED and donation.promise_id is None:
        acknowledge(page, donation, "failed")  # a promise says it itself, with a way to mend it


def _unpaid_state(session: Session) -> State:
    if session.status == "open":
        return State.CHECKOUT_OPEN
    if session.status == "expired":
        return State.EXPIRED
    failed = session.intent_status in ("requires_payment_method", "canceled")
    return State.FAILED if failed else State.PROCESSING


def _purse(page: Page, donation: Donation, charge: Charge) -> str:
    """Books the charge once. The first one is the gift; what is paid on top of it is not ours: it
    waits in suspense until a person gives it back at Stripe."""
    if f"{charge.id}:gift" in page.booked:
        return GIFTS
    if charge.currency != donation.currency:
        raise WrongMoney(charge.id)
    if donation.state not in Donation.RECEIVED:
        _settle(page, donation, charge)
        return GIFTS
    origin = f"{charge.id}:second"
    if origin not in page.booked:
        enter(page, donation, origin, STRIPE, SUSPENSE, charge.amount, charge.settled)
    return SUSPENSE


def _settle(page: Page, donation: Donation, charge: Charge) -> None:
    origin = f"{charge.id}:gift"
    donation.amount = charge.amount  # what was really paid is what counts
    donation.method = charge.method[:16]
    donation.method_reference = "" if donation.erased else charge.reference
    donation.settled_at = charge.settled
    donation.state = State.SETTLED
    page.changed[donation.pk] = donation
    entry = enter(page, donation, origin, STRIPE, GIFTS, charge.amount, charge.settled)
    add_credit(page, donation, origin, charge.amount, charge.settled)
    if charge.method == Donation.Method.SEPA_DEBIT:
        # a debit always has both; when we heard of it late, the first has nothing to say any more
        acknowledge(page, donation, "processing", skip=True)
    page.thanks[donation.pk] = acknowledge(page, donation, "thank_you", entry=entry)


def _fee(page: Page, donation: Donation, charge: Charge) -> None:
    origin = f"{charge.transaction}:fee"
    if charge.transaction and charge.fee and origin not in page.booked:
        enter(page, donation, origin, FEES, STRIPE, charge.fee, charge.settled)
