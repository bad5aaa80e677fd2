"""From an event in the inbox to the books. The event only says where to look: what is written
comes from Stripe's objects as they are now, so that order and repetition change nothing."""

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from donations import gateway, stripe_answers
from donations.erasure.payloads import redacted
from donations.models import CheckoutAttempt, Dispute, RecurringDonation, StripeEvent
from donations.services import books, doors, mandates, payouts, promises
from donations.services.charges import charge_rows
from donations.services.inbox import (
    CUSTOMER_TYPES,
    DECLINE_TYPES,
    DISPUTE_TYPES,
    INVOICE_TYPES,
    MANDATE_TYPES,
    PAYOUT_TYPES,
    REFUND_TYPES,
    SESSION_TYPES,
    SUBSCRIPTION_TYPES,
    WARNING_TYPES,
)
from donations.services.together import write_together
from donations.stripe_facts import (
    ATTEMPT,
    Invoice,
    Rejected,
    Session,
    Subscription,
    Unavailable,
)
from outbox.services import LeaseLost, backoff, claim, expired, finish

State = StripeEvent.State
LOST = Dispute.Status.LOST
LEASE = timedelta(minutes=5)
ASKING = LEASE.total_seconds() / 2  # seconds of a batch for questions; the last answers may be late
BATCH = 50
OF_PROMISES = (*INVOICE_TYPES, *SUBSCRIPTION_TYPES)
LOOKS = 8  # at Stripe at once
ENOUGH = 12  # attempts at an event that we cannot digest, about an hour
AGAIN = {"base": timedelta(seconds=5), "cap": timedelta(minutes=30)}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What Stripe says: of the payment and, where it is a promise's, of its subscription. `session`:
    None where there was no need to ask for it."""

    began: datetime
    session: Session | None
    subscription: Subscription | None


@dataclass
class Case:
    """The events of a batch that concern the same Checkout session, or the same charge of a promise:
    one look at Stripe serves all. `kept`: the subscription, where they tell of nothing else."""

    attempt: CheckoutAttempt
    events: list[StripeEvent] = field(default_factory=list)
    kept: str = ""

    def look(self, stripe: gateway.Gateway, until: float) -> Look:
        """A debit's event says when it was collected; without it the gateway has to ask."""
        _in_time(until)
        began = timezone.now()
        if self.kept:
            return Look(began, None, stripe.fetch_subscription(self.kept))
        back = any(event.type in (*REFUND_TYPES, *DISPUTE_TYPES) for event in self.events)
        warned = any(event.type in WARNING_TYPES for event in self.events)
        collected = (one.happened_at for one in self.events if one.type == gateway.COLLECTED)
        fetch = stripe.fetch_session if self.attempt.session_id else stripe.fetch_invoice
        session = fetch(
            str(self.attempt.session_id or self.attempt.invoice_id),
            thorough=back,
            warned=warned,
            collected=next(collected, None),
        )
        told, kept = session.promise, session.subscription
        if told is None and kept:
            told = stripe.fetch_subscription(kept)
        return Look(began, session, told)

    def lost(self) -> set[str]:
        """The disputes that were lost when these events were made."""
        of_disputes = [one for one in self.events if one.type in DISPUTE_TYPES]
        return {one.object_id for one in of_disputes if _thing(one).get("status") == LOST}

    def heard(self) -> promises.Heard:
        of_invoices = [one for one in self.events if one.type in INVOICE_TYPES]
        return promises.heard_in((one.type, _thing(one)) for one in of_invoices)


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
    _work(_cases([event for event in events if event not in apart], until), until, looks)
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


def _in_time(until: float) -> None:
    """Where Stripe answers too slowly, the rest of a batch is given back while it is still ours."""
    if monotonic() > until:
        raise Unavailable("no time left to ask")


def _cases(events: Sequence[StripeEvent], until: float) -> list[Case]:
    """The events by the attempt they belong to; those without one are parked or set aside."""
    sessions = [event.object_id for event in events]
    known = {
        str(attempt.session_id): attempt
        for attempt in CheckoutAttempt.objects.filter(session_id__in=sessions)
    }
    known |= _of_promises(events)
    cases: dict[int, Case] = {}
    for event in events:
        attempt = known.get(event.object_id) or _searched(event, until)
        if attempt:
            cases.setdefault(attempt.pk, Case(attempt)).events.append(event)
    for case in cases.values():
        _money_first(case)
        case.kept = _kept(case)
    return list(cases.values())


