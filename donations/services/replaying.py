"""Stored events, run again: the books are the same however often they are told."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from donations.models import StripeEvent
from donations.services.events import process_events
from donations.services.forgetting import FORGOTTEN
from donations.services.inbox import ACTED_ON

State = StripeEvent.State
AT_ONCE = 200


def choose(
    *, ids: Iterable[str] = (), since: datetime | None = None, states: Iterable[str] = ()
) -> QuerySet[StripeEvent]:
    """Those that can be run again: of a type we act on, and not forgotten with their gift."""
    events = StripeEvent.objects.filter(type__in=ACTED_ON).exclude(payload=FORGOTTEN)
    if ids:
        events = events.filter(event_id__in=list(ids))
    if since:
        events = events.filter(happened_at__gte=since)
    if states:
        events = events.filter(state__in=list(states))
    return events


def replay(*, events: QuerySet[StripeEvent]) -> Counter[str]:
    """How many of them are in which state afterwards. What a worker holds just now is left to it;
    what is interrupted goes on by itself with the next tick."""
    outcome: Counter[str] = Counter()
    keys = list(events.order_by("happened_at", "pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        these = StripeEvent.objects.filter(pk__in=keys[start : start + AT_ONCE])
        these.filter(lease_token=None).update(
            state=State.RECEIVED, next_at=timezone.now(), attempts=0, last_error=""
        )
        process_events(limit=AT_ONCE, among=these)
        outcome.update(these.values_list("state", flat=True))
    return outcome
