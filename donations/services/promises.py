"""Recurring gifts: what Stripe's subscription says now.

The state of a promise is never moved by an event: it is written anew from each look at Stripe, and
of two looks the one that began later holds, so that no order of events can matter. What an event
alone can tell (that a charge failed once) only adds a mail, by the charge's own key.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from donations import gateway
from donations.models import (
    Acknowledgement,
    Mandate,
    PromiseChange,
    RecurringDonation,
)
from donations.models.promises import MANDATE
from donations.services.together import write_together
from donations.stripe_facts import Rejected, Subscription, Unavailable

State = RecurringDonation.State
Why = RecurringDonation.EndReason
# what a look may change
FOLLOWED = (
    "subscription_id",
    "customer_id",
    "amount",
    "interval",
    "method",
    "method_reference",
    "method_id",
    "card_expires",
    "state",
    "started_at",
    "next_charge",
    "paused_until",
    "open_invoice",
    "repair_url",
    "ended_at",
    "end_reason",
    "trouble",
    "troubled_at",
    "dealt_with",
    "looked_at",
)
WARNED_BEFORE = timedelta(days=31)
UNPAID = "unpaid"  # a trouble without an invoice of its own
WAITING = {"incomplete"}
FAILED = {"past_due", "unpaid"}
OVER = {"canceled", "incomplete_expired"}
WHY = {"cancellation_requested": Why.AT_STRIPE, "payment_failed": Why.UNPAID}

log = logging.getLogger(__name__)


class WrongSubscription(Exception):
    """A second subscription for one promise: a person has to end it at Stripe."""


@dataclass
class Heard:
    """What only events tell, by invoice: its charge failed, for the last time (`given_up`), or waits
    for the bank's confirmation (`confirm`)."""

    failed: set[str] = field(default_factory=set)
    given_up: set[str] = field(default_factory=set)
    confirm: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Seen:
    """One look at Stripe's subscription: when it began, and what events told beside it."""

    promise: int
    told: Subscription
    began: datetime
    heard: Heard = field(default_factory=Heard)


@dataclass(frozen=True)
class News:
    """What she should know of, once; `skip`: it belongs to the story, and is over. `about`: with the
    kind, what tells it from every other."""

    held: RecurringDonation
    kind: str
    about: str
    skip: bool = False

    @property
    def key(self) -> str:
        return f"{self.about}:{self.kind}"


def look(*, promise: RecurringDonation) -> None:
    """A fresh look at Stripe, written down. Raises Unavailable and Rejected."""
    began = timezone.now()
    told = gateway.get().fetch_subscription(str(promise.subscription_id))
    with transaction.atomic():
        follow(promise=promise.pk, told=told, began=began)


def follow(*, promise: int, told: Subscription, began: datetime) -> RecurringDonation:
    """Within the caller's transaction. Raises WrongSubscription."""
    return follow_all(seen=[Seen(promise, told, began)])[0]


def follow_all(*, seen: Sequence[Seen]) -> list[RecurringDonation]:
    """Within the caller's transaction: the promises of these looks, locked in everybody's order.
    Raises WrongSubscription."""
    wanted = {one.promise for one in seen}
    locked = RecurringDonation.objects.select_related("donor").select_for_update(of=("self",))
    held = {one.pk: one for one in locked.filter(pk__in=wanted).order_by("pk")}
    over = mandates_over({one.told.method_id[:80] for one in seen})
    written: dict[int, RecurringDonation] = {}
    for one in seen:
        promise = held[one.promise]
        if promise.subscription_id not in (None, one.told.id):
            raise WrongSubscription(one.told.id)
        if promise.looked_at is None or promise.looked_at <= one.began:
            _write(promise, one.told, over)
            promise.looked_at = one.began
            written[promise.pk] = promise
    write_together(list(written.values()), FOLLOWED)
    _say(news for one in seen for news in _news(held[one.promise], one.heard))
    return [held[one.promise] for one in seen]


def _write(held: RecurringDonation, told: Subscription, over: Collection[str]) -> None:
    held.subscription_id, held.customer_id = told.id, told.customer
    held.amount, held.interval = told.amount, told.every or held.interval
    erased = held.donor.erased_at is not None  # what is hers does not come back
    held.method, held.method_reference = told.method[:16], "" if erased else told.reference[:8]
    held.method_id = told.method_id[:80]
    held.card_expires = None if erased else told.card_expires
    held.state = _state(told)
    if held.state != State.STARTED and told.status != "incomplete_expired":
        held.started_at = told.begun
    live = held.state in RecurringDonation.LIVE
    held.next_charge = told.next_charge if live else None
    held.paused_until = told.paused_until if held.state == State.PAUSED else None
    latest = told.invoice if told.invoice and told.invoice.is_open else None
    held.open_invoice = latest.id if latest else ""
    held.repair_url = latest.url if latest and not erased else ""
    if held.state == State.ENDED:
        held.ended_at = told.ended or held.ended_at or timezone.now()
        held.end_reason = _why(held, told)
    _judge(held, over)
    if live and told.wanted:
        charge_instead(held, told.wanted)


def mandates_over(methods: Collection[str]) -> set[str]:
    """Those of these accounts that may not be debited any more."""
    ended = Mandate.objects.filter(method_id__in=set(methods), inactive=True)
    return set(ended.values_list("method_id", flat=True))


def reconsider(*, promise: int) -> None:
    """Within the caller's transaction: a mandate was looked at, and Stripe was not asked for the
    promise."""
    held = RecurringDonation.objects.select_for_update(of=("self",)).get(pk=promise)
    _judge(held, mandates_over({held.method_id}))
    held.save()
    _say(_news(held, Heard()))


