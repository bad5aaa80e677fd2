"""What the donors' banks take back, and what was paid twice: the books close with Stripe's balance."""

import uuid
from dataclasses import replace

import pytest
from django.utils import timezone

from attribution.models import Credit, Source
from attribution.services import source, totals
from donations.models import Account, CheckoutAttempt, Dispute, Donation, Receipt, StripeEvent
from donations.services import inbox
from donations.services.crediting import rebuild_credits
from donations.services.sweeping import sweep
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
State = Donation.State


@pytest.fixture
def post() -> Source:
    return source(kind="post", key="disputed")


@pytest.fixture
def gift(memory_stripe: MemoryStripe, post: Source) -> Donation:
    """25 € by card, 40 cents of fee, booked."""
    gift = begin(source=post).donation
    memory_stripe.pay_by_card(session_of(gift))
    return heard(memory_stripe, gift)


def heard(stripe: MemoryStripe, gift: Donation) -> Donation:
    for event in stripe.events:
        inbox.store(event)
    process()
    gift.refresh_from_db()
    return gift


def balances() -> dict[str, int]:
    found = {account.code: account.balance() for account in Account.objects.all()}
    assert sum(found.values()) == 0
    return {code: cents for code, cents in found.items() if cents}


def credits_follow_the_ledger() -> bool:
    return rebuild_credits() == (0, 0)


def test_while_the_bank_decides_the_money_waits_and_the_gift_stands(
    memory_stripe: MemoryStripe, gift: Donation, post: Source
) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.DISPUTED, 25_00)
    row = gift.disputes.get()
    assert (row.dispute_id, row.status, row.reason) == (dispute, "needs_response", "fraudulent")
    assert row.answer_by and row.answer_by > timezone.now()
    assert balances() == {
        "disputes": 25_00,
        "fees": 20_40,
        "stripe": -20_40,
        "gifts-generale": -25_00,
    }
    assert gift.receipts.get().state == Receipt.State.ISSUED
    assert totals(post).cents == 25_00
    assert not StripeEvent.objects.exclude(state="processed").exists()
    assert gift.stripe_events.filter(type__startswith="charge.dispute").count() == 2


def test_lost(memory_stripe: MemoryStripe, gift: Donation, post: Source) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    heard(memory_stripe, gift)
    memory_stripe.decide_dispute(session_of(gift), dispute, "lost")
    for _ in range(3):
        heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.LOST, 0)
    assert balances() == {"fees": 20_40, "stripe": -20_40}
    receipt = gift.receipts.get()
    assert receipt.state == Receipt.State.VOID and receipt.void_reason == "dispute_lost"
    assert (totals(post).cents, totals(post).gifts, totals(post).donors) == (0, 0, 0)
    assert Credit.objects.get(amount=-25_00).ref == f"{dispute}:lost"
    assert credits_follow_the_ledger()


def test_won_comes_back(memory_stripe: MemoryStripe, gift: Donation, post: Source) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    heard(memory_stripe, gift)
    memory_stripe.decide_dispute(session_of(gift), dispute, "won")
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.SETTLED, 25_00)
    assert balances() == {"fees": 20_40, "stripe": 4_60, "gifts-generale": -25_00}
    assert gift.receipts.get().state == Receipt.State.ISSUED
    assert totals(post).cents == 25_00 and credits_follow_the_ledger()


def test_lost_then_won_in_the_appeal(
    memory_stripe: MemoryStripe, gift: Donation, post: Source
) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    for status in ("lost", "appeal_under_review", "won"):
        memory_stripe.decide_dispute(session_of(gift), dispute, status)
        heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.SETTLED, 25_00)
    assert balances() == {"fees": 20_40, "stripe": 4_60, "gifts-generale": -25_00}
    void, valid = gift.receipts.order_by("number")
    assert (void.state, valid.state, valid.replaces) == ("void", "issued", void)
    assert totals(post).cents == 25_00 and credits_follow_the_ledger()


def test_lost_then_won_writes_the_same_rows_whenever_we_hear_of_it(
    memory_stripe: MemoryStripe, gift: Donation, post: Source
) -> None:
    """The last word first, and the loss when the gift was given back in part already."""
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    for status in ("lost", "appeal_under_review", "won"):
        memory_stripe.decide_dispute(session_of(gift), dispute, status)
    inbox.store(memory_stripe.events[-1])
    process()
    memory_stripe.give_back(session_of(gift), 7_00)
    inbox.store(memory_stripe.events[-1])
    process()
    assert gift.entries.filter(origin__endswith=":refund").exists()
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.PARTLY_REFUNDED, 18_00)
    rows = gift.entries.filter(origin__startswith=dispute).order_by("origin")
    assert list(rows.values_list("origin", "amount")) == [
        (f"{dispute}:lost", 25_00),
        (f"{dispute}:won", 25_00),
    ]
    assert gift.receipts.get(state="issued").amount == 18_00
    assert totals(post).cents == 18_00 and credits_follow_the_ledger()