def _of_promises(events: Sequence[StripeEvent]) -> dict[str, CheckoutAttempt]:
    """By the subscription the gift that began it, by the invoice the gift of that charge: for the
    whole batch at once. What cannot be found so is looked for one by one."""
    try:
        things = {event: _thing(event) for event in events if event.type in OF_PROMISES}
        invoices = [
            stripe_answers.invoice_of(thing)
            for event, thing in things.items()
            if event.type in INVOICE_TYPES
        ]
        keys = {
            event.object_id: _key(thing)
            for event, thing in things.items()
            if event.type in SUBSCRIPTION_TYPES
        }
        wanted = {*keys.values(), *(one.attempt for one in invoices)} - {""}
        attempts = CheckoutAttempt.objects.select_related("donation__promise")
        begun = {one.idempotency_key: one for one in attempts.filter(idempotency_key__in=wanted)}
        charges = [
            (promise, one)
            for one in invoices
            if one.paid and not one.first and one.attempt in begun
            if (promise := begun[one.attempt].donation.promise)
        ]
        kept = {one: begun[key] for one, key in keys.items() if key in begun}
        return {name: one for name, one in kept.items() if one.session_id} | charge_rows(
            charges=charges
        )
    except Exception:  # one of them: the others must not wait for it
        return {}


def _kept(case: Case) -> str:
    """A card changed, a period over: nothing of the gift that began it is another then."""
    promise = case.attempt.donation.promise if _tell_of_promise(case) else None
    kept = str(promise.subscription_id or "") if promise else ""
    others = {one.object_id for one in case.events if one.type in SUBSCRIPTION_TYPES} - {kept}
    return "" if others else kept


def _tell_of_promise(case: Case) -> bool:
    return all(one.type in (*SUBSCRIPTION_TYPES, *CUSTOMER_TYPES) for one in case.events)


def _money_first(case: Case) -> None:
    """Warnings wait for a look of their own: a key that may not read them holds up no euro."""
    others = [event for event in case.events if event.type not in WARNING_TYPES]
    if others:
        for event in case.events:
            if event.type in WARNING_TYPES:
                _later(event, "its gift comes first")
        case.events = others


def _searched(event: StripeEvent, until: float) -> CheckoutAttempt | None:
    """The attempt an event speaks of. None: put aside or parked already, never dropped."""
    found = None
    try:
        found = _attempt_of(event, until)
    except Unavailable as error:
        _later(event, str(error))
    except (Rejected, ValueError, KeyError, TypeError) as error:
        _finish(event, State.FAILED, f"{type(error).__name__}: {error}")
    return found


def _thing(event: StripeEvent) -> dict[str, Any]:
    """What the event is about, as it was then."""
    return dict(json.loads(bytes(event.payload))["data"]["object"])


def _key(thing: dict[str, Any]) -> str:
    return str((thing.get("metadata") or {}).get(ATTEMPT, ""))


def _attempt_of(event: StripeEvent, until: float) -> CheckoutAttempt | None:
    """By the payment, or by our key in Stripe's metadata, asked for when it must be."""
    thing = _thing(event)
    attempts = CheckoutAttempt.objects
    if event.type in INVOICE_TYPES:
        return _of_invoice(event, stripe_answers.invoice_of(thing))
    if event.type in CUSTOMER_TYPES:
        return _of_customer(event)
    key = _key(thing)
    payment = str(thing.get("payment_intent") or "")
    found = attempts.filter(payment_intent=payment).first() if payment else None
    if found is None and not key and payment:
        _in_time(until)
        key = gateway.get().attempt_of_payment(payment)
        if not key and (invoice := gateway.get().invoice_of_payment(payment)):
            return _of_invoice(event, invoice)
    if found is None and key:
        found = attempts.filter(idempotency_key=key).first()
    if found and event.type in SESSION_TYPES:
        found.session_id = thing["id"]  # the answer to our call never came: here it is
    return _known(event, found, bool(key))


def _of_invoice(event: StripeEvent, invoice: Invoice) -> CheckoutAttempt | None:
    """The gift of this charge of a promise; what is not paid yet concerns the promise alone."""
    attempts = CheckoutAttempt.objects.select_related("donation__promise")
    begun = attempts.filter(idempotency_key=invoice.attempt).first()
    promise = begun.donation.promise if begun else None
    if begun and promise and invoice.paid and not invoice.first:
        return charge_rows(charges=[(promise, invoice)])[invoice.id]
    return _known(event, begun, bool(invoice.attempt))


