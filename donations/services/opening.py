"""The payment page of an attempt: opened at Stripe, opened once more for a second click, closed for good."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from donations import gateway
from donations.models import CheckoutAttempt, Donation, TransferPromise
from donations.stripe_facts import Busy, Order, Rejected, Session, Unavailable

GOOD_FOR = timedelta(hours=23)  # a session lives 24 hours, an idempotency key at least as long
PATIENCE = 10.0  # seconds for the answer to another click; a call takes no longer
PAUSE = 0.3

State = Donation.State
Attempt = CheckoutAttempt.State
# a gift that no money has come for, nor is on its way
REOPENABLE = (
    State.STARTED,
    State.CHECKOUT_OPEN,
    State.AWAITING,
    State.EXPIRED,
    State.CANCELLED,
    State.FAILED,
)


def open_attempt(*, attempt: CheckoutAttempt, written: Donation | None = None) -> Session:
    """Asks Stripe for the session of an attempt that is committed. May be called again. `written`: its
    gift with all that belongs to it, where the transaction before this wrote it.

    Raises Unavailable and Rejected; what Stripe keeps under the key ends the attempt.
    """
    try:
        session = _asked(_order(attempt, written or _read(attempt)))
    except (Unavailable, Rejected) as error:
        if isinstance(error, Rejected) or error.stored:
            _move(attempt, Attempt.OPENING, state=Attempt.FAILED)
        raise
    with transaction.atomic():
        if not (written and _opened(written)):
            attempt.donation = _opened_again(attempt)
        _move(attempt, Attempt.OPENING, state=Attempt.OPEN, session_id=session.id, url=session.url)
    return session


def _opened(gift: Donation) -> bool:
    """Whether it was as it began until now, as nearly all are: one statement, and nothing read."""
    begun = Donation.objects.filter(pk=gift.pk, state=State.STARTED)
    if not begun.update(state=State.CHECKOUT_OPEN):
        return False
    gift.state = State.CHECKOUT_OPEN
    return True


def _opened_again(attempt: CheckoutAttempt) -> Donation:
    """Whatever became of it meanwhile; held until the transaction ends."""
    held = Donation.objects.select_for_update().get(pk=attempt.donation_id)
    if held.state in REOPENABLE:
        if held.state == State.AWAITING:  # rather by card: nobody is reminded of the transfer
            TransferPromise.objects.filter(donation=held).update(remind_at=None)
        held.state = State.CHECKOUT_OPEN
        held.save(update_fields=["state"])
    return held


def _asked(order: Order) -> Session:
    """A second click, while Stripe still answers the first, waits for the same answer."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return gateway.get().open_checkout(order)
        except Busy:
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE)


def retire(attempt: CheckoutAttempt) -> bool:
    """Makes sure that nobody can pay at the attempt's page; False when somebody has."""
    if attempt.state in (Attempt.EXPIRED, Attempt.FAILED):
        return True
    if attempt.state == Attempt.COMPLETE:
        # a debit that the bank refused leaves a completed session behind; a promise is there then,
        # and asks again by itself
        refused = attempt.donation.state == State.FAILED
        return bool(refused and attempt.donation.promise_id is None)
    if attempt.state == Attempt.OPENING:
        if attempt.created_at < timezone.now() - GOOD_FOR:
            return True  # whatever was opened then has expired, and nobody had its address
        attempt.session_id = open_attempt(attempt=attempt).id
    stripe, session_id = gateway.get(), str(attempt.session_id)
    try:
        stripe.expire_session(session_id)
    except Rejected:
        if stripe.fetch_session(session_id).status != "expired":
            return False
    _move(attempt, Attempt.OPEN, state=Attempt.EXPIRED)
    return True


def _move(attempt: CheckoutAttempt, was: str, **fields: Any) -> None:
    """Unless an event was quicker and has moved it on."""
    CheckoutAttempt.objects.filter(pk=attempt.pk, state=was).update(**fields)


def _read(attempt: CheckoutAttempt) -> Donation:
    return Donation.objects.select_related("fund", "donor", "source", "promise").get(
        pk=attempt.donation_id
    )


def _order(attempt: CheckoutAttempt, donation: Donation) -> Order:
    """Only from what is in rows, so that the same attempt always asks for the same thing."""
    back = f"{reverse('donations:give')}?annullato={donation.public_id}"
    with override(donation.language):
        title = str(donation.fund.called)
    return Order(
        key=attempt.idempotency_key,
        reference=str(donation.public_id),
        amount=attempt.amount,
        currency=donation.currency,
        title=title,
        email=donation.donor.email or "",
        language=donation.language,
        success_url=settings.SITE_URL + donation.get_absolute_url(),
        cancel_url=settings.SITE_URL + back,
        source=donation.source.code if donation.source else "",
        every=donation.promise.interval if donation.promise else "",
    )
