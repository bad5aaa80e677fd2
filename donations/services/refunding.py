"""Giving money back through Stripe: a person asks, the row is committed, then Stripe is asked, as often
as it takes. Only Stripe's events book the money (`books`); they also say what became of the request."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from donations import gateway
from donations.models import Dispute, Donation, HandEntry, RefundRequest
from donations.stripe_facts import Refund, RefundOrder, Rejected, Unavailable
from outbox.services import LeaseLost, backoff, claim, expired, finish

State = RefundRequest.State
LEASE = timedelta(minutes=2)  # many times the gateway's patience
AGAIN = {"base": timedelta(seconds=10), "cap": timedelta(minutes=10)}
RANK = {
    State.ASKED: 0,
    State.REFUSED: 0,
    State.ACCEPTED: 1,
    State.PENDING: 2,
    State.DONE: 3,
    State.RETURNED: 4,
}

log = logging.getLogger(__name__)


class NotNow(Exception):
    """Nothing of this gift can be given back as it stands."""


class TooMuch(NotNow):
    """More than is left of it: `left` cents."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


def left_of(donation: Donation) -> int:
    """Cents that can still be given back: what stays, less what is being given back already."""
    if donation.state not in Donation.RECEIVED:
        return 0
    return max(0, donation.net - donation.refund_requests.under_way().cents())


def came_by_hand(donation: Donation) -> bool:
    """It never was at Stripe, and is given back by hand too (`giving_back`)."""
    return bool(HandEntry.objects.filter(donation=donation).exists())


def is_held(donation: Donation) -> bool:
    """Whether a bank's dispute has the money: Stripe gives nothing back then."""
    return bool(donation.disputes.filter(status__in=Dispute.NO_REFUND).exists())


def ask_back(
    *,
    key: str,
    donation: Donation,
    amount: int,
    reason: RefundRequest.Reason,
    note: str = "",
    by: Any,
    seen_left: int | None = None,
    note_down: Callable[[RefundRequest], None] = lambda _row: None,
) -> RefundRequest:
    """One request per `key`, however often it is sent. `seen_left`: what the person was shown to be
    left; where that is not so any more, nothing is asked. `note_down` is called with the row that is
    made, in its transaction.

    Raises NotNow and TooMuch.
    """
    with transaction.atomic():
        held = Donation.objects.select_for_update().get(pk=donation.pk)
        found = held.refund_requests.filter(key=key).first()
        if found:
            return found
        left = left_of(held)
        if not left or is_held(held) or came_by_hand(held):
            raise NotNow(held.state)
        if not 0 < amount <= left or seen_left not in (None, left):
            raise TooMuch(left)
        made = RefundRequest.objects.create(
            key=key,
            donation=held,
            amount=amount,
            reason=reason,
            note=note,
            asked_by=by,
            next_at=timezone.now(),
        )
        note_down(made)
        return made


def ask_stripe(*, only: RefundRequest | None = None, limit: int = 50) -> int:
    """Asks for what is due; returns how many it tried. `only`: this one, at once."""
    due = RefundRequest.objects.filter(state=State.ASKED)
    expired(due).update(lease_token=None, lease_until=None)  # the next one looks before it asks
    if only:
        due = due.filter(pk=only.pk)
    for tried in range(1 if only else limit):
        taken = claim(due, limit=1, lease=LEASE)
        if not taken:
            return tried
        _ask(taken[0])
    return 1 if only else limit


def try_again(*, request: RefundRequest) -> bool:
    """At once. False when it is being asked, or Stripe has answered."""
    waiting = RefundRequest.objects.filter(pk=request.pk, state=State.ASKED, lease_token=None)
    return bool(waiting.update(next_at=timezone.now()))


def note_seen(*, request: RefundRequest) -> bool:
    """A person knows that nothing went back. False when somebody has said so already."""
    ended = RefundRequest.objects.filter(
        pk=request.pk, state__in=[State.REFUSED, State.RETURNED], seen_at__isnull=True
    )
    return bool(ended.update(seen_at=timezone.now()))


def follow(donation: Donation, refund: Refund) -> None:
    """What became of the request behind `refund`, if there is one: forwards only. Part of `books`."""
    mine = RefundRequest.objects.filter(donation=donation).filter(
        Q(refund_id=refund.id) | Q(key=refund.request, refund_id__isnull=True)
    )
    for row in mine:
        _move(row, refund, _state_of(refund))


def _state_of(refund: Refund) -> State:
    if refund.came_back:
        return State.RETURNED
    if not refund.transaction:
        return State.ACCEPTED  # not in the books yet
    return State.DONE if refund.status == "succeeded" else State.PENDING


def _move(row: RefundRequest, refund: Refund, state: State) -> None:
    """Whoever holds the row's lease has nothing left to do."""
    if RANK[state] <= RANK[State(row.state)]:
        return
    RefundRequest.objects.filter(pk=row.pk).update(
        state=state,
        refund_id=refund.id,
        last_error="",
        next_at=None,
        lease_token=None,
        lease_until=None,
    )


def _ask(row: RefundRequest) -> None:
    try:
        refund = _given_back(row)
    except Unavailable as error:
        # an answer that Stripe keeps under the key stays what it is: next time under another one
        call = row.call + 1 if error.stored else row.call
        _write(row, call=call, last_error=str(error)[:500] or "?", next_at=_later(row))
    except Rejected as error:
        words = (error.words or str(error))[:500] or "?"
        code = (error.code or type(error).__name__)[:80]
        _write(row, state=State.REFUSED, refusal_code=code, refusal=words, last_error="")
    except Exception as error:  # a fault of ours: in the log, on the desk, and tried again
        log.exception("refund not asked", extra={"refund_request": row.pk})
        _write(row, last_error=f"{type(error).__name__}: {error}"[:500], next_at=_later(row))
    else:
        _accept(row, refund)


def _given_back(row: RefundRequest) -> Refund:
    """Whoever asked before may have died, or not have heard the answer: look first."""
    stripe, charge = gateway.get(), _charge(row.donation)
    if row.attempts > 1 and (found := _made_before(stripe, charge, row)):
        return found
    order = RefundOrder(row.idempotency_key, row.key, charge, row.amount, row.reason)
    return stripe.refund(order)


def _made_before(stripe: gateway.Gateway, charge: str, row: RefundRequest) -> Refund | None:
    """Who may not look knows nothing: only the answer to the refund itself is a refusal."""
    try:
        return stripe.refund_of(charge=charge, request=row.key)
    except Rejected as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error


def _charge(donation: Donation) -> str:
    """The payment that is the gift; a second one is given back at Stripe."""
    return str(donation.entries.get(origin__endswith=":gift").comes_from)


def _accept(row: RefundRequest, refund: Refund) -> None:
    """Unless an event was quicker. Its money is booked by the events alone."""
    with transaction.atomic():
        donation = Donation.objects.select_for_update().get(pk=row.donation_id)
        now = donation.refund_requests.get(pk=row.pk)
        _move(now, refund, State.ACCEPTED)


def _later(row: RefundRequest) -> Any:
    return timezone.now() + backoff(row.attempts, **AGAIN)


def _write(row: RefundRequest, **fields: Any) -> None:
    try:
        finish(row, **fields)
    except LeaseLost:
        log.info("refund request went on without us", extra={"refund_request": row.pk})
