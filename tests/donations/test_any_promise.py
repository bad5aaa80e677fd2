"""Any permutation, duplication, delay, or loss then sweep, of the news about recurring gifts ends in
the same promises, the same charges, the same books and one of each acknowledgement."""

import uuid
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.models import Source, Stamp
from attribution.services import source, totals
from donations import gateway
from donations.models import (
    Acknowledgement,
    Donation,
    JournalEntry,
    Receipt,
    RecurringDonation,
    StripeEvent,
)
from donations.services import inbox
from donations.services.sweeping import sweep
from giving_support import MARIA, begin, process, session_of
from memory_stripe import ASKED_FOR, MemoryStripe

pytestmark = pytest.mark.django_db
STORIES = (
    "kept",
    "kept by debit",
    "first debit refused, then collected",
    "first debit refused for good",
    "fails once",
    "fails thrice, then recovers",
    "given up",
    "given up, paid all the same",
    "confirmed",
    "a charge given back",
    "a charge disputed and lost",
    "another amount",
    "paused and resumed",
    "ended",
    "left",
    "leave taken back",
    "leave taken back, then another account",
    "leave taken back and given up",
)
DISTURBANCES = ("deliver", "deliver", "process", "down", "sweep", "interrupted", "hours")
Act = Callable[[], Any]


@dataclass
class World:
    stripe: MemoryStripe
    gifts: list[Donation]
    acts: list[list[Act]]
    campaign: Source


def acts_of(stripe: MemoryStripe, gift: Donation, story: str) -> list[Act]:
    at = session_of(gift)
    sub = f"sub_{at}"
    pay, renew = partial(stripe.pay_by_card, at), partial(stripe.renew, sub)
    promise, collect = partial(stripe.promise_debit, at), partial(stripe.collect_debit, at)
    refuse = partial(stripe.refuse_debit, at)
    newest = lambda: stripe.subscriptions[sub].invoice.id  # type: ignore[union-attr]  # noqa: E731
    repay = lambda: stripe.settle_invoice(newest())  # noqa: E731

    def again(**how: bool) -> Act:
        return lambda: stripe.fail_again(newest(), **how)

    def end(reason: str) -> Act:
        over = {"status": "canceled", "end_reason": reason}
        return lambda: stripe._subscription(sub, ended=stripe.now, **over)

    return {
        "kept": [pay, renew, renew],
        "kept by debit": [promise, collect, partial(renew, method="sepa_debit")],
        "first debit refused, then collected": [promise, refuse, collect, renew],
        "first debit refused for good": [promise, refuse, end("payment_failed")],
        "fails once": [pay, partial(stripe.fail, sub), repay, renew],
        "fails thrice, then recovers": [pay, partial(stripe.fail, sub), again(), again(), repay],
        "given up": [pay, partial(stripe.fail, sub), again(last=True), end("payment_failed")],
        "given up, paid all the same": [pay, partial(stripe.fail, sub, last=True), repay],
        "confirmed": [pay, partial(stripe.fail, sub, confirm=True), repay],
        "a charge given back": [pay, renew, lambda: stripe.give_back(newest(), 25_00), renew],
        "a charge disputed and lost": [
            pay,
            renew,
            lambda: stripe.dispute(newest(), 25_00, status="lost"),
        ],
        "another amount": [pay, lambda: stripe.change_amount(sub, 9_00, key=sub), renew],
        "paused and resumed": [
            pay,
            lambda: stripe.pause(sub, stripe.now + timedelta(days=40), key=f"{sub}:p"),
            lambda: stripe.resume(sub, key=f"{sub}:r"),
            renew,
        ],
        "ended": [pay, renew, end(ASKED_FOR)],
        "leave taken back": [promise, collect, partial(stripe.take_leave_back, sub)],
        "leave taken back, then another account": [
            promise,
            partial(stripe.take_leave_back, sub),
            collect,
            lambda: stripe.charge_instead(sub, f"pm_new_{sub}", key=f"{sub}:pm"),
            renew,
        ],
        "leave taken back and given up": [
            promise,
            collect,
            partial(stripe.take_leave_back, sub),
            partial(stripe.fail, sub),
            end("payment_failed"),
        ],
        "left": [partial(stripe.expire_session, at)],
    }[story]


def begin_world(stories: list[str]) -> World:
    stripe = gateway.get()
    assert isinstance(stripe, MemoryStripe)
    campaign = source(kind="campaign", key="any", label="any")
    gifts = []
    for number, _story in enumerate(stories):
        donor = replace(MARIA, email=f"donor{number % 3}@example.org")
        token = uuid.uuid5(uuid.NAMESPACE_OID, str(number))
        started = begin(form_token=token, source=campaign, donor=donor, every="month")
        gifts.append(started.donation)
    acts = [acts_of(stripe, gift, story) for gift, story in zip(gifts, stories, strict=True)]
    return World(stripe, gifts, acts, campaign)


