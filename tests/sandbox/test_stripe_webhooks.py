"""Webhooks: signed as Stripe signs, sent until answered 2xx, disturbed on demand."""

import json

import pytest
import requests
import stripe

from webhook_receiver import Receiver

from .conftest import Running, until

CARD = [
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.end()


@pytest.fixture
def hooked(tmp_path, receiver):
    running = Running(tmp_path / "data", webhook_url=receiver.url).start()
    yield running
    running.end()


@pytest.fixture
def pay(hooked, order):
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": hooked.url})

    def paying(**how):
        session = client.v1.checkout.sessions.create(order())
        return hooked.control("stripe/pay", session=session.id, **how)

    return paying


def settled(running: Running) -> bool:
    """Nothing waits any more."""
    state = requests.get(f"{running.url}/_control/stripe/webhooks", timeout=5).json()
    return not {"pending", "held"} & set(state["counts"])


def test_the_sdk_accepts_the_signature(pay, receiver, hooked):
    paid = pay()
    until(lambda: receiver.types() == CARD)
    for body, signature in receiver.got:
        event = stripe.Webhook.construct_event(body, signature, "whsec_sandbox")
        assert event.api_version == "2026-10-28.endive"
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(body + b" ", signature, "whsec_sandbox")
    assert event.data.object.id == paid["session"]["id"]
    assert event.data.object.payment_status == "paid"


def test_a_debit_completes_unpaid_and_is_paid_at_settlement(pay, receiver, hooked):
    paid = pay(method="sepa")
    hooked.control("stripe/settle", payment_intent=paid["payment_intent"]["id"])
    until(lambda: "checkout.session.async_payment_succeeded" in receiver.types())
    sessions = [
        json.loads(body)["data"]["object"]["payment_status"]
        for body, _ in receiver.got
        if b'"type": "checkout.session.' in body
    ]
    assert sessions == ["unpaid", "paid"]


def test_a_debit_that_bounces_says_so(pay, receiver, hooked):
    paid = pay(method="sepa")
    hooked.control("stripe/settle", payment_intent=paid["payment_intent"]["id"], outcome="failed")
    until(lambda: receiver.types()[-1:] == ["checkout.session.async_payment_failed"])
    assert "charge.failed" in receiver.types()


def test_it_is_sent_again_until_it_is_answered_well(pay, receiver, hooked):
    receiver.statuses = [500, 302, 404]
    pay()
    until(lambda: settled(hooked))
    assert sorted(set(receiver.types())) == sorted(CARD)
    assert len(receiver.got) == len(CARD) + 3


def test_what_waits_survives_a_kill(order, tmp_path, receiver):
    running = Running(tmp_path / "kill", webhook_url=receiver.url).start()
    running.control("stripe/webhooks", mode="hold")
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": running.url})
    session = client.v1.checkout.sessions.create(order())
    running.control("stripe/pay", session=session.id)
    running.end(9)
    assert receiver.got == []
    running.start()
    running.control("stripe/webhooks", mode="normal")
    until(lambda: receiver.types() == CARD)
    running.end()


def test_duplicates(pay, receiver, hooked):
    hooked.control("stripe/webhooks", mode="duplicate", copies=5)
    pay()
    until(lambda: settled(hooked))
    assert {kind: receiver.types().count(kind) for kind in CARD} == dict.fromkeys(CARD, 5)


def test_disorder(pay, receiver, hooked):
    hooked.control("stripe/webhooks", mode="reorder")
    pay()
    until(lambda: settled(hooked))
    assert receiver.types() == CARD[::-1]


def test_loss_leaves_them_for_the_sweep(pay, receiver, hooked):
    hooked.control("stripe/webhooks", mode="loss", count=3)
    pay()
    until(lambda: settled(hooked))
    assert receiver.types() == CARD[3:]
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": hooked.url})
    assert [event.type for event in client.v1.events.list().data] == CARD[::-1]
    missed = client.v1.events.list({"delivery_success": False})
    assert [event.type for event in missed.data] == CARD[2::-1]


def test_delay(pay, receiver, hooked):
    hooked.control("stripe/webhooks", mode="delay", seconds=2)
    pay()
    assert receiver.got == []
    until(lambda: receiver.types() == CARD)
