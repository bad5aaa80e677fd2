"""How an event of Stripe's ends for now: done, looked at again, or left for a person."""

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone

from donations.models import StripeEvent
from donations.services.together import write_together
from outbox.services import LeaseLost, backoff, finish

State = StripeEvent.State
ENOUGH = 12  # attempts at an event that we cannot digest, about an hour
AGAIN = {"base": timedelta(seconds=5), "cap": timedelta(minutes=30)}

log = logging.getLogger(__name__)


def done(events: list[StripeEvent]) -> None:
    """Whoever lost its lease meanwhile has changed nothing: the books are the same either way."""
    tokens = {event.pk: event.lease_token for event in events}
    write_together(events, ["donation"])
    StripeEvent.objects.filter(pk__in=tokens, lease_token__in=tokens.values()).update(
        state=State.PROCESSED, last_error="", next_at=None, lease_token=None, lease_until=None
    )


def our_fault(events: list[StripeEvent], error: Exception) -> None:
    for event in events:
        give_up = event.attempts >= ENOUGH
        later(event, f"{type(error).__name__}: {error}", State.FAILED if give_up else None)


def end(event: StripeEvent, state: State, error: str = "", **fields: Any) -> None:
    try:
        finish(event, state=state, last_error=error[:500], **fields)
    except LeaseLost:
        log.info("event went to another worker", extra={"stripe_event": event.event_id})


def later(event: StripeEvent, error: str, state: State | None = None) -> None:
    """Another look after a while; a failed one only when a person asks for it."""
    again = timezone.now() + backoff(event.attempts, **AGAIN)
    next_at = None if state == State.FAILED else again
    end(event, state or State(event.state), error, next_at=next_at, donation=event.donation)
