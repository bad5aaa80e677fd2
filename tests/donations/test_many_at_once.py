"""Fifty submissions of one form are one charge; twenty workers issue receipts without a gap and without
a double. Each has a connection of its own, on whichever database this runs on."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import requests
from django.core.cache import cache
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse

from donations.models import CheckoutAttempt, Donation, JournalEntry, Receipt, ReceiptCounter
from donations.services import guarding, inbox
from donations.services.events import process_events
from donations.services.sweeping import sweep
from form_support import open_fund, typed
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe
from people.limits import Limit
from stripe_sandbox import running
from treasury_support import by_hand

pytestmark = pytest.mark.django_db(transaction=True)
SUBMISSIONS, WORKERS, GIFTS = 50, 20, 60
KEY = "sk_test_sandbox"
LIMITS = ("BY_FORM", "BY_ADDRESS", "BY_DEVICE", "BY_NETWORK", "RUSH", "BY_MAIL", "POSTS")


def alone(work: Callable[[], Any]) -> Any:
    """With a connection of its own, as another process would have."""
    try:
        return work()
    finally:
        connections.close_all()


# --- one form --------------------------------------------------------------------------------------


@pytest.fixture
def sandbox(settings: Any, tmp_path: Path):
    with running(tmp_path / "stripe") as url:
        settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = KEY, url
        yield url


@pytest.fixture
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guard would hold most of them back: here all come through to what is under it."""
    for name in LIMITS:
        limit: Limit = getattr(guarding, name)
        monkeypatch.setattr(guarding, name, Limit(limit.name, 10_000, limit.seconds))
    cache.clear()


def at_the_sandbox(url: str, kind: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{url}/v1/{kind}", params={"limit": "100"}, auth=(KEY, ""), timeout=10)
    assert answer.ok, answer.text
    return list(answer.json()["data"])


def all_at_once(form: dict[str, Any]) -> Counter[tuple[int, str]]:
    """Status and where it leads."""
    together = Barrier(SUBMISSIONS)

    def send() -> tuple[int, str]:
        together.wait(30)
        answer = Client(raise_request_exception=False).post(reverse("donations:give"), form)
        return answer.status_code, answer.headers.get("Location", "")

    with ThreadPoolExecutor(SUBMISSIONS) as pool:
        return Counter(pool.map(alone, [send] * SUBMISSIONS))


@pytest.mark.parametrize("rhythm", ["una", "mese"])
def test_fifty_submissions_of_one_form_are_one_charge(
    sandbox: str, no_limits: None, rhythm: str
) -> None:
    open_fund()
    form = typed(frequenza=rhythm)
    said = all_at_once(form)
    gift = Donation.objects.get()
    attempt = CheckoutAttempt.objects.get()
    (session,) = at_the_sandbox(sandbox, "checkout/sessions")
    assert session["id"] == attempt.session_id and gift.amount == 50_00
    led = {where for (status, where), _number in said.items() if status == 303}
    assert led == {attempt.url}, said
    # a busy database or Stripe asks to send it once more, and nothing else
    assert {status for status, _where in said} <= {303, 503}, said
    paid = requests.post(
        f"{sandbox}/_control/stripe/pay",
        json={"session": session["id"], "method": "card"},
        timeout=30,
    )
    assert paid.ok
    all_at_once(form)  # she comes back with her browser's button, fifty times
    sweep()
    process()
    all_at_once(form)
    (charge,) = at_the_sandbox(sandbox, "charges")
    assert (charge["amount"], charge["status"]) == (50_00, "succeeded")
    assert len(at_the_sandbox(sandbox, "checkout/sessions")) == 1
    gift.refresh_from_db()
    assert (gift.promise is not None) == (rhythm == "mese")
    assert gift.state == Donation.State.SETTLED and Donation.objects.count() == 1
    assert JournalEntry.objects.filter(origin__endswith=":gift").count() == 1
    assert Receipt.objects.count() == 1


# --- receipts --------------------------------------------------------------------------------------


def test_twenty_workers_issue_receipts_without_a_gap_or_a_double(
    memory_stripe: MemoryStripe,
) -> None:
    gifts = [begin().donation for _ in range(GIFTS)]
    for number, gift in enumerate(gifts):
        memory_stripe.pay_by_card(session_of(gift))
        if number % 5 == 0:  # its receipt is void, and one for the rest takes its place
            memory_stripe.give_back(session_of(gift), 5_00)
    for event in memory_stripe.events:
        inbox.store(event)
    together = Barrier(WORKERS)

    def settle() -> int:
        together.wait(30)
        taken = 0
        while number := patient(lambda: process_events(limit=1)):
            taken += number
        return taken

    def bring() -> int:
        together.wait(30)
        for _ in range(3):
            patient(by_hand)
        return 0

    works = [settle if number % 2 else bring for number in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        taken = list(pool.map(alone, works))
    process()
    assert sum(number > 0 for number in taken) > 1, "one worker did it all: nothing was shown"
    by_hands = WORKERS // 2 * 3
    assert Donation.objects.filter(settled_at__isnull=False).count() == GIFTS + by_hands
    counter = ReceiptCounter.objects.get()
    numbers = list(Receipt.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, counter.last + 1))
    issued = Receipt.objects.filter(state=Receipt.State.ISSUED)
    assert issued.count() == GIFTS + by_hands == issued.values("donation").distinct().count()
    assert {one.amount for one in issued.filter(donation__in=gifts)} == {25_00, 20_00}
    received = sum(gift.net for gift in Donation.objects.filter(settled_at__isnull=False))
    assert sum(one.amount for one in issued) == received


def patient(work: Callable[[], Any]) -> Any:
    """A file that another one holds is tried again, as a tick would."""
    for _try in range(50):
        try:
            return work()
        except OperationalError:
            continue
    raise AssertionError("busy for ever")
