"""A month of giving on Stripe's stand-in, over HTTP with the SDK as it comes: cards, debits, refunds,
disputes, payouts with fees, one of them sent back. At its end everything agrees to the cent."""

import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from donations.models import Account, Donation, JournalEntry, Payout, Receipt
from donations.services import Details, closing, start_donation
from donations.services.events import process_events
from donations.services.figures import Month, figures
from donations.services.sweeping import sweep
from donations.treasury.in_transit import waiting
from giving_support import fund, session_of
from stripe_sandbox import running

pytestmark = pytest.mark.django_db
DAYS = 31
A_DAY = 3  # gifts
real_now = timezone.now


@pytest.fixture
def control(settings: Any, tmp_path: Path):
    with running(tmp_path / "sandbox") as address:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_test_sandbox", address

        def post(action: str, **data: Any) -> dict[str, Any]:
            answer = requests.post(f"{address}/_control/stripe/{action}", json=data, timeout=30)
            assert answer.ok, answer.text
            return dict(answer.json())

        yield post


@pytest.fixture
def pass_time(control: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The same clock for Stripe's side and for ours."""
    ahead = [0]

    def go(*, until: Any) -> None:
        seconds = int((until - timezone.now()).total_seconds())
        ahead[0] += max(seconds, 0)
        control("clock", seconds=max(seconds, 0))
        monkeypatch.setattr(
            "django.utils.timezone.now", lambda: real_now() + timedelta(seconds=ahead[0])
        )

    return go


def balance(code: str) -> int:
    return Account.objects.get(code=code).balance()


def hear() -> None:
    sweep(patience=timedelta())
    for _ in range(2):
        process_events()


def test_a_month_reconciles_to_the_cent(control: Any, pass_time: Any) -> None:
    dice = random.Random(7)
    month = Month.of(timezone.now()).next
    pass_time(until=month.begins)
    control("payouts", every=5)
    for day in range(DAYS - 1):
        a_day(control, dice)
        hear()
        pass_time(until=month.begins + timedelta(days=day + 1))
        hear()
    sent_back = Payout.objects.filter(status="paid").latest("arrives_on")
    control("payout", payout=sent_back.payout_id, outcome="failed")
    control("payouts", every=0)
    pass_time(until=month.ends + timedelta(days=9))  # the last debits and payouts arrive
    control("payout", outcome="paid")
    hear()
    hear()
    it_all_agrees(month)


def a_day(control: Any, dice: random.Random) -> None:
    for _ in range(A_DAY):
        donor = Details(email=f"d{dice.randrange(20)}@example.org", first_name="A", last_name="B")
        gift = start_donation(
            form_token=uuid.uuid4(),
            amount=dice.randrange(500, 20_000),
            fund=fund(),
            donor=donor,
            language="it",
            consents={},
        ).donation
        how = dice.choice(["card", "card", "sepa", "card_declined"])
        told = control("pay", session=session_of(gift), method=how)
        if how != "card":
            continue
        charge = told["charge"]
        match dice.randrange(8):
            case 0:
                control("refund", charge=charge["id"], amount=charge["amount"] // 3)
            case 1:
                control("refund", charge=charge["id"])
            case 2:
                dispute = control("dispute", charge=charge["id"])["dispute"]
                outcome = dice.choice(["won", "lost"])
                control("dispute", dispute=dispute["id"], outcome=outcome)


def it_all_agrees(month: Month) -> None:
    payouts = Payout.objects.all()
    assert payouts.count() > 4 and payouts.filter(status="failed").count() == 1
    assert {one.status for one in payouts} == {"paid", "failed"}
    assert not payouts.exclude(difference=0).exists()
    arrived = sum(one.amount for one in payouts if one.status == "paid")
    assert balance("bank") == arrived
    assert balance("stripe") == 0 == sum(one.cents for one in waiting())
    given = Donation.objects.filter(state__in=Donation.RECEIVED)
    net = sum(one.net for one in given)
    fees = balance("fees")
    assert arrived == net - fees - balance("disputes")
    valid = Receipt.objects.filter(state=Receipt.State.ISSUED)
    assert sum(one.amount for one in valid) == net
    closed = closing.close(month=month, by=None)
    held = {one["code"]: one["closing"] for one in closed.figures["accounts"]}
    later = figures(month.next)["accounts"]
    assert {one["code"]: one["opening"] for one in later} == held
    assert sum(held.values()) == 0
    rows = JournalEntry.objects.filter(at__lt=month.ends).count()
    assert closing.fingerprint(month) == (closed.sha256, rows)
