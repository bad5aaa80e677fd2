"""What a person decides about an event of Stripe's that did not find its way by itself."""

from django.utils import timezone

from donations.models import StripeEvent

State = StripeEvent.State


def decide_event(*, event: StripeEvent, again: bool) -> bool:
    """Look at it `again` at once, or leave it alone. False when it needs no decision any more."""
    fields = (
        {"state": State.RECEIVED, "next_at": timezone.now(), "attempts": 0}
        if again
        else {"state": State.IGNORED, "next_at": None}
    )
    waiting = StripeEvent.objects.filter(
        pk=event.pk, state__in=[State.FAILED, State.PARKED], lease_token=None
    )
    return bool(waiting.update(**fields))
