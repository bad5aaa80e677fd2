"""From the form to the books, with a Stripe in memory."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from attribution.services import source, totals
from donations import gateway, stripe_answers
from donations.models import (
    Account,
    Acknowledgement,
    Consent,
    Donation,
    JournalEntry,
    Receipt,
    StripeEvent,
)
from donations.models.ledger import AppendOnly
from donations.services import InvalidAmount, inbox, receipts
from donations.services.deciding import decide_event
from donations.services.sweeping import sweep
from giving_support import MARIA, begin, fund, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
State = Donation.State


def deliver(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)


def book(donation: Donation) -> list[tuple[str, str, str, int]]:
    return sorted(
        (entry.origin, entry.debit.code, entry.credit.code, entry.amount)
        for entry in JournalEntry.objects.filter(donation=donation)
    )


def test_row_then_call_then_page(memory_stripe: MemoryStripe) -> None:
    started = begin()
    gift = Donation.objects.get()
    assert started.url == "https://checkout.stripe.test/cs_1"
    assert gift.state == State.CHECKOUT_OPEN
    assert gift.donor.email == "maria.rossi@example.org"
    assert gift.attempts.get().idempotency_key == f"{gift.public_id}:checkout:1"
    assert Consent.objects.get().words == "We use your data."


@pytest.mark.parametrize("amount", [-100, 0, 1, 199, 10_000_01, 10**12])
def test_amounts_out_of_bounds_leave_nothing(memory_stripe: MemoryStripe, amount: int) -> None:
    with pytest.raises(InvalidAmount):
        begin(amount=amount)
    assert not Donation.objects.exists()
    assert memory_stripe.calls == []


def test_stripe_knows_the_source_by_its_code(memory_stripe: MemoryStripe) -> None:
    post = source(kind="post", key="9", label="Un post di Maria")
    gift = begin(source=post).donation
    assert memory_stripe.orders[session_of(gift)].source == post.code
    assert memory_stripe.orders[session_of(begin().donation)].source == ""


def test_a_country_is_written_out_on_the_receipt(memory_stripe: MemoryStripe) -> None:
    gift = begin(donor=replace(MARIA, country="DE")).donation
    memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    process()
    assert Receipt.objects.get().data["address"].endswith(", Germania")


def test_the_same_form_twice_is_one_gift_and_one_page(memory_stripe: MemoryStripe) -> None:
    token = uuid.uuid4()
    first, second = begin(form_token=token), begin(form_token=token)
    assert first.url == second.url
    assert Donation.objects.count() == 1
    assert len(memory_stripe.sessions) == 1


def test_back_and_another_amount_closes_the_old_page_first(memory_stripe: MemoryStripe) -> None:
    token = uuid.uuid4()
    begin(form_token=token)
    second = begin(form_token=token, amount=50_00)
    assert memory_stripe.sessions["cs_1"].status == "expired"
    assert second.donation.amount == 50_00
    assert [one.state for one in second.donation.attempts.all()] == ["expired", "open"]
    deliver(memory_stripe)
    process()
    second.donation.refresh_from_db()
    assert second.donation.state == State.CHECKOUT_OPEN  # the old page's end does not end the gift


def test_back_after_paying_leads_to_the_thanks(memory_stripe: MemoryStripe) -> None:
    token = uuid.uuid4()
    started = begin(form_token=token)
    memory_stripe.pay_by_card("cs_1")
    again = begin(form_token=token, amount=50_00)  # before any event came
    assert again.url == started.donation.get_absolute_url()
    assert len(memory_stripe.sessions) == 1


def test_stripe_down_while_starting_then_the_same_form_again(memory_stripe: MemoryStripe) -> None:
    token = uuid.uuid4()
    memory_stripe.down = True
    with pytest.raises(gateway.Unavailable):
        begin(form_token=token)
    assert Donation.objects.get().state == State.STARTED
    memory_stripe.down = False
    begin(form_token=token)
    assert [one.number for one in Donation.objects.get().attempts.all()] == [1]


def test_card_gift_is_booked_thanked_and_receipted_once(memory_stripe: MemoryStripe) -> None:
    campaign = source(kind="campaign", key="1", label="#DonoDay")
    gift = begin(source=campaign).donation
    memory_stripe.pay_by_card(session_of(gift))
    for _ in range(5):
        deliver(memory_stripe)
        process()
    gift.refresh_from_db()
    assert (gift.state, gift.method) == (State.SETTLED, "card")
    assert book(gift) == [
        (f"{charge_of(memory_stripe)}:gift", "stripe", "gifts-generale", 25_00),
        (f"txn_{charge_of(memory_stripe)}:fee", "fees", "stripe", 40),
    ]
    assert (totals(campaign).cents, totals(campaign).gifts, totals(campaign).donors) == (2500, 1, 1)
    assert [duty.kind for duty in Acknowledgement.objects.all()] == ["thank_you"]
    assert Receipt.objects.get().label.endswith("/000001")
    assert Account.objects.get(code="stripe").balance() == 2460


def charge_of(stripe: MemoryStripe) -> str:
    return next(one.charge.id for one in stripe.sessions.values() if one.charge)


def test_debit_is_in_progress_then_settled(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.promise_debit(session_of(gift))
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert gift.state == State.PROCESSING
    assert not JournalEntry.objects.exists() and not Receipt.objects.exists()
    memory_stripe.collect_debit(session_of(gift))
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert gift.state == State.SETTLED
    # the day the bank paid, not the day it was promised, nor the day we heard of it
    collected = memory_stripe.events[-1].created
    assert gift.settled_at == collected
    assert set(gift.entries.values_list("at", flat=True)) == {collected}
    day = collected.astimezone(ZoneInfo("Europe/Rome")).date().isoformat()
    assert gift.receipts.get().data["given_on"] == day
    kinds = list(Acknowledgement.objects.values_list("kind", "state"))
    assert kinds == [("processing", "due"), ("thank_you", "due")]


def test_debit_refused(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.promise_debit(session_of(gift))
    memory_stripe.refuse_debit(session_of(gift))
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert gift.state == State.FAILED
    assert not JournalEntry.objects.exists()
    kinds = list(Acknowledgement.objects.values_list("kind", "state"))
    assert kinds == [("processing", "skipped"), ("failed", "due")]


def test_partial_then_whole_refund(memory_stripe: MemoryStripe) -> None:
    post = source(kind="post", key="7")
    gift = begin(source=post).donation
    memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    process()
    memory_stripe.give_back(session_of(gift), 10_00)
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert (gift.state, gift.net) == (State.PARTLY_REFUNDED, 15_00)
    first, second = Receipt.objects.order_by("number")
    assert (first.state, second.state) == ("void", "issued")
    assert (second.amount, second.replaces, first.replaced_by) == (15_00, first, second)
    assert (first.data["replaces"], second.data["replaces"]) == ("", first.label)
    memory_stripe.give_back(session_of(gift), 15_00)
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert (gift.state, gift.net) == (State.REFUNDED, 0)
    assert not Receipt.objects.filter(state="issued").exists()
    assert totals(post).cents == 0 and totals(post).donors == 0
    assert Account.objects.get(code="gifts-generale").balance() == 0
    assert Account.objects.get(code="stripe").balance() == -40  # Stripe keeps its fee


def test_refund_that_fails_brings_the_gift_back(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    refund = memory_stripe.give_back(session_of(gift), 25_00, status="pending")
    deliver(memory_stripe)
    process()
    memory_stripe.finish_refund(session_of(gift), refund, "failed")
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert (gift.state, gift.net) == (State.SETTLED, 25_00)
    assert Receipt.objects.get(state="issued").amount == 25_00
    assert Account.objects.get(code="gifts-generale").balance() == -25_00


def test_fee_that_comes_later(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift), fee_known=False)
    deliver(memory_stripe)
    process()
    assert StripeEvent.objects.get().state == "parked"
    assert len(book(gift)) == 1
    memory_stripe.learn_fee(session_of(gift))
    process()
    assert StripeEvent.objects.get().state == "processed"
    assert len(book(gift)) == 2


def test_event_before_its_row_waits(memory_stripe: MemoryStripe) -> None:
    """A database restored from before the gift: the event is kept until the row is there."""
    started = begin()
    memory_stripe.pay_by_card("cs_1")
    attempt = started.donation.attempts.get()
    key, attempt.idempotency_key = attempt.idempotency_key, "not yet"
    attempt.session_id = None
    attempt.save()
    deliver(memory_stripe)
    process()
    assert StripeEvent.objects.get().state == "parked"
    attempt.idempotency_key = key
    attempt.save()
    process()
    assert StripeEvent.objects.get().state == "processed"
    assert Donation.objects.get().state == State.SETTLED


def test_killed_between_the_call_and_its_answer(memory_stripe: MemoryStripe) -> None:
    """The session's id never reached our row; the event's metadata leads back to it."""
    gift = begin().donation
    gift.attempts.update(session_id=None, url="", state="opening")
    memory_stripe.pay_by_card("cs_1")
    deliver(memory_stripe)
    process()
    gift.refresh_from_db()
    assert gift.state == State.SETTLED


def test_somebody_elses_payment_is_set_aside(memory_stripe: MemoryStripe) -> None:
    thing = {"id": "re_x", "payment_intent": "pi_x"}
    body = {"id": "evt_x", "type": "refund.created", "created": 1, "data": {"object": thing}}
    inbox.store(stripe_answers.event_of(body, json.dumps(body).encode()))
    process()
    assert StripeEvent.objects.get().state == "ignored"


def test_stripe_down_while_processing_is_tried_again(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    memory_stripe.down = True
    process()
    event = StripeEvent.objects.get()
    assert event.state == "received" and event.next_at is not None and event.lease_token is None
    memory_stripe.down = False
    process()
    gift.refresh_from_db()
    assert gift.state == State.SETTLED


def test_lost_events_are_found_by_the_sweep(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    memory_stripe.give_back(session_of(gift), 25_00)
    inbox.store(memory_stripe.events[-1])  # the only one that came
    StripeEvent.objects.all().delete()
    inbox.store(memory_stripe.events[-1])
    assert sweep() >= 1
    process()
    gift.refresh_from_db()
    assert gift.state == State.REFUNDED


def test_numbers_have_no_gaps(memory_stripe: MemoryStripe) -> None:
    for _ in range(4):
        gift = begin(donor=replace(MARIA, email=f"{uuid.uuid4().hex}@example.org")).donation
        memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    process()
    assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


def refused(statement: str, words: str) -> None:
    connection.check_constraints()  # PostgreSQL empties no table while a check is due
    with (
        pytest.raises(DatabaseError, match=words),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_receipt_stays_as_it_was_issued(memory_stripe: MemoryStripe) -> None:
    """Drawing its file once and voiding it once are all that the database lets happen to it."""
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    process()
    receipt = gift.receipts.get()
    table, words = "donations_receipt", "as it was issued"
    for change in (
        "number = 7",
        "amount = 1",
        "issuer = 'another'",
        "issued_at = '2020-01-01 00:00:00+00:00'",
        "data = '{}'",
    ):
        refused(f"UPDATE {table} SET {change}", words)
    receipts.paper(receipt=receipt)
    receipt.refresh_from_db()
    for change in ("sha256 = 'x'", "sha256 = ''", "file = 'another.pdf'"):
        refused(f"UPDATE {table} SET {change}", words)
    memory_stripe.give_back(session_of(gift), 25_00)
    deliver(memory_stripe)
    process()
    for change in (
        "state = 'issued', voided_at = NULL, void_reason = '', void_day = NULL",
        "void_reason = 'dispute_lost'",
        "void_day = '2020-01-01'",
    ):
        refused(f"UPDATE {table} SET {change}", words)
    refused(f"DELETE FROM {table}", words)
    if connection.vendor == "postgresql":
        refused(f"TRUNCATE {table} CASCADE", words + "|only ever added")
    receipt.refresh_from_db()
    assert (receipt.state, receipt.void_reason, receipt.amount) == ("void", "refund", 25_00)


def test_the_journal_refuses_changes(memory_stripe: MemoryStripe) -> None:
    """In the database as the migrations leave it."""
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    process()
    entry = JournalEntry.objects.first()
    assert entry
    for change in (entry.save, entry.delete, JournalEntry.objects.all().delete):
        with pytest.raises(AppendOnly):
            change()
    with pytest.raises(AppendOnly):
        JournalEntry.objects.update(amount=1)
    refused("UPDATE donations_journalentry SET amount = 1", "only ever added")
    refused("DELETE FROM donations_journalentry", "only ever added")
    if connection.vendor == "postgresql":
        refused("TRUNCATE donations_journalentry CASCADE", "only ever added|as it was issued")
    assert JournalEntry.objects.count() == 2


def test_a_new_fund_gets_its_account(memory_stripe: MemoryStripe) -> None:
    seeds = type(fund()).objects.create(name="Semi", slug="semi")
    gift = begin(fund=seeds).donation
    memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    process()
    assert seeds.account.balance() == -25_00


def test_what_was_never_opened_is_given_up_after_a_day(memory_stripe: MemoryStripe) -> None:
    token = uuid.uuid4()
    memory_stripe.down = True
    with pytest.raises(gateway.Unavailable):
        begin(form_token=token)
    memory_stripe.down = False
    other = begin().donation
    sweep()
    assert Donation.objects.get(form_token=token).state == State.STARTED
    sweep(now=timezone.now() + timedelta(hours=26))
    assert Donation.objects.get(form_token=token).state == State.CANCELLED
    other.refresh_from_db()
    assert other.state == State.CHECKOUT_OPEN
    assert begin(form_token=token).donation.state == State.CHECKOUT_OPEN  # she may come back


def test_a_fault_of_ours_does_not_stop_the_others(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    gifts = [begin().donation for _ in range(3)]
    for gift in gifts:
        memory_stripe.pay_by_card(session_of(gift))
    deliver(memory_stripe)
    real = receipts.issue

    def issue(**words: Any) -> Receipt:
        if words["donation"].pk == gifts[1].pk:
            raise RuntimeError("a fault of ours")
        return real(**words)

    monkeypatch.setattr(receipts, "issue", issue)
    process()
    assert sorted(Donation.objects.values_list("state", flat=True)) == [
        "checkout_open",
        "settled",
        "settled",
    ]
    assert sorted(Receipt.objects.values_list("number", flat=True)) == [1, 2]
    event = StripeEvent.objects.get(state="received")
    assert "a fault of ours" in event.last_error and event.next_at and not event.lease_token
    StripeEvent.objects.filter(pk=event.pk).update(attempts=12)
    process()
    event.refresh_from_db()
    assert (event.state, event.next_at) == ("failed", None)  # a person sees it
    monkeypatch.undo()
    monkeypatch.setattr(gateway, "get", lambda: memory_stripe)
    decide_event(event=event, again=True)
    process()
    assert Donation.objects.filter(state="settled").count() == 3
