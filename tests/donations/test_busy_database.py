"""Somebody else holds the database: short waits are waited out, long ones lose nothing."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stripe
from django.core.cache import cache
from django.db import connection
from django.test import Client

from donations.models import Donation, StripeEvent
from form_support import open_fund, typed
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "whsec_test"


@contextmanager
def held(model: Any) -> Iterator[Any]:
    """Another connection writes to the table (SQLite: to anything), until the block ends."""
    other = connection.copy()
    other.connect()
    try:
        with other.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute("BEGIN")
                cursor.execute(f"LOCK TABLE {model._meta.db_table} IN EXCLUSIVE MODE")
            yield other.connection
    finally:
        other.connection.close()


def impatient() -> None:
    """A fifth of a second in the place of the seconds that the product waits."""
    wait = "PRAGMA busy_timeout = 200" if connection.vendor == "sqlite" else "SET lock_timeout=200"
    with connection.cursor() as cursor:
        cursor.execute(wait)


@pytest.fixture(autouse=True)
def _ready(settings: Any) -> Iterator[None]:
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    cache.clear()
    open_fund()
    Client().get("/dona/")  # whoever sends the form has seen it
    yield
    connection.close()  # the next test gets one that waits as it should


def deliver() -> int:
    body = json.dumps(
        {
            "id": "evt_busy",
            "object": "event",
            "type": "checkout.session.completed",
            "created": int(time.time()),
            "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
        }
    )
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    answer = Client(raise_request_exception=False).post(
        "/stripe/webhook/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    return answer.status_code


def test_a_short_wait_is_waited_out(memory_stripe: MemoryStripe) -> None:
    with held(Donation) as other:
        ending = threading.Timer(0.5, other.rollback)
        ending.start()
        began = time.monotonic()
        answer = Client().post("/dona/", typed())
        ending.join()
    assert answer.status_code == 303 and time.monotonic() - began > 0.4
    assert Donation.objects.count() == 1


def test_a_long_one_keeps_what_was_typed(memory_stripe: MemoryStripe) -> None:
    filled = typed(nome="Zoe", via="Via Roma 1", cap="23100", citta="Sondrio")
    impatient()
    with held(Donation):
        answer = Client().post("/dona/", filled)
    page = answer.content.decode()
    assert answer.status_code == 503 and "riprova fra un minuto" in page
    for kept in ("Zoe", "anna@example.org", "Via Roma 1", filled["token"]):
        assert f'value="{kept}"' in page
    assert Client().post("/dona/", filled).status_code == 303
    assert Donation.objects.count() == 1


def test_an_event_that_could_not_be_kept_is_never_said_to_be(memory_stripe: MemoryStripe) -> None:
    impatient()
    with held(StripeEvent):
        assert deliver() == 500  # Stripe sends it again
    assert deliver() == 200
    assert StripeEvent.objects.count() == 1
