"""Stripe's door, with really computed signatures."""

import json
import time
from typing import Any

import pytest
import stripe
from django.test import Client
from django.utils import timezone

from donations import webhook
from donations.models import StripeEvent
from donations.services import inbox
from outbox.bell import Bell

pytestmark = pytest.mark.django_db
SECRET = "whsec_test"


@pytest.fixture(autouse=True)
def door(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    settings.STRIPE_WEBHOOK_SECRET = SECRET
    rings: list[float] = []
    monkeypatch.setattr(webhook.bell, "ring", lambda: rings.append(time.monotonic()))
    return rings


def event(**changes: Any) -> bytes:
    body = {
        "id": "evt_1",
        "object": "event",
        "type": "checkout.session.completed",
        "created": int(time.time()),
        "data": {"object": {"id": "cs_1", "object": "checkout.session"}},
        **changes,
    }
    return json.dumps(body).encode()


def post(body: bytes, *, secret: str = SECRET, at: float | None = None, **extra: Any) -> int:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(errors="replace"), secret, timestamp=int(at or time.time())
    )
    headers = {"Stripe-Signature": header, **extra}
    answer = Client(enforce_csrf_checks=True).post(
        "/stripe/webhook/", body, content_type="application/json", headers=headers
    )
    return answer.status_code


def test_kept_word_for_word_and_answered(door: list[float]) -> None:
    body = event()
    assert post(body) == 200
    row = StripeEvent.objects.get()
    assert bytes(row.payload) == body
    assert (row.event_id, row.object_id, row.state) == ("evt_1", "cs_1", "received")
    assert row.next_at and row.next_at <= timezone.now()
    assert len(door) == 1


def test_the_same_event_five_times(door: list[float]) -> None:
    assert [post(event()) for _ in range(5)] == [200] * 5
    assert StripeEvent.objects.count() == 1
    assert len(door) == 1


def test_unknown_type_is_kept_and_left_alone() -> None:
    assert post(event(type="treasury.something.new")) == 200
    row = StripeEvent.objects.get()
    assert (row.state, row.next_at) == ("ignored", None)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "nonsense",
        "t=1",
        "v1=abc",
        "t=abc,v1=abc",
        "t=1,v1=è",
        "t=now,v1=00",
    ],
)
def test_wrong_or_missing_signature(header: str | None) -> None:
    now = f"t={int(time.time())}"
    headers = {} if header is None else {"Stripe-Signature": header.replace("t=now", now)}
    answer = Client().post(
        "/stripe/webhook/", event(), content_type="application/json", headers=headers
    )
    assert answer.status_code == 400
    assert not StripeEvent.objects.exists()


def test_another_secret_an_old_signature_and_a_changed_body() -> None:
    assert post(event(), secret="whsec_other") == 400
    assert post(event(), at=time.time() - 400) == 400
    header = stripe.WebhookSignature.generate_signature_header(event().decode(), SECRET)
    answer = Client().post(
        "/stripe/webhook/",
        event().replace(b"cs_1", b"cs_2"),
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert answer.status_code == 400
    assert not StripeEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"{}",
        b'{"id":"e","type":"t","created":"x","data":{"object":{}}}',
        b'{"id":"e","type":"t","created":1,"data":{"object":[]}}',
        b'{"id":"e","type":"t","created":99999999999999999,"data":{"object":{}}}',
    ],
)
def test_signed_but_no_event(body: bytes) -> None:
    assert post(body) == 400
    assert not StripeEvent.objects.exists()


def test_bytes_that_are_no_text() -> None:
    answer = Client().post(
        "/stripe/webhook/",
        b"\xff\xfe{}",
        content_type="application/json",
        headers={"Stripe-Signature": "t=1,v1=00"},
    )
    assert answer.status_code == 400


def test_only_post() -> None:
    assert Client().get("/stripe/webhook/").status_code == 405


def test_a_broker_that_is_away_changes_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def apply_async(self, *args: Any, **kwargs: Any) -> None:
            raise ConnectionError("no broker")

    monkeypatch.setattr(webhook, "bell", Bell(Away()))
    monkeypatch.setattr(Bell, "_broken_until", 0.0)
    assert post(event()) == 200
    assert StripeEvent.objects.get().state == "received"


def test_the_manual_names_every_event_we_act_on(settings: Any) -> None:
    manual = (settings.BASE_DIR / "docs/operations.md").read_text("utf-8")
    assert [one for one in inbox.ACTED_ON if f"`{one}`" not in manual] == []
