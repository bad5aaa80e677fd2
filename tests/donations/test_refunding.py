"""A person asks for a refund: one row, one refund at Stripe, booked by the events alone."""

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.models import Stamp
from donations import gateway
from donations.models import Donation, RefundRequest
from donations.services import inbox, refunding
from donations.treasury import troubles
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe
from people.models import User

pytestmark = pytest.mark.django_db
State = RefundRequest.State


def told(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()


def received(stripe: MemoryStripe, **given: Any) -> Donation:
    gift = begin(**given).donation
    stripe.pay_by_card(session_of(gift))
    told(stripe)
    gift.refresh_from_db()
    return gift


@pytest.fixture
def gift(memory_stripe: MemoryStripe) -> Donation:
    return received(memory_stripe)


def ask(gift: Donation, amount: int = 25_00, **given: Any) -> RefundRequest:
    fields = {"key": str(uuid.uuid4()), "reason": "requested_by_customer", "by": None, **given}
    return refunding.ask_back(donation=gift, amount=amount, **fields)


def asked_again() -> None:
    """As if the waiting time, and the lease of whoever died, were over."""
    past = timezone.now() - timedelta(seconds=1)
    waiting = RefundRequest.objects.filter(state=State.ASKED)
    waiting.update(next_at=past)
    waiting.filter(lease_token__isnull=False).update(lease_until=past)
    refunding.ask_stripe()


def refunds_at(stripe: MemoryStripe, gift: Donation) -> list[int]:
    charge = stripe.sessions[session_of(gift)].charge
    assert charge
    return [one.amount for one in charge.refunds]


def test_asked_then_booked_by_the_event_alone(memory_stripe: MemoryStripe, gift: Donation) -> None:
    boss = User.objects.create_user("elio")
    row = ask(gift, 7_00, by=boss, note="Ha telefonato")
    refunding.ask_stripe()
    row.refresh_from_db()
    assert (row.state, bool(row.refund_id)) == (State.ACCEPTED, True)
    gift.refresh_from_db()
    assert (gift.net, refunding.left_of(gift)) == (25_00, 18_00)
    told(memory_stripe)
    row.refresh_from_db()
    gift.refresh_from_db()
    assert (row.state, row.asked_by, row.note) == (State.DONE, boss, "Ha telefonato")
    assert gift.entries.filter(origin=f"{row.refund_id}:refund", amount=7_00).count() == 1
    assert (gift.net, refunding.left_of(gift)) == (18_00, 18_00)


def test_the_event_may_come_before_the_answer(memory_stripe: MemoryStripe, gift: Donation) -> None:
    row = ask(gift)
    memory_stripe.mute = True
    refunding.ask_stripe()
    told(memory_stripe)
    row.refresh_from_db()
    assert (row.state, row.next_at) == (State.DONE, None)
    memory_stripe.mute = False
    asked_again()
    assert refunds_at(memory_stripe, gift) == [25_00]


def test_the_same_sheet_twice_is_one_refund(memory_stripe: MemoryStripe, gift: Donation) -> None:
    key = str(uuid.uuid4())
    first, second = ask(gift, 7_00, key=key), ask(gift, 7_00, key=key)
    assert first == second
    refunding.ask_stripe()
    assert ask(gift, 7_00, key=key) == first
    refunding.ask_stripe()
    assert refunds_at(memory_stripe, gift) == [7_00]


def test_no_more_than_is_left_of_it(memory_stripe: MemoryStripe, gift: Donation) -> None:
    ask(gift, 20_00)
    with pytest.raises(refunding.TooMuch) as caught:
        ask(gift, 5_01)
    assert caught.value.left == 5_00
    with pytest.raises(refunding.TooMuch):  # somebody else was quicker than this page
        ask(gift, 5_00, seen_left=25_00)
    ask(gift, 5_00, seen_left=5_00)
    with pytest.raises(refunding.NotNow):
        ask(gift, 1)
    refunding.ask_stripe()
    told(memory_stripe)
    gift.refresh_from_db()
    assert (gift.state, refunding.left_of(gift)) == ("refunded", 0)


def test_who_may_not_look_knows_of_no_refusal(memory_stripe: MemoryStripe, gift: Donation) -> None:
    """The answer was lost, and then the key was changed: the money may be on its way."""
    row = ask(gift, 7_00)
    memory_stripe.mute = True
    refunding.ask_stripe()
    memory_stripe.mute, memory_stripe.blind = False, True
    asked_again()
    row.refresh_from_db()
    assert (row.state, refunding.left_of(gift)) == (State.ASKED, 18_00)
    assert "NotPermitted" in row.last_error and row.next_at
    memory_stripe.blind = False
    asked_again()
    row.refresh_from_db()
    assert (row.state, refunds_at(memory_stripe, gift)) == (State.ACCEPTED, [7_00])


def test_a_key_that_may_not_is_a_refusal_of_ours(
    memory_stripe: MemoryStripe, gift: Donation
) -> None:
    row = ask(gift, 7_00)
    memory_stripe.blind = True
    refunding.ask_stripe()
    row.refresh_from_db()
    assert (row.state, refunds_at(memory_stripe, gift)) == (State.REFUSED, [])
    why = troubles.refusal(row.refusal_code, row.refusal)
    assert "chiave" in why and "403" not in why


def test_a_refusal_leaves_room_and_its_words(memory_stripe: MemoryStripe, gift: Donation) -> None:
    memory_stripe.give_back(session_of(gift), 25_00)  # on Stripe's own page, not heard of yet
    row = ask(gift, 7_00)
    refunding.ask_stripe()
    row.refresh_from_db()
    assert (row.state, row.refusal_code) == (State.REFUSED, "charge_already_refunded")
    assert RefundRequest.objects.with_a_person().get() == row
    assert refunding.left_of(gift) == 25_00
    assert refunding.note_seen(request=row)
    assert not refunding.note_seen(request=row)
    assert not RefundRequest.objects.with_a_person().exists()


def test_stripe_down_keeps_it_and_asks_again(memory_stripe: MemoryStripe, gift: Donation) -> None:
    row = ask(gift)
    memory_stripe.down = True
    refunding.ask_stripe()
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.ASKED, "down")
    assert row.next_at and row.next_at > timezone.now()
    assert RefundRequest.objects.with_a_person().get() == row
    memory_stripe.down = False
    asked_again()
    row.refresh_from_db()
    assert (row.state, row.last_error) == (State.ACCEPTED, "")
    assert refunds_at(memory_stripe, gift) == [25_00]