def _of_customer(event: StripeEvent) -> CheckoutAttempt | None:
    """Stripe makes a customer for every promise: there is nothing of ours on him but his number."""
    promise = RecurringDonation.objects.filter(customer_id=event.object_id).first()
    begun = promise.first.attempts.filter(session_id__isnull=False) if promise else None
    return _known(event, begun.order_by("-number").first() if begun else None, False)


def _known(event: StripeEvent, found: CheckoutAttempt | None, ours: bool) -> CheckoutAttempt | None:
    if found and (found.session_id or found.invoice_id):
        return found
    if found or ours:
        _later(event, "the gift it belongs to is not known yet", State.PARKED)
    else:
        _finish(event, State.IGNORED, "not a gift made here")
    return None


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
            _each(case, _later, str(error))
        except Rejected as error:
            _each(case, _finish, State.FAILED, f"Rejected: {error}")
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
        done: list[StripeEvent] = []
        for (case, _look), outcome in zip(seen, outcomes, strict=True):
            for event in case.events:
                event.donation = outcome.donation
            if outcome.donation.erased:
                _name_nobody(case.events)
            if outcome.complete:
                done += case.events
            else:
                _each(case, _later, "the fee is not known yet", State.PARKED)
        _keep(
            [
                (outcome.donation.promise_id, *one)
                for one, outcome in zip(seen, outcomes, strict=True)
            ]
        )
        _done(done)


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
        _each(case, _finish, State.FAILED, f"{type(error).__name__}: {error}")
    except Exception as error:  # a fault of ours: kept, tried again, and in the log
        log.exception("event not processed", extra={"attempt": case.attempt.pk})
        _our_fault(case.events, error)


def _done(events: list[StripeEvent]) -> None:
    """Whoever lost its lease meanwhile has changed nothing: the books are the same either way."""
    tokens = {event.pk: event.lease_token for event in events}
    write_together(events, ["donation"])
    StripeEvent.objects.filter(pk__in=tokens, lease_token__in=tokens.values()).update(
        state=State.PROCESSED, last_error="", next_at=None, lease_token=None, lease_until=None
    )


def _decline(events: list[StripeEvent]) -> None:
    """Each is counted once: the count and the end of the event are one transaction."""
    for event in events:
        try:
            with transaction.atomic():
                doors.declined(event)
                _done([event])
        except Exception as error:  # a fault of ours: kept, tried again, and in the log
            log.exception("declined card not counted", extra={"stripe_event": event.event_id})
            _our_fault([event], error)


def _look_at(events: list[StripeEvent], take_in: Callable[[str], Any], until: float) -> None:
    """One look at Stripe serves all that speak of the same payout, or mandate."""
    for thing in dict.fromkeys(event.object_id for event in events):
        case = [event for event in events if event.object_id == thing]
        try:
            _in_time(until)
            take_in(thing)
        except Unavailable as error:
            _all(case, _later, str(error))
        except (Rejected, books.WrongMoney) as error:
            _all(case, _finish, State.FAILED, f"{type(error).__name__}: {error}")
        except Exception as error:  # a fault of ours: kept, tried again, and in the log
            log.exception("news not taken in", extra={"thing": thing})
            _our_fault(case, error)
        else:
            _done(case)


def _our_fault(events: list[StripeEvent], error: Exception) -> None:
    for event in events:
        give_up = event.attempts >= ENOUGH
        _later(event, f"{type(error).__name__}: {error}", State.FAILED if give_up else None)


def _each(case: Case, what: Callable[..., None], *words: Any, **fields: Any) -> None:
    _all(case.events, what, *words, **fields)


def _all(events: list[StripeEvent], what: Callable[..., None], *words: Any, **fields: Any) -> None:
    for event in events:
        what(event, *words, **fields)


def _finish(event: StripeEvent, state: State, error: str = "", **fields: Any) -> None:
    try:
        finish(event, state=state, last_error=error[:500], **fields)
    except LeaseLost:
        log.info("event went to another worker", extra={"stripe_event": event.event_id})


def _later(event: StripeEvent, error: str, state: State | None = None) -> None:
    """Another look after a while; a failed one only when a person asks for it."""
    again = timezone.now() + backoff(event.attempts, **AGAIN)
    next_at = None if state == State.FAILED else again
    _finish(event, state or State(event.state), error, next_at=next_at, donation=event.donation)
