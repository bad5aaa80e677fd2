"""Which gift an event of Stripe's speaks of, and what Stripe is asked for it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any

from django.utils import timezone

from donations import gateway, stripe_answers
from donations.models import CheckoutAttempt, Dispute, RecurringDonation, StripeEvent
from donations.services import promises
from donations.services.charges import charge_rows
from donations.services.event_ends import State, end, later
from donations.services.inbox import (
    CUSTOMER_TYPES,
    DISPUTE_TYPES,
    INVOICE_TYPES,
    REFUND_TYPES,
    SESSION_TYPES,
    SUBSCRIPTION_TYPES,
    WARNING_TYPES,
)
from donations.stripe_facts import (
    ATTEMPT,
    Invoice,
    Rejected,
    Session,
    Subscription,
    Unavailable,
)

LOST = Dispute.Status.LOST
OF_PROMISES = (*INVOICE_TYPES, *SUBSCRIPTION_TYPES)


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
        in_time(until)
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


def in_time(until: float) -> None:
    """Where Stripe answers too slowly, the rest of a batch is given back while it is still ours."""
    if monotonic() > until:
        raise Unavailable("no time left to ask")


def cases_of(events: Sequence[StripeEvent], until: float) -> list[Case]:
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
    """By the subscription the gift that began it, by the invoice what `_gifts_of` finds: for the whole
    batch at once. What cannot be found so is looked for one by one."""
    try:
        things = [(one, _thing(one)) for one in events if one.type in OF_PROMISES]
        keys = {one.object_id: _key(thing) for one, thing in things if _kept_by(one)}
        invoices = [stripe_answers.invoice_of(thing) for one, thing in things if not _kept_by(one)]
        begun = _begun(keys.values())
        found = {name: begun[key] for name, key in keys.items() if key in begun}
        found |= _gifts_of(invoices)
    except Exception:  # one of them: the others must not wait for it
        return {}
    return {name: one for name, one in found.items() if one.session_id or one.invoice_id}


def _kept_by(event: StripeEvent) -> bool:
    """Tells of the promise itself, not of a charge."""
    return event.type in SUBSCRIPTION_TYPES


def _begun(keys: Iterable[str]) -> dict[str, CheckoutAttempt]:
    """By our keys, which stand in the metadata of what began with them."""
    rows = CheckoutAttempt.objects.select_related("donation__promise")
    return {one.idempotency_key: one for one in rows.filter(idempotency_key__in=set(keys))}


def _gifts_of(invoices: Sequence[Invoice]) -> dict[str, CheckoutAttempt]:
    """The gift of each charge of a promise, made where it is new; what is not paid yet concerns the
    promise alone, and leads to the gift that began it."""
    begun = _begun(one.attempt for one in invoices)
    ours = [one for one in invoices if one.attempt in begun]
    charges = [
        (promise, one)
        for one in ours
        if one.paid and not one.first and (promise := begun[one.attempt].donation.promise)
    ]
    return {one.id: begun[one.attempt] for one in ours} | charge_rows(charges=charges)


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
                later(event, "its gift comes first")
        case.events = others


def _searched(event: StripeEvent, until: float) -> CheckoutAttempt | None:
    """The attempt an event speaks of. None: put aside or parked already, never dropped."""
    found = None
    try:
        found = _attempt_of(event, until)
    except Unavailable as error:
        later(event, str(error))
    except (Rejected, ValueError, KeyError, TypeError) as error:
        end(event, State.FAILED, f"{type(error).__name__}: {error}")
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
        in_time(until)
        key = gateway.get().attempt_of_payment(payment)
        if not key and (invoice := gateway.get().invoice_of_payment(payment)):
            return _of_invoice(event, invoice)
    if found is None and key:
        found = attempts.filter(idempotency_key=key).first()
    if found and event.type in SESSION_TYPES:
        found.session_id = thing["id"]  # the answer to our call never came: here it is
    return _known(event, found, bool(key))


def _of_invoice(event: StripeEvent, invoice: Invoice) -> CheckoutAttempt | None:
    return _known(event, _gifts_of([invoice]).get(invoice.id), bool(invoice.attempt))


def _of_customer(event: StripeEvent) -> CheckoutAttempt | None:
    """Stripe makes a customer for every promise: there is nothing of ours on him but his number."""
    promise = RecurringDonation.objects.filter(customer_id=event.object_id).first()
    begun = promise.first.attempts.filter(session_id__isnull=False) if promise else None
    return _known(event, begun.order_by("-number").first() if begun else None, False)


def _known(event: StripeEvent, found: CheckoutAttempt | None, ours: bool) -> CheckoutAttempt | None:
    if found and (found.session_id or found.invoice_id):
        return found
    if found or ours:
        later(event, "the gift it belongs to is not known yet", State.PARKED)
    else:
        end(event, State.IGNORED, "not a gift made here")
    return None
