"""From an event in the inbox to the books. The event only says where to look: what is written
comes from Stripe's objects as they are now, so that order and repetition change nothing."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from donations import gateway
from donations.erasure.payloads import redacted
from donations.models import StripeEvent
from donations.services import books, doors, mandates, payouts, promises
from donations.services.event_cases import Case, Look, cases_of, in_time
from donations.services.event_ends import State, done, end, later, our_fault
from donations.services.inbox import DECLINE_TYPES, MANDATE_TYPES, PAYOUT_TYPES
from donations.services.together import write_together
from donations.stripe_facts import Rejected, Unavailable
from outbox.services import claim, expired

LEASE = timedelta(minutes=5)
ASKING = LEASE.total_seconds() / 2  # seconds of a batch for questions; the last answers may be late
BATCH = 50
LOOKS = 8  # at Stripe at once

log = logging.getLogger(__name__)


def process_events(*, limit: int = 1000, among: "QuerySet[StripeEvent] | None" = None) -> int:
    """Works through what is due, of all or `among` these; returns how many events it took. Two at
    once share the work."""
    release()
    rows = StripeEvent.objects.all() if among is None else among
    waiting = rows.filter(state__in=[State.RECEIVED, State.PARKED])
    taken = 0
    with ThreadPoolExecutor(LOOKS) as looks:  # its threads keep their connections to Stripe
        while taken < limit and (found := _batch(waiting, min(BATCH, limit - taken), looks)):
            taken += found
    if taken:
        payouts.explain_open()
    return taken


def _batch(waiting: "QuerySet[StripeEvent]", limit: int, looks: Executor) -> int:
    events = claim(waiting, limit=limit, lease=LEASE)
    until = monotonic() + ASKING
    of_payouts = [event for event in events if event.type in PAYOUT_TYPES]
    of_mandates = [event for event in events if event.type in MANDATE_TYPES]
    declines = [event for event in events if event.type in DECLINE_TYPES]
    apart = [*of_payouts, *of_mandates, *declines]
    _decline(declines)  # nothing is asked for them: there may be thousands
    _work(cases_of([event for event in events if event not in apart], until), until, looks)
    _look_at(
        of_mandates, lambda one: mandates.take_in(mandate_id=one), until
    )  # after the promises that have them
    _look_at(
        of_payouts, lambda one: payouts.take_in(payout_id=one), until
    )  # after the gifts, which explain them
    return len(events)


def release() -> int:
    """Who held these died: reading Stripe again and writing the books again does no harm."""
    return expired(StripeEvent.objects.all()).update(
        lease_token=None, lease_until=None, next_at=timezone.now()
    )


def _work(cases: list[Case], until: float, looks: Executor) -> None:
    """Fresh looks at Stripe side by side, then one transaction for all of them."""
    if not cases:
        return
    stripe = gateway.get()
    begun = [(case, looks.submit(case.look, stripe, until)) for case in cases]
    seen = []
    for case, look in begun:
        try:
            seen.append((case, look.result()))
        except Unavailable as error:
            _each(case, later, str(error))
        except Rejected as error:
            _each(case, end, State.FAILED, f"Rejected: {error}")
    try:
        _record(seen)
    except Exception:  # one of them: the others must not wait for it
        for one in seen:
            _record_alone(one)


def _record(seen: list[tuple[Case, Look]]) -> None:
    """The books and the end of the events in one transaction."""
    if not seen:
        return
    with transaction.atomic():
        found = [(case.attempt.pk, look.session) for case, look in seen]
        outcomes = books.record(found=found, lost={one for case, _ in seen for one in case.lost()})
        finished: list[StripeEvent] = []
        for (case, _look), outcome in zip(seen, outcomes, strict=True):
            for event in case.events:
                event.donation = outcome.donation
            if outcome.donation.erased:
                _name_nobody(case.events)
            if outcome.complete:
                finished += case.events
            else:
                _each(case, later, "the fee is not known yet", State.PARKED)
        _keep(
            [
                (outcome.donation.promise_id, *one)
                for one, outcome in zip(seen, outcomes, strict=True)
            ]
        )
        done(finished)


def _name_nobody(events: list[StripeEvent]) -> None:
    """Of somebody who was erased: what the books need stays."""
    for event in events:
        event.payload, event.redacted_at = redacted(bytes(event.payload)), timezone.now()
    write_together(events, ["payload", "redacted_at"])


def _keep(seen: list[tuple[int | None, Case, Look]]) -> None:
    """The promises behind these payments."""
    promises.follow_all(
        seen=[
            promises.Seen(promise, look.subscription, look.began, case.heard())
            for promise, case, look in seen
            if promise and look.subscription
        ]
    )


def _record_alone(one: tuple[Case, Look]) -> None:
    case = one[0]
    try:
        _record([one])
    except (books.WrongMoney, promises.WrongSubscription) as error:
        _each(case, end, State.FAILED, f"{type(error).__name__}: {error}")
    except Exception as error:  # a fault of ours: kept, tried again, and in the log
        log.exception("event not processed", extra={"attempt": case.attempt.pk})
        our_fault(case.events, error)


def _decline(events: list[StripeEvent]) -> None:
    """Each is counted once: the count and the end of the event are one transaction."""
    for event in events:
        try:
            with transaction.atomic():
                doors.declined(event)
                done([event])
        except Exception as error:  # a fault of ours: kept, tried again, and in the log
            log.exception("declined card not counted", extra={"stripe_event": event.event_id})
            our_fault([event], error)


def _look_at(events: list[StripeEvent], take_in: Callable[[str], Any], until: float) -> None:
    """One look at Stripe serves all that speak of the same payout, or mandate."""
    for thing in dict.fromkeys(event.object_id for event in events):
        case = [event for event in events if event.object_id == thing]
        try:
            in_time(until)
            take_in(thing)
        except Unavailable as error:
            _all(case, later, str(error))
        except (Rejected, books.WrongMoney) as error:
            _all(case, end, State.FAILED, f"{type(error).__name__}: {error}")
        except Exception as error:  # a fault of ours: kept, tried again, and in the log
            log.exception("news not taken in", extra={"thing": thing})
            our_fault(case, error)
        else:
            done(case)


def _each(case: Case, what: Callable[..., None], *words: Any, **fields: Any) -> None:
    _all(case.events, what, *words, **fields)


def _all(events: list[StripeEvent], what: Callable[..., None], *words: Any, **fields: Any) -> None:
    for event in events:
        what(event, *words, **fields)
