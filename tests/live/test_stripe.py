"""Against Stripe's own test mode: what the sandbox claims, said by the real service.

`STRIPE_TEST_KEY=sk_test_… make test-live`. Nothing is charged: test keys only.
"""

import os
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stripe

from donations.gateway import API_VERSION, Gateway
from donations.services.examining import examine
from donations.services.inbox import ACTED_ON
from donations.stripe_facts import ATTEMPT, Order, Rejected

KEY = os.environ.get("STRIPE_TEST_KEY", "")
pytestmark = pytest.mark.skipif(
    not KEY, reason="needs STRIPE_TEST_KEY, a test key (sk_test_ or rk_test_) of a Stripe account"
)


@pytest.fixture
def gateway() -> Gateway:
    assert "_test_" in KEY, "STRIPE_TEST_KEY must be a test key"
    return Gateway(key=KEY)


@pytest.fixture
def order() -> Order:
    return Order(
        key=f"segnopiu-live-{uuid.uuid4()}",
        reference=str(uuid.uuid4()),
        amount=2500,
        currency="EUR",
        title="Prova",
        email="anna@example.org",
        language="it",
        success_url="https://www.example.org/dona/grazie/",
        cancel_url="https://www.example.org/dona/",
    )


def test_the_same_key_opens_one_session(gateway, order):
    first, again = gateway.open_checkout(order), gateway.open_checkout(order)
    assert first.id == again.id
    assert first.url.startswith("https://")


def test_the_same_key_with_another_amount_is_refused(gateway, order):
    gateway.open_checkout(order)
    with pytest.raises(Rejected):
        gateway.open_checkout(replace(order, amount=3000))


def test_an_expired_session_is_expired_when_fetched(gateway, order):
    opened = gateway.open_checkout(order)
    gateway.expire_session(opened.id)
    assert gateway.fetch_session(opened.id).status == "expired"
    with pytest.raises(Rejected):
        gateway.expire_session(opened.id)


def test_too_little_is_refused(gateway, order):
    with pytest.raises(Rejected):
        gateway.open_checkout(replace(order, amount=1))


def test_a_charge_of_a_promise_brings_the_promise_with_it(gateway):
    """Asked for four levels deep, which is as deep as Stripe goes."""
    asked = stripe.StripeClient(KEY, stripe_version=API_VERSION).v1
    card = "pm_card_visa"
    donor = asked.customers.create(
        {"payment_method": card, "invoice_settings": {"default_payment_method": card}}
    )
    price = {
        "currency": "eur",
        "unit_amount": 2500,
        "recurring": {"interval": "month"},
        "product": asked.products.create({"name": "Prova"}).id,
    }
    kept = asked.subscriptions.create(
        {"customer": donor.id, "items": [{"price_data": price}], "metadata": {ATTEMPT: "live"}}
    )
    try:
        told = gateway.fetch_invoice(str(kept.latest_invoice))
        assert told.charge and told.charge.amount == 2500 and told.subscription == kept.id
        assert told.promise == gateway.fetch_subscription(kept.id)
        assert told.promise.customer == donor.id and told.promise.method == "card"
        assert told.promise.invoice and told.promise.invoice.id == told.invoice
    finally:
        gateway.cancel(kept.id, key=f"live-{kept.id}")
        gateway.delete_customer(donor.id)


def test_events_can_be_swept(gateway):
    since = datetime.now(UTC) - timedelta(days=1)
    for event in gateway.list_events(since=since, types=["checkout.session.expired"]):
        assert event.id.startswith("evt_")
        assert event.type == "checkout.session.expired"


def test_an_endpoint_is_made_changed_and_deleted(gateway):
    url = f"https://www.example.org/{uuid.uuid4()}/stripe/webhook/"
    made = gateway.make_endpoint(url=url, types=["charge.updated"])
    try:
        assert made.secret.startswith("whsec_") and made.version == API_VERSION
        changed = gateway.change_endpoint(made.id, types=ACTED_ON)
        assert changed.types == frozenset(ACTED_ON) and changed.enabled and not changed.secret
        assert [one.id for one in gateway.list_endpoints() if one.url == url] == [made.id]
    finally:
        gateway.delete_endpoint(made.id)
    assert not [one for one in gateway.list_endpoints() if one.url == url]


@pytest.mark.django_db
def test_what_the_doctor_says_of_the_key_and_the_clock(settings):
    """The endpoint and what has arrived are the installation's; the key is the one we were given."""
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, ""
    told = [one.what for one in examine() if one.level == "ok"]
    for words in ("test mode", "clocks are", "may do all that is done with it"):
        assert any(words in one for one in told), told
