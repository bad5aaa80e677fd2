"""From an event in the inbox to the books. The event only says where to look: what is written
comes from Stripe's objects as they are now, so that order and repetition change nothing."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from donations import gateway
from donations.models import CheckoutAttempt, StripeEvent
from donations.services import books
from donations.services.inbox import DISPUTE_TYPES, REFUND_TYPES
from donations.stripe_facts import ATTEMPT, Rejected, Session, Unavailable
from outbox.services import LeaseLost, backoff, claim, expired, finish

State = StripeEvent.State
LEASE = timedelta(minutes=5)
BATCH = 50
AGAIN = {"base": timedelta(seconds=5), "cap": timedelta(minutes=30)}

log = logging.getLogger(__name__)


@dataclass
class Case:
    """The events of a batch that concern the same Checkout session: one look at Stripe serves all."""

    attempt: CheckoutAttempt
    events: list[StripeEvent] = field(default_factory=list)

    @property
    def refunds(self) -> bool:
        return any(event.type in REFUND_TYPES for event in self.events)


def process_events(*, limit: int = 1000) -> int:
    """Works through what is due; returns how many events it took. Two at once share the work."""
    release()
    waiting = StripeEvent.objects.filter(state__in=[State.RECEIVED, State.PARKED])
    taken = 0
    while taken < limit:
        events = claim(waiting, limit=min(BATCH, limit - taken), lease=LEASE)
        if not events:
            break
        taken += len(events)
        for case in _cases(events):
            _work(case)
    return taken


def release() -> int:
    """Who held these died: reading Stripe again and writing the books again does no harm."""
    return expired(StripeEvent.objects.all()).update(
        lease_token=None, lease_until=None, next_at=timezone.now()
    )


def retry(*, event: StripeEvent) -> None:
    """A person asks for another look at an event that failed or waits."""
    StripeEvent.objects.filter(pk=event.pk, state__in=[State.FAILED, State.PARKED]).update(
        state=State.RECEIVED, next_at=timezone.now(), attempts=0
    )


def _cases(events: Iterable[StripeEvent]) -> list[Case]:
    """The events by the attempt they belong to; those without one are parked or set aside."""
    cases: dict[int, Case] = {}
    for event in events:
        if event.type in DISPUTE_TYPES:
            _finish(event, State.FAILED, "a payment is disputed: answer it at Stripe")
            continue
        try:
            attempt = _attempt_of(event)
        except Unavailable as error:
            _park(event, str(error), state=State(event.state))
            continue
        except (Rejected, ValueError, KeyError, TypeError) as error:
            _finish(event, State.FAILED, f"{type(error).__name__}: {error}")
            continue
        if attempt:
            cases.setdefault(attempt.pk, Case(attempt)).events.append(event)
    return list(cases.values())


def _attempt_of(event: StripeEvent) -> CheckoutAttempt | None:
    """The attempt an event speaks of. None: put aside or parked already, never dropped."""
    thing = json.loads(bytes(event.payload))["data"]["object"]
    attempts = CheckoutAttempt.objects
    key = str((thing.get("metadata") or {}).get(ATTEMPT, ""))
    payment = str(thing.get("payment_intent") or "")
    if event.type.startswith("checkout.session."):
        found = attempts.filter(session_id=thing["id"]).first()
    else:
        found = attempts.filter(payment_intent=payment).first() if payment else None
    if found is None and not key and payment:
        key = gateway.get().attempt_of_payment(payment)
    if found is None and key:
        found = attempts.filter(idempotency_key=key).first()
    if found is None and not key:
        _finish(event, State.IGNORED, "not a gift made here")
    elif found is None:
        _park(event, "no gift of this number is known yet")
    elif not (found.session_id or event.type.startswith("checkout.session.")):
        _park(event, "the gift's payment page is not known yet")
        found = None
    elif not found.session_id:
        found.session_id = thing["id"]
    return found


def _work(case: Case) -> None:
    """One fresh look at Stripe, one transaction, and the events are done."""
    try:
        session = _look(case)
        outcome = books.record(attempt_id=case.attempt.pk, session=session)
    except Unavailable as error:
        for event in case.events:
            _park(event, str(error), state=State(event.state))
    except (Rejected, books.SecondCharge, books.WrongMoney) as error:
        for event in case.events:
            _finish(event, State.FAILED, f"{type(error).__name__}: {error}")
    except Exception as error:  # a fault of ours must not stop the other gifts' events
        log.exception("event not processed", extra={"attempt": case.attempt.pk})
        for event in case.events:
            _park(event, f"{type(error).__name__}: {error}", state=State(event.state))
    else:
        for event in case.events:
            if outcome.complete:
                _finish(event, State.PROCESSED, donation=outcome.donation)
            else:
                _park(event, "the fee is not known yet", donation=outcome.donation)


def _look(case: Case) -> Session:
    return gateway.get().fetch_session(str(case.attempt.session_id), refunds=case.refunds)


def _finish(event: StripeEvent, state: State, error: str = "", **fields: Any) -> None:
    try:
        finish(event, state=state, last_error=error[:500], **fields)
    except LeaseLost:
        log.info("event went to another worker", extra={"event": event.event_id})


def _park(event: StripeEvent, error: str, *, state: State = State.PARKED, **fields: Any) -> None:
    _finish(
        event, state, error, next_at=timezone.now() + backoff(event.attempts, **AGAIN), **fields
    )