def test_lost_after_a_refund_in_part(
    memory_stripe: MemoryStripe, gift: Donation, post: Source
) -> None:
    """The bank takes the whole of it: what was given back before is no gift to be lost again."""
    memory_stripe.give_back(session_of(gift), 10_00)
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    memory_stripe.decide_dispute(session_of(gift), dispute, "lost")
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.LOST, 0)
    assert balances() == {"disputes": 10_00, "fees": 20_40, "stripe": -30_40}
    assert not gift.receipts.filter(state="issued").exists()
    assert totals(post).cents == 0 and credits_follow_the_ledger()


def test_lost_in_part_leaves_a_receipt_for_the_rest(
    memory_stripe: MemoryStripe, gift: Donation, post: Source
) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 5_00)
    memory_stripe.decide_dispute(session_of(gift), dispute, "lost")
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.LOST, 20_00)
    assert gift.receipts.get(state="issued").amount == 20_00
    assert totals(post).cents == 20_00


def test_a_debit_that_is_charged_back_is_lost_at_once(
    memory_stripe: MemoryStripe, post: Source
) -> None:
    gift = begin(source=post).donation
    memory_stripe.promise_debit(session_of(gift))
    memory_stripe.collect_debit(session_of(gift))
    memory_stripe.dispute(session_of(gift), 25_00, status="lost")
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.LOST, 0)
    assert gift.disputes.get().answer_by is None
    assert totals(post).cents == 0
    assert balances() == {"fees": 20_40, "stripe": -20_40}


def test_an_inquiry_moves_no_money(memory_stripe: MemoryStripe, gift: Donation) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00, status="warning_needs_response")
    heard(memory_stripe, gift)
    assert gift.state == State.DISPUTED and gift.disputes.get().status in Dispute.OURS
    memory_stripe.decide_dispute(session_of(gift), dispute, "warning_closed")
    heard(memory_stripe, gift)
    assert gift.state == State.SETTLED and gift.entries.count() == 2


def test_an_old_look_undoes_nothing(memory_stripe: MemoryStripe, gift: Donation) -> None:
    """Another worker asked Stripe before the bank decided, and writes after us."""
    session = session_of(gift)
    dispute = memory_stripe.dispute(session, 25_00)
    old = memory_stripe.sessions[session]
    memory_stripe.decide_dispute(session, dispute, "lost")
    heard(memory_stripe, gift)
    memory_stripe.sessions[session] = old
    StripeEvent.objects.filter(type="charge.dispute.created").update(state="received")
    StripeEvent.objects.filter(state="received").update(next_at=timezone.now())
    process()
    gift.refresh_from_db()
    assert (gift.state, gift.disputes.get().status) == (State.LOST, "lost")


def test_a_lost_dispute_nobody_told_us_of_is_found_by_the_sweep(
    memory_stripe: MemoryStripe, gift: Donation
) -> None:
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    memory_stripe.decide_dispute(session_of(gift), dispute, "lost")
    assert sweep() == 3
    process()
    gift.refresh_from_db()
    assert gift.state == State.LOST


def second_payment(stripe: MemoryStripe, gift: Donation) -> str:
    """A second page for the same gift, paid as well; returns its session."""
    attempt = CheckoutAttempt.objects.create(
        donation=gift, number=2, amount=25_00, idempotency_key=f"second {uuid.uuid4()}"
    )
    first = stripe.orders[session_of_number(gift, 1)]
    session = stripe.open_checkout(replace(first, key=attempt.idempotency_key))
    CheckoutAttempt.objects.filter(pk=attempt.pk).update(session_id=session.id, state="open")
    stripe.pay_by_card(session.id)
    return session.id


def session_of_number(gift: Donation, number: int) -> str:
    return str(gift.attempts.get(number=number).session_id)


def test_what_was_paid_twice_waits_in_suspense_until_it_is_given_back(
    memory_stripe: MemoryStripe, gift: Donation, post: Source
) -> None:
    session = second_payment(memory_stripe, gift)
    for _ in range(3):
        heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.SETTLED, 25_00)
    assert balances() == {
        "fees": 80,
        "stripe": 49_20,
        "suspense": -25_00,
        "gifts-generale": -25_00,
    }
    assert not StripeEvent.objects.exclude(state="processed").exists()
    assert gift.receipts.count() == 1 and totals(post).cents == 25_00
    memory_stripe.give_back(session, 25_00)
    heard(memory_stripe, gift)
    assert gift.state == State.SETTLED
    assert balances() == {"fees": 80, "stripe": 24_20, "gifts-generale": -25_00}
    assert gift.receipts.get().state == Receipt.State.ISSUED
    assert gift.acknowledgements.filter(kind="refund").count() == 0
    assert totals(post).cents == 25_00 and credits_follow_the_ledger()


def test_a_second_payment_that_the_bank_takes_back(
    memory_stripe: MemoryStripe, gift: Donation
) -> None:
    session = second_payment(memory_stripe, gift)
    dispute = memory_stripe.dispute(session, 25_00)
    memory_stripe.decide_dispute(session, dispute, "lost")
    heard(memory_stripe, gift)
    assert (gift.state, gift.net) == (State.SETTLED, 25_00)
    assert balances() == {"fees": 20_80, "stripe": 4_20, "gifts-generale": -25_00}
    assert gift.receipts.get().state == Receipt.State.ISSUED