def picture(world: World) -> dict[str, Any]:
    """Everything that must be the same, without what the order of numbers decides."""
    promise = {gift.promise_id: at for at, gift in enumerate(world.gifts)}
    public = {str(gift.promise.public_id): f"promise{at}" for at, gift in enumerate(world.gifts)}  # type: ignore[union-attr]
    charge: dict[int, str] = {}
    for gift in Donation.objects.prefetch_related("attempts"):
        at = gift.attempts.all()[0]
        charge[gift.pk] = at.session_id or at.invoice_id or ""
        public[str(gift.public_id)] = charge[gift.pk]

    def key_of(duty: Acknowledgement) -> str:
        head, _colon, tail = duty.key.partition(":")
        return f"{public.get(head, head)}:{tail}"

    return {
        "promises": sorted(
            (promise[one.pk], one.state, one.end_reason, one.amount, one.open_invoice)
            + (one.trouble, one.method_id, bool(one.troubled_at))
            + (bool(one.started_at), bool(one.next_charge), bool(one.paused_until))
            for one in RecurringDonation.objects.all()
        ),
        "gifts": sorted(
            (promise[one.promise_id], charge[one.pk], one.state, one.net)
            for one in Donation.objects.all()
        ),
        "ledger": sorted(
            (charge[one.donation_id or 0], one.origin, one.amount)
            for one in JournalEntry.objects.all()
        ),
        "totals": totals(world.campaign),
        "acknowledgements": sorted(map(key_of, filter(_counts, Acknowledgement.objects.all()))),
        "receipts": sorted(
            (charge[one.donation_id], one.amount) for one in Receipt.objects.filter(state="issued")
        ),
        "events": sorted(StripeEvent.objects.values_list("event_id", flat=True)),
    }


def _counts(duty: Acknowledgement) -> bool:
    """Of a mandate that is over she hears only while the promise needs another account: whoever heard
    too late of it has nothing to tell."""
    promise = duty.donation.promise
    return duty.kind != "mandate_ended" or bool(promise and promise.mandate_is_over)


def in_good_order(stories: list[str], order: list[int]) -> dict[str, Any]:
    world = begin_world(stories)
    for act in interleaved(world, order):
        seen = len(world.stripe.events)
        act()
        for event in world.stripe.events[seen:]:
            inbox.store(event)
        process()
    return picture(world)


def interleaved(world: World, order: list[int]) -> list[Act]:
    """The acts of all stories in one row, each story's own order kept, as `order` says."""
    left = [list(acts) for acts in world.acts]
    row = []
    for choice in order:
        open_stories = [acts for acts in left if acts]
        if not open_stories:
            break
        row.append(open_stories[choice % len(open_stories)].pop(0))
    return row + [act for acts in left for act in acts]


def scrambled(stories: list[str], order: list[int], chaos: list[tuple[str, int]]) -> dict[str, Any]:
    """Between the acts: events delivered again, late, in any order or never; work done or not."""
    world = begin_world(stories)
    acts, steps = interleaved(world, order), list(chaos)
    for act in acts:
        act()
        for what, which in steps[:3]:
            disturb(world, what, which)
        steps = steps[3:]
    for what, which in steps:
        disturb(world, what, which)
    look(world)
    process()
    process()
    return picture(world)


def look(world: World) -> None:
    """The sweep of an hour later."""
    sweep(now=max(world.stripe.now, timezone.now()) + timedelta(hours=1))


def disturb(world: World, what: str, which: int) -> None:
    events = world.stripe.events
    if what == "deliver" and events:
        inbox.store(events[which % len(events)])
    elif what == "process":
        process()
    elif what == "down":
        world.stripe.down = True
        process()
        look(world)
        world.stripe.down = False
    elif what == "sweep":
        look(world)
    elif what == "interrupted":
        world.stripe.breaks_after = which % 5
        look(world)
        world.stripe.breaks_after = None
    elif what == "hours":
        world.stripe.now += timedelta(hours=which % 15)


@contextmanager
def undone():
    """Each telling starts from the same empty books."""
    with transaction.atomic():
        Stamp.objects.get_or_create(pk=1)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def new_stripe(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: monkeypatch.setattr(gateway, "get", partial(lambda made: made, MemoryStripe()))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    stories=st.lists(st.sampled_from(STORIES), min_size=1, max_size=3),
    order=st.lists(st.integers(0, 2), max_size=12),
    chaos=st.lists(
        st.tuples(st.sampled_from(DISTURBANCES), st.integers(0, 60)),
        max_size=40,
    ),
)
def test_any_order_gives_the_same_promises_and_books(
    new_stripe: Callable[[], None],
    stories: list[str],
    order: list[int],
    chaos: list[tuple[str, int]],
) -> None:
    new_stripe()
    with undone():
        expected = in_good_order(stories, order)
    new_stripe()
    with undone():
        found = scrambled(stories, order, chaos)
    assert found == expected
