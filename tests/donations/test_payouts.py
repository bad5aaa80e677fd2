"""Payouts: each explained to the cent by the journal, whatever order the news come in."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.models import Stamp
from donations import gateway
from donations.models import (
    Account,
    Correction,
    JournalEntry,
    Payout,
    PayoutLine,
    StripeEvent,
)
from donations.services import inbox, payouts
from donations.services.sweeping import sweep
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db


def tell(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()


def balance(code: str) -> int:
    return Account.objects.get(code=code).balance()


def card(stripe: MemoryStripe, amount: int = 25_00, **how: Any) -> str:
    at = session_of(begin(amount=amount).donation)
    stripe.pay_by_card(at, **how)
    return at


def test_gifts_fees_refunds_and_disputes_explain_it(memory_stripe: MemoryStripe) -> None:
    first, second, third = card(memory_stripe), card(memory_stripe, 80_00), card(memory_stripe)
    memory_stripe.give_back(first, 7_00)
    failed = memory_stripe.give_back(second, 30_00, status="pending")
    memory_stripe.finish_refund(second, failed, "failed")
    memory_stripe.dispute(third, 25_00)
    memory_stripe.pay_out()
    for _ in range(3):
        tell(memory_stripe)
    row = Payout.objects.get()
    assert (row.amount, row.difference, row.status) == (78_00 - 1_20, 0, "paid")
    assert (balance("bank"), balance("stripe")) == (row.amount, 0)
    assert {line.kind for line in row.lines.all()} == {"charge", "refund", "refund_back", "dispute"}
    assert all(line.donation for line in row.lines.all())
    moved = JournalEntry.objects.get(origin=f"{row.payout_id}:payout")
    assert moved.donation is None and timezone.localdate(moved.at) == row.arrives_on


def test_it_waits_for_the_bank_and_for_its_lines(memory_stripe: MemoryStripe) -> None:
    card(memory_stripe)
    made = memory_stripe.pay_out(status="in_transit", told=False)
    sweep()  # no event tells of it yet
    row = Payout.objects.get()
    assert (row.status, row.difference, balance("bank")) == ("in_transit", None, 0)
    memory_stripe.pay(made)
    tell(memory_stripe)
    row.refresh_from_db()
    assert (row.status, row.difference, balance("bank")) == ("paid", 0, row.amount)


def test_sent_back_by_the_bank_it_is_in_the_next_one(memory_stripe: MemoryStripe) -> None:
    card(memory_stripe)
    first = memory_stripe.pay_out()
    memory_stripe.return_payout(first)
    tell(memory_stripe)
    assert (balance("bank"), balance("stripe")) == (0, 24_60)
    memory_stripe.pay_out()
    tell(memory_stripe)
    assert [row.difference for row in Payout.objects.all()] == [0, 0]
    assert (balance("bank"), balance("stripe")) == (24_60, 0)


def test_a_payout_that_comes_before_its_gifts_is_explained_by_them(
    memory_stripe: MemoryStripe,
) -> None:
    card(memory_stripe)
    made = memory_stripe.pay_out()
    payouts.take_in(payout_id=made)
    assert Payout.objects.unexplained().get().difference == 24_60
    tell(memory_stripe)
    assert not Payout.objects.unexplained().exists()


def test_what_nobody_explains_stays_red_to_the_cent(memory_stripe: MemoryStripe) -> None:
    card(memory_stripe)
    memory_stripe.stray(-35)  # an adjustment
    memory_stripe.stray(50_00, fee=1_00, kind="charge", source="ch_foreign")
    memory_stripe.pay_out(also=-1)  # and Stripe's own lines do not make its amount
    tell(memory_stripe)
    sweep()
    row = Payout.objects.get()
    assert row.difference == -35 + 49_00 - 1
    found = {part.line.source if part.line else "whole": part.cents for part in left(row)}
    assert found == {"": -35, "ch_foreign": 49_00, "whole": -1}
    assert balance("stripe") == -row.difference  # it stays in the books as well


def left(row: Payout) -> list[payouts.Part]:
    return payouts.unexplained(row)


def test_a_fee_other_than_booked_is_named(memory_stripe: MemoryStripe) -> None:
    at = card(memory_stripe)
    tell(memory_stripe)  # booked with 40 cents
    session = memory_stripe.sessions[at]
    assert session.charge
    object.__setattr__(session.charge, "fee", 41)
    memory_stripe.pay_out()
    tell(memory_stripe)
    (part,) = left(Payout.objects.get())
    assert (part.cents, part.line and part.line.kind) == (-1, "charge")


def test_a_person_explains_it_by_a_row_with_a_reason(memory_stripe: MemoryStripe) -> None:
    card(memory_stripe)
    memory_stripe.stray(-35)
    memory_stripe.pay_out(also=12)
    tell(memory_stripe)
    row = Payout.objects.get()
    adjustment, whole = left(row)
    assert adjustment.line
    explain = partial(payouts.correct, payout=row, by=None, reason="Spese di gestione")
    entry = explain(line=adjustment.line.pk, cents=-35, account="fees")
    assert (entry.debit.code, entry.credit.code, entry.amount) == ("fees", "stripe", 35)
    assert (entry.title, entry.donation) == ("Correzione della tesoreria", None)
    with pytest.raises(payouts.CannotCorrect):  # somebody was quicker
        explain(line=adjustment.line.pk, cents=-35, account="fees")
    for wrong in ({"cents": 11}, {"account": "bank"}, {"reason": " "}):
        with pytest.raises(payouts.CannotCorrect):
            explain(**{"line": None, "cents": 12, "account": "other"} | wrong)
    explain(line=None, cents=12, account="other")
    row.refresh_from_db()
    assert (row.difference, whole.cents, Correction.objects.count()) == (0, 12, 2)
    assert balance("stripe") == 0


def test_lost_events_are_swept_and_a_key_that_may_not_is_no_harm(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_since: Any) -> None:
        raise gateway.NotPermitted("PermissionError 403", permission="payout_read")

    card(memory_stripe)
    memory_stripe.pay_out()
    with monkeypatch.context() as patch:
        patch.setattr(memory_stripe, "list_payouts", refused)
        sweep()
    assert not Payout.objects.exists()
    sweep()
    assert Payout.objects.get().complete
    process()
    assert Payout.objects.get().difference == 0


def test_another_currency_needs_a_person(memory_stripe: MemoryStripe) -> None:
    card(memory_stripe)
    made = memory_stripe.pay_out()
    object.__setattr__(memory_stripe.payouts[made], "currency", "CHF")
    tell(memory_stripe)
    assert {one.state for one in StripeEvent.objects.filter(object_id=made)} == {"failed"}


# --- any order ----------------------------------------------------------------------------------


ACTS = ("card", "late fee", "debit", "refund", "dispute", "won", "payout", "way", "arrive", "back")
CHAOS = ("deliver", "process", "down", "sweep")


def act(stripe: MemoryStripe, what: str, which: int) -> None:
    """Something happens at Stripe, when it can."""
    open_pages = [one for one in stripe.sessions.values() if one.status == "open"]
    paid = [
        one.id
        for one in stripe.sessions.values()
        if one.charge and one.payment_status == "paid" and not one.charge.disputes
    ]
    on_the_way = [one.id for one in stripe.payouts.values() if one.status == "in_transit"]
    there = [one.id for one in stripe.payouts.values() if one.status == "paid"]
    if what in ("card", "late fee", "debit") and open_pages:
        at = open_pages[which % len(open_pages)].id
        if what == "debit":
            stripe.promise_debit(at)
            stripe.collect_debit(at)
        else:
            stripe.pay_by_card(at, fee_known=what == "card")
        if what == "late fee":
            stripe.learn_fee(at)
    elif what == "refund" and paid:
        stripe.give_back(paid[which % len(paid)], 1_00 + which)
    elif what in ("dispute", "won") and paid:
        at = paid[which % len(paid)]
        made = stripe.dispute(at, 5_00)
        if what == "won":
            stripe.decide_dispute(at, made, "won")
    elif what in ("payout", "way"):
        stripe.pay_out(status="paid" if what == "payout" else "in_transit", told=what == "payout")
    elif what == "arrive" and on_the_way:
        stripe.pay(on_the_way[0])
    elif what == "back" and there:
        stripe.return_payout(there[-1])


def disturb(stripe: MemoryStripe, what: str, which: int) -> None:
    if what == "deliver" and stripe.events:
        inbox.store(stripe.events[which % len(stripe.events)])
    elif what == "process":
        process()
    elif what == "down":
        stripe.down = True
        process()
        sweep()
        stripe.down = False
    elif what == "sweep":
        sweep(now=timezone.now() + timedelta(hours=1))


def told(new: Callable[[], MemoryStripe], acts: Any, chaos: Any) -> dict[str, Any]:
    stripe, steps = new(), list(chaos)
    for _ in range(3):
        begin()
    for what, which in acts:
        seen = len(stripe.events)
        act(stripe, what, which)
        for disturbance in steps[:2]:
            disturb(stripe, *disturbance)
        steps = steps[2:]
        if not chaos:
            for event in stripe.events[seen:]:
                inbox.store(event)
            process()
    sweep(now=timezone.now() + timedelta(hours=1))
    process()
    process()
    return picture()


def picture() -> dict[str, Any]:
    return {
        "payouts": sorted(
            (one.payout_id, one.status, one.amount, one.difference) for one in Payout.objects.all()
        ),
        "lines": sorted(PayoutLine.objects.values_list("transaction_id", "net")),
        "ledger": sorted(
            JournalEntry.objects.values_list("origin", "debit__code", "credit__code", "amount")
        ),
    }


@contextmanager
def undone():
    with transaction.atomic():
        Stamp.objects.get_or_create(pk=1)
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 9)), min_size=2, max_size=10),
    chaos=st.lists(st.tuples(st.sampled_from(CHAOS), st.integers(0, 40)), min_size=1, max_size=16),
)
def test_any_order_explains_every_payout(
    monkeypatch: pytest.MonkeyPatch, acts: Any, chaos: Any
) -> None:
    def new() -> MemoryStripe:
        made = MemoryStripe()
        monkeypatch.setattr(gateway, "get", lambda: made)
        return made

    with undone():
        expected = told(new, acts, [])
    with undone():
        found = told(new, acts, chaos)
        complete = Payout.objects.filter(complete=True)
        assert not complete.exclude(difference=0).exists()
        gone = sum(one.amount for one in Payout.objects.filter(status="paid"))
        assert balance("bank") == gone
    assert found == expected