def test_an_answer_that_got_lost_is_looked_for(memory_stripe: MemoryStripe, gift: Donation) -> None:
    """Even after Stripe has forgotten the key: a day and more."""
    row = ask(gift)
    memory_stripe.mute = True
    refunding.ask_stripe()
    memory_stripe.mute = False
    memory_stripe.kept.clear()
    asked_again()
    row.refresh_from_db()
    assert row.state == State.ACCEPTED
    assert refunds_at(memory_stripe, gift) == [25_00]


def test_a_failure_that_stripe_keeps_is_asked_under_another_key(
    memory_stripe: MemoryStripe, gift: Donation
) -> None:
    row = ask(gift)
    memory_stripe.keeps = True
    refunding.ask_stripe()
    memory_stripe.keeps = False
    asked_again()
    row.refresh_from_db()
    assert (row.state, row.call) == (State.ACCEPTED, 2)
    assert refunds_at(memory_stripe, gift) == [25_00]


@pytest.mark.parametrize("point", ["before", "after"])
def test_whoever_dies_at_the_call_gives_back_once(
    memory_stripe: MemoryStripe, gift: Donation, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Killed before the call, or before its answer was written down."""
    row = ask(gift)
    real = memory_stripe.refund

    def dies(order: Any) -> Any:
        if point == "after":
            real(order)
        raise SystemExit

    monkeypatch.setattr(memory_stripe, "refund", dies)
    with pytest.raises(SystemExit):
        refunding.ask_stripe()
    monkeypatch.undo()
    monkeypatch.setattr(gateway, "get", lambda: memory_stripe)
    row.refresh_from_db()
    assert row.lease_token
    refunding.ask_stripe()  # it is somebody's still
    asked_again()
    told(memory_stripe)
    row.refresh_from_db()
    assert row.state == State.DONE
    assert refunds_at(memory_stripe, gift) == [25_00]


def test_a_debits_refund_is_pending_and_may_come_back(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.promise_debit(session_of(gift))
    memory_stripe.collect_debit(session_of(gift))
    told(memory_stripe)
    gift.refresh_from_db()
    row = ask(gift)
    refunding.ask_stripe()
    told(memory_stripe)
    row.refresh_from_db()
    assert row.state == State.PENDING
    assert row.refund_id
    memory_stripe.finish_refund(session_of(gift), row.refund_id, "failed")
    told(memory_stripe)
    row.refresh_from_db()
    gift.refresh_from_db()
    assert (row.state, gift.net) == (State.RETURNED, 25_00)
    assert RefundRequest.objects.with_a_person().get() == row


def test_while_a_bank_has_the_money_nothing_is_asked(
    memory_stripe: MemoryStripe, gift: Donation
) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    told(memory_stripe)
    with pytest.raises(refunding.NotNow):
        ask(gift)
    memory_stripe.decide_dispute(session_of(gift), dispute, "won")
    told(memory_stripe)
    assert ask(gift).amount == 25_00


def test_a_gift_without_money_has_nothing_to_give_back(memory_stripe: MemoryStripe) -> None:
    with pytest.raises(refunding.NotNow):
        ask(begin().donation, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 0},
        {"state": "done"},
        {"state": "refused", "next_at": None},
        {"state": "done", "refund_id": "re_1"},
    ],
)
def test_the_database_keeps_requests_whole(gift: Donation, wrong: dict[str, Any]) -> None:
    row = ask(gift)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundRequest.objects.filter(pk=row.pk).update(**wrong)


ACTS = ("ask", "work", "down", "mute", "keeps", "forget", "dashboard", "deliver", "process")


def play(stripe: MemoryStripe, gift: Donation, what: str, which: int) -> None:
    if what == "ask":
        gift.refresh_from_db()
        left = refunding.left_of(gift)
        if left:
            ask(gift, 1 + which * 100 % left)
    elif what in ("work", "down", "mute", "keeps"):
        if what != "work":
            setattr(stripe, what, True)
        asked_again()
        if what != "work":
            setattr(stripe, what, False)
    elif what == "forget":
        stripe.kept.clear()
    elif what == "dashboard":
        charge = stripe.sessions[session_of(gift)].charge
        assert charge
        left = charge.amount - sum(one.amount for one in charge.refunds)
        if left:
            stripe.give_back(session_of(gift), 1 + which * 70 % left)
    elif what == "deliver":
        inbox.store(stripe.events[which % len(stripe.events)])
    else:
        process()


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 40)), max_size=25))
def test_requests_and_events_in_any_order(
    monkeypatch: pytest.MonkeyPatch, acts: list[tuple[str, int]]
) -> None:
    """Never more than the gift, each request given back once or not at all, and in the end the
    books say what Stripe says."""
    stripe = MemoryStripe()
    monkeypatch.setattr(gateway, "get", partial(lambda made: made, stripe))
    with transaction.atomic():
        Stamp.objects.get_or_create(pk=1)
        gift = received(stripe)
        for what, which in acts:
            play(stripe, gift, what, which)
            gift.refresh_from_db()
            spoken_for = gift.refund_requests.under_way().cents()
            assert gift.refunded_amount <= gift.amount
            assert spoken_for <= gift.amount
        asked_again()
        told(stripe)
        gift.refresh_from_db()
        charge = stripe.sessions[session_of(gift)].charge
        assert charge
        assert gift.refunded_amount == sum(refunds_at(stripe, gift)) <= gift.amount
        made = {one.request: one for one in charge.refunds if one.request}
        assert len(made) == sum(1 for one in charge.refunds if one.request)
        for row in gift.refund_requests.all():
            assert row.state in (State.DONE, State.REFUSED)
            assert (row.state == State.DONE) == (row.key in made)
            if row.key in made:
                assert (made[row.key].amount, made[row.key].id) == (row.amount, row.refund_id)
        transaction.set_rollback(True)
