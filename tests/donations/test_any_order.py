"""Any permutation, duplication, delay, or loss then sweep, of the gifts' events ends in the same
ledger, the same totals, the same receipts and one of each acknowledgement."""

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
    Dispute,
    Donation,
    FraudWarning,
    JournalEntry,
    Receipt,
    StripeEvent,
)
from donations.services import inbox, receipts
from donations.services.sweeping import sweep
from giving_support import MARIA, begin, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
STORIES = (
    "card",
    "card_late_fee",
    "card_part_back",
    "card_all_back_in_two",
    "card_refund_fails",
    "debit",
    "debit_refused",
    "debit_back",
    "debit_charged_back",
    "disputed",
    "dispute_lost",
    "dispute_won",
    "dispute_lost_after_part_back",
    "dispute_won_in_the_appeal",
    "dispute_won_in_the_appeal_then_part_back",
    "inquiry",
    "warned",
    "warned_then_all_back",
    "left",
)
DISTURBANCES = ("deliver", "deliver", "process", "down", "sweep", "interrupted", "hours")


@dataclass
class World:
    """Each gift's story is a list of acts that follow one another; stories run side by side."""

    stripe: MemoryStripe
    gifts: list[Donation]
    acts: list[list[Callable[[], Any]]]
    campaign: Source


def acts_of(stripe: MemoryStripe, gift: Donation, story: str) -> list[Callable[[], Any]]:
    at = session_of(gift)
    card = partial(stripe.pay_by_card, at)
    back = partial(stripe.give_back, at)
    promise, collect = partial(stripe.promise_debit, at), partial(stripe.collect_debit, at)
    disputed = partial(stripe.dispute, at, 25_00)
    last_dispute = lambda: stripe.sessions[at].charge.disputes[-1].id  # type: ignore[union-attr]  # noqa: E731

    def decide(status: str) -> Callable[[], Any]:
        return lambda: stripe.decide_dispute(at, last_dispute(), status)

    last_refund = lambda: stripe.sessions[at].charge.refunds[-1].id  # type: ignore[union-attr]  # noqa: E731
    appealed = [decide("lost"), decide("appeal_under_review"), decide("won")]
    return {
        "card": [card],
        "card_late_fee": [partial(card, fee_known=False), partial(stripe.learn_fee, at)],
        "card_part_back": [card, partial(back, 7_00)],
        "card_all_back_in_two": [card, partial(back, 7_00), partial(back, 18_00)],
        "card_refund_fails": [
            card,
            partial(back, 25_00, status="pending"),
            lambda: stripe.finish_refund(at, last_refund(), "failed"),
        ],
        "debit": [promise, collect],
        "debit_refused": [promise, partial(stripe.refuse_debit, at)],
        "debit_back": [
            promise,
            collect,
            partial(back, 25_00, status="pending"),
            lambda: stripe.finish_refund(at, last_refund(), "succeeded"),
        ],
        "debit_charged_back": [promise, collect, partial(disputed, status="lost")],
        "disputed": [card, disputed, decide("under_review")],
        "dispute_lost": [card, disputed, decide("under_review"), decide("lost")],
        "dispute_won": [card, disputed, decide("under_review"), decide("won")],
        "dispute_lost_after_part_back": [card, partial(back, 7_00), disputed, decide("lost")],
        "dispute_won_in_the_appeal": [card, disputed, *appealed],
        "dispute_won_in_the_appeal_then_part_back": [
            card,
            disputed,
            *appealed,
            partial(back, 7_00),
        ],
        "inquiry": [
            card,
            partial(disputed, status="warning_needs_response"),
            decide("warning_closed"),
        ],
        "warned": [card, partial(stripe.warn, at)],
        "warned_then_all_back": [card, partial(stripe.warn, at), partial(back, 25_00)],
        "left": [partial(stripe.expire_session, at)],
    }[story]


def begin_world(stories: list[str]) -> World:
    stripe = gateway.get()
    assert isinstance(stripe, MemoryStripe)
    campaign = source(kind="campaign", key="any", label="any")
    gifts = []
    for number, _story in enumerate(stories):
        post = source(kind="post", key=f"any-{number % 2}", parent=campaign)
        donor = replace(MARIA, email=f"donor{number % 3}@example.org")
        token = uuid.uuid5(uuid.NAMESPACE_OID, str(number))
        gifts.append(begin(form_token=token, source=post, donor=donor).donation)
    acts = [acts_of(stripe, gift, story) for gift, story in zip(gifts, stories, strict=True)]
    return World(stripe, gifts, acts, campaign)


def picture(world: World) -> dict[str, Any]:
    """Everything that must be the same, without what the order of numbers decides."""
    moment = world.stripe.moments
    number = {gift.pk: index for index, gift in enumerate(world.gifts)}
    public = {str(gift.public_id): f"gift{number[gift.pk]}" for gift in world.gifts}

    def key_of(duty: Acknowledgement) -> str:
        head, _colon, tail = duty.key.partition(":")
        return f"{public.get(head, head)}:{tail}"

    return {
        "ledger": sorted(
            (number[e.donation_id], e.origin, e.debit.code, e.credit.code, e.amount, moment[e.at])
            for e in JournalEntry.objects.select_related("debit", "credit")
        ),
        "gifts": sorted(
            (
                number[gift.pk],
                gift.state,
                gift.amount,
                gift.refunded_amount,
                gift.method,
                gift.settled_at and moment[gift.settled_at],
            )
            for gift in Donation.objects.all()
        ),
        "disputes": sorted(
            (number[one.donation_id], one.dispute_id, one.status, one.amount)
            for one in Dispute.objects.all()
        ),
        "warnings": sorted(
            (number[one.donation_id], one.warning_id) for one in FraudWarning.objects.all()
        ),
        "totals": totals(world.campaign),
        "acknowledgements": sorted(key_of(duty) for duty in Acknowledgement.objects.all()),
        "valid receipts": sorted(
            (number[one.donation_id], one.amount, one.data["given_on"] == day_of(one.donation))
            for one in Receipt.objects.filter(state=Receipt.State.ISSUED)
        ),
        "numbers": sorted(Receipt.objects.values_list("number", flat=True)),
        "events": sorted(StripeEvent.objects.values_list("event_id", flat=True)),
    }


def day_of(gift: Donation) -> str:
    assert gift.settled_at
    return gift.settled_at.astimezone(receipts.ROME).date().isoformat()


def in_good_order(stories: list[str], order: list[int]) -> dict[str, Any]:
    world = begin_world(stories)
    for act in interleaved(world, order):
        seen = len(world.stripe.events)
        act()
        for event in world.stripe.events[seen:]:
            inbox.store(event)
        process()
    return picture(world)


def interleaved(world: World, order: list[int]) -> list[Callable[[], Any]]:
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
    elif what == "hours":  # what happens from here on is hours apart from what happened before
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
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    stories=st.lists(st.sampled_from(STORIES), min_size=1, max_size=4),
    order=st.lists(st.integers(0, 3), max_size=16),
    chaos=st.lists(
        st.tuples(st.sampled_from(DISTURBANCES), st.integers(0, 40)),
        max_size=40,
    ),
)
def test_any_order_gives_the_same_books(
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
    for pictures in (expected, found):
        pictures["numbers"] = pictures["numbers"] == list(range(1, len(pictures["numbers"]) + 1))
    assert found == expected