def _judge(held: RecurringDonation, over: Collection[str]) -> None:
    """A charge that waits keeps its name while Stripe makes the next one ready."""
    trouble = ""
    if held.is_live and held.method_id in over:
        trouble = f"{MANDATE}{held.method_id}"
    elif held.state == State.FAILING:
        charge = "" if held.mandate_is_over else held.trouble
        trouble = held.open_invoice or charge or UNPAID
    if not trouble:
        held.troubled_at, held.dealt_with = None, ""
    elif trouble != held.trouble:
        held.troubled_at = timezone.now()
    held.trouble = trouble


def deal_with(*, promise: RecurringDonation, trouble: str) -> bool:
    """Somebody took care of it: off the desk until there is another trouble. False when it is over
    already, or another one by now."""
    waiting = RecurringDonation.objects.in_trouble().filter(pk=promise.pk, trouble=trouble)
    return bool(trouble and waiting.order_by().update(dealt_with=trouble))


def _state(told: Subscription) -> State:
    if told.status in OVER:
        return State.ENDED
    if told.status in WAITING:
        return State.STARTED
    if told.status in FAILED:
        return State.FAILING
    return State.PAUSED if told.paused else State.ACTIVE


def _why(held: RecurringDonation, told: Subscription) -> str:
    ours = held.changes.filter(kind=PromiseChange.Kind.CANCEL)
    if told.end_reason == "cancellation_requested":
        if ours.filter(by=None, note="").exists():
            return Why.DONOR
        if ours.exclude(note="").exists():
            return Why.OFFICE
    return WHY.get(told.end_reason, Why.AT_STRIPE)


def charge_instead(held: RecurringDonation, method: str) -> None:
    """She chose another card on Stripe's page: from now on that one is charged."""
    PromiseChange.objects.get_or_create(
        key=f"{held.public_id}:card:{method}"[:110],
        defaults={
            "promise": held,
            "kind": PromiseChange.Kind.CARD,
            "payment_method": method,
            "next_at": timezone.now(),
        },
    )


def _news(held: RecurringDonation, heard: Heard) -> Iterator[News]:
    if held.started_at:
        ended = held.state == State.ENDED
        yield News(held, "promise_started", str(held.public_id), skip=ended)
    for invoice in heard.failed | heard.given_up:
        over = held.open_invoice != invoice
        last = invoice in heard.given_up
        yield News(held, "payment_failed", invoice, skip=over or last)
        if last:
            yield News(held, "payment_given_up", invoice, skip=over)
    for invoice in heard.confirm:
        yield News(held, "payment_confirm", invoice, skip=held.open_invoice != invoice)
    if held.mandate_is_over:
        yield News(held, "mandate_ended", f"{held.public_id}:{held.method_id}")
    if held.state == State.ENDED and held.started_at:
        told_already = held.end_reason == Why.UNPAID and not _spoke_before_the_end(held)
        yield News(held, "promise_ended", str(held.public_id), skip=told_already)


def _spoke_before_the_end(held: RecurringDonation) -> bool:
    """The last word on a charge was written while the promise still held: it does not say the end."""
    last_words = Acknowledgement.objects.filter(donation=held.first, kind="payment_given_up")
    return last_words.filter(state=Acknowledgement.State.DONE).exists()


def acknowledge(held: RecurringDonation, kind: str, about: str) -> None:
    """The promise is locked."""
    _say([News(held, kind, about)])


def _say(news: Iterable[News]) -> None:
    """Duties of the gifts that began the promises; these are locked."""
    told = {one.key: one for one in news}
    said = Acknowledgement.objects.filter(key__in=told).values_list("key", flat=True)
    states, now = Acknowledgement.State, timezone.now()
    Acknowledgement.objects.bulk_create(
        Acknowledgement(
            key=key,
            kind=told[key].kind,
            donation=told[key].held.first,
            state=states.SKIPPED if told[key].skip else states.DUE,
            next_at=None if told[key].skip else now,
        )
        for key in told.keys() - set(said)
    )


def heard_in(things: Iterable[tuple[str, dict[str, Any]]]) -> Heard:
    """Of events, by type and what they are about as it was then."""
    heard = Heard()
    for kind, thing in things:
        if kind == "invoice.payment_action_required":
            heard.confirm.add(thing["id"])
        elif kind == "invoice.payment_failed":
            last = thing.get("next_payment_attempt") is None
            (heard.given_up if last else heard.failed).add(thing["id"])
    return heard


def warn_of_cards(*, now: datetime | None = None) -> int:
    """A month before a card expires; returns how many were looked at. Banks send the new one by
    themselves sometimes, so Stripe is asked first."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    soon = RecurringDonation.objects.filter(
        state__in=RecurringDonation.LIVE,
        card_expires__range=(today, today + WARNED_BEFORE),
    )
    tried = 0
    for promise in soon.order_by("?"):
        key = f"{promise.public_id}:{promise.card_expires:%Y-%m}"
        if Acknowledgement.objects.filter(key=f"{key}:card_expiring").exists():
            continue
        try:
            look(promise=promise)
        except (Unavailable, Rejected, WrongSubscription) as error:
            log.warning("card not looked at", extra={"reason": str(error)})
            continue
        tried += 1
        with transaction.atomic():
            held = RecurringDonation.objects.select_for_update(of=("self",)).get(pk=promise.pk)
            if held.is_live and held.card_expires == promise.card_expires:
                acknowledge(held, "card_expiring", key)
    return tried
