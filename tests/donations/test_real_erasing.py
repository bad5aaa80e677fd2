"""An erased donor with the unmodified SDK over HTTP against the sandbox: what Stripe still knows of her,
and what it tells of her afterwards."""

from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from donations import gateway
from donations.models import CustomerRemoval, Donation, RecurringDonation, StripeEvent
from donations.services import changing, erased, erasing
from donations.services.inbox import store
from donations.services.sweeping import sweep
from donations.stripe_facts import NotPermitted
from erasure_support import HER, LAST, MAIL, found, kept_by_law
from giving_support import begin, process, session_of
from mail.models import Message
from stripe_sandbox import running

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(tmp_path: Path):
    with running(tmp_path) as url:
        yield url


@pytest.fixture(autouse=True)
def here(settings: Any, address: str) -> None:
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_sandbox", address


@pytest.fixture
def control(address: str):
    def post(action: str, **data: Any) -> dict:
        answer = requests.post(f"{address}/_control/stripe/{action}", json=data, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json())

    return post


@pytest.fixture
def promise(control: Any) -> RecurringDonation:
    gift = begin(donor=HER, every="month").donation
    control("pay", session=session_of(gift), method="card")
    assert gift.promise
    told()
    gift.promise.refresh_from_db()
    assert gift.promise.customer_id
    return gift.promise


def told() -> None:
    sweep()
    process()
    process()


def everything_told() -> None:
    """Events of every type, as a webhook for all of them would bring them."""
    types = ["customer.created", "customer.updated", "customer.deleted", "charge.succeeded"]
    types += ["payment_intent.succeeded", "payment_method.attached", "invoice.finalized"]
    since = timezone.now() - timezone.timedelta(days=1)
    for event in gateway.get().list_events(since=since, types=types):
        store(event)


def customer(address: str, key: str) -> dict[str, Any]:
    headers = {"Authorization": "Bearer sk_test_sandbox"}
    return dict(requests.get(f"{address}/v1/customers/{key}", headers=headers, timeout=10).json())


def erase(promise: RecurringDonation) -> None:
    erasing.erase(donor=promise.donor, reason="asked", by=None, end_promises=True)
    Message.objects.filter(kind="erasure_done").update(to="")
    changing.ask_stripe()
    CustomerRemoval.objects.update(next_at=timezone.now())


def test_stripe_forgets_her_and_brings_nothing_back(
    address: str, control: Any, promise: RecurringDonation
) -> None:
    everything_told()
    assert "donations.StripeEvent.payload" in found(MAIL)
    assert customer(address, promise.customer_id)["email"] == MAIL
    erase(promise)
    assert erased.ask_stripe() == 1
    assert CustomerRemoval.objects.get().state == "done"
    assert customer(address, promise.customer_id).get("deleted")
    gift = Donation.objects.get()
    control("refund", payment_intent=gift.attempts.get().payment_intent, amount=5_00)
    told()
    everything_told()  # also that the customer is gone, with her address
    done = promise.donor.erasure
    erased.look_again(now=done.again_at)
    gift.refresh_from_db()
    promise.refresh_from_db()
    assert (gift.refunded_amount, promise.state) == (5_00, "ended")
    assert StripeEvent.objects.filter(type="customer.deleted").exists()
    assert set(found(MAIL, LAST)) <= kept_by_law()


def test_one_that_is_gone_already_is_as_good(address: str, promise: RecurringDonation) -> None:
    gateway.get().delete_customer(promise.customer_id)
    erase(promise)
    erased.ask_stripe()
    assert CustomerRemoval.objects.get().state == "done"


def test_a_key_that_may_not_is_a_task_for_a_person(
    settings: Any, control: Any, promise: RecurringDonation
) -> None:
    control("key", key="rk_test_lacking", lacks=["customer_write"])
    settings.STRIPE_SECRET_KEY = "rk_test_lacking"
    with pytest.raises(NotPermitted, match="customer_write"):
        gateway.get().delete_customer(promise.customer_id)
    assert gateway.get().lacking() == {"delete the customer of an erased donor": "customer_write"}
    erase(promise)
    erased.ask_stripe()
    (row,) = erased.refused()
    assert "customer_write" in row.last_error and MAIL not in row.last_error
