"""Somebody else holds the database: short waits are waited out, long ones lose nothing."""

import html
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import stripe
from django.core.cache import cache
from django.db import OperationalError, connection, connections
from django.test import Client

from donations.models import Donation, StripeEvent
from donations.views import payment_page
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
    assert sent_again(page) == filled | {"nome": "Zoe"}
    assert Client().post("/dona/", sent_again(page)).status_code == 303
    assert Donation.objects.count() == 1


def sent_again(page: str) -> dict[str, str]:
    """What the button of the page sends, but for the cookie's own field."""
    (form,) = re.findall(
        r'<form class="riga-azioni" method="post"[^>]*>(.*?)</form>', page, re.DOTALL
    )
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    assert fields.pop("csrfmiddlewaretoken")
    return {name: html.unescape(value) for name, value in fields.items()}


@pytest.fixture
def no_more_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where all of a PostgreSQL's are taken: not one question is answered."""

    def refuse(*_args: Any) -> None:
        raise OperationalError("FATAL: sorry, too many clients already")

    for way in ("ensure_connection", "_cursor"):
        monkeypatch.setattr(connections["default"], way, refuse)


@pytest.mark.usefixtures("no_more_connections")
def test_without_any_database_what_was_typed_comes_back() -> None:
    filled = typed(via='Via "Roma" <1>')
    visitor = Client(enforce_csrf_checks=True)
    for _with_cookie in (False, True):  # the page brings the cookie that the first one lacked
        answer = visitor.post("/dona/", filled | {"csrfmiddlewaretoken": cookie_of(visitor)})
        assert answer.status_code == 503 and answer["Retry-After"] == "30"
        assert sent_again(answer.content.decode()) == filled
        assert f"form-action 'self' {payment_page()};" in answer["Content-Security-Policy"]
    seen = visitor.get("/dona/?importo=25")
    assert seen.status_code == 503 and 'href="/dona/?importo=25"' in seen.content.decode()


def cookie_of(visitor: Client) -> str:
    cookie = visitor.cookies.get("csrftoken")
    return cookie.value if cookie else ""


def test_an_event_that_could_not_be_kept_is_never_said_to_be(memory_stripe: MemoryStripe) -> None:
    impatient()
    with held(StripeEvent):
        assert deliver() == 500  # Stripe sends it again
    assert deliver() == 200
    assert StripeEvent.objects.count() == 1
