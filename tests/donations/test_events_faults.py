"""Events at work when Stripe is slow, the money is not what was asked for, or nobody works at all."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
import stripe
from django.test import Client
from django.utils import timezone

from donations import webhook
from donations.models import Acknowledgement, Donation, JournalEntry, Receipt, StripeEvent
from donations.services import acknowledging, event_cases, events, inbox
from donations.services.events import process_events
from donations.stripe_facts import Order
from giving_support import begin, process, session_of
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import lost_event, member

pytestmark = pytest.mark.django_db


def test_a_slow_stripe_is_not_asked_beyond_the_lease(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    asked: list[str] = []

    def slowly(payment: str) -> str:
        asked.append(payment)
        clock[0] += 100
        return ""

    for module in (events, event_cases):
        monkeypatch.setattr(module, "monotonic", lambda: clock[0])
    monkeypatch.setattr(memory_stripe, "attempt_of_payment", slowly)
    for number in range(5):
        row = lost_event(event_id=f"evt_{number}", next_at=timezone.now())
        row.payload = json.dumps({"data": {"object": {"payment_intent": f"pi_{number}"}}}).encode()
        row.save()
    process_events()
    assert len(asked) == 2
    waiting = StripeEvent.objects.filter(state="received", lease_token=None)
    assert waiting.filter(next_at__gt=timezone.now()).count() == 3
    clock[0] += 1000
    process()
    assert len(asked) == 4


def pay(stripe: MemoryStripe, gift: Donation, **other: Any) -> None:
    """At a page that asks for something else than our row says."""
    order: Order = stripe.orders[session_of(gift)]
    stripe.orders[session_of(gift)] = Order(**{**vars(order), **other})
    stripe.pay_by_card(session_of(gift))
    inbox.store(stripe.events[-1])
    process()


def test_another_amount_than_asked_is_booked_as_it_was_paid(memory_stripe: MemoryStripe) -> None:
    gift = begin(amount=25_00).donation
    pay(memory_stripe, gift, amount=20_00)
    gift.refresh_from_db()
    assert (gift.state, gift.amount) == ("settled", 20_00)
    assert gift.entries.get(origin__endswith=":gift").amount == 20_00
    assert gift.receipts.get().amount == 20_00


def test_another_currency_is_not_booked_and_waits_for_a_person(memory_stripe: MemoryStripe) -> None:
    gift, other = begin().donation, begin().donation
    memory_stripe.pay_by_card(session_of(other))
    inbox.store(memory_stripe.events[-1])
    pay(memory_stripe, gift, currency="USD")
    gift.refresh_from_db()
    assert gift.state == "checkout_open"
    assert not gift.entries.exists() and not gift.receipts.exists()
    assert other.entries.exists()  # the others of the batch do not wait for it
    desk = member(roles.TREASURY).get("/admin/tesoreria/da-decidere/").content.decode()
    assert "Il pagamento non è in euro." in desk


def knock(client: Client, body: bytes, secret: str) -> int:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret, timestamp=int(time.time())
    )
    answer = client.post(
        "/stripe/webhook/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    return answer.status_code


def test_what_came_in_while_no_worker_ran_for_an_hour_is_done_once_when_it_is_back(
    client: Client,
    memory_stripe: MemoryStripe,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    mailoutbox: list[Any],
) -> None:
    settings.STRIPE_WEBHOOK_SECRET = "whsec_test"
    monkeypatch.setattr(webhook.bell, "ring", lambda: None)
    gifts = [begin().donation for _ in range(12)]
    for gift in gifts:
        memory_stripe.pay_by_card(session_of(gift))
    for event in [*memory_stripe.events, *reversed(memory_stripe.events)]:
        assert knock(client, event.payload, settings.STRIPE_WEBHOOK_SECRET) == 200
    assert not JournalEntry.objects.exists()
    then = timezone.now() - timedelta(hours=1)
    StripeEvent.objects.update(received_at=then, next_at=then)

    for _round in range(2):
        process_events()
        acknowledging.write_due()
        send_due()
    assert Donation.objects.filter(state="settled").count() == 12
    assert JournalEntry.objects.filter(origin__endswith=":gift").count() == 12
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 13))
    assert Acknowledgement.objects.filter(kind="thank_you", state="done").count() == 12
    assert len(mailoutbox) == 12
    assert not StripeEvent.objects.exclude(state="processed").exists()
