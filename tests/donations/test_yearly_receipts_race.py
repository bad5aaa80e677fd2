"""Refunds of several gifts of one cumulative receipt at the same moment: each takes the place of the
one before, and in the end one is valid, for what is left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, connections

from donations.models import Donation, GivingSettings, Receipt, ReceiptCounter, StripeEvent
from donations.services import inbox, yearly_receipts
from donations.services.by_hand import today
from donations.services.events import process_events
from donations.services.receipts import ROME
from giving_support import process, promised
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db(transaction=True)
LAST = today().year - 1
CHARGES = 6


def alone(work: Callable[[], Any]) -> Any:
    """With a connection of its own, as another process would have."""
    try:
        return work()
    finally:
        connections.close_all()


@pytest.fixture
def invoices(memory_stripe: MemoryStripe) -> list[str]:
    """The charges of a year that have one receipt together, by Stripe's ids of what was paid."""
    GivingSettings.load()
    GivingSettings.objects.update(receipts_by_year=True)
    promise = promised(memory_stripe)
    for _month in range(CHARGES - 1):
        memory_stripe.renew(str(promise.subscription_id))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    process()
    gifts = list(promise.donations.order_by("pk"))
    for month, gift in enumerate(gifts, 1):
        day = datetime(LAST, month, 5, 12, tzinfo=ROME)
        Donation.objects.filter(pk=gift.pk).update(settled_at=day, created_at=day)
    yearly_receipts.begin(year=LAST, by=None)
    assert yearly_receipts.work() == 1
    attempts = [gift.attempts.get() for gift in gifts]
    return [str(one.session_id or one.invoice_id) for one in attempts]


@pytest.mark.parametrize("back", [25_00, 5_00], ids=["whole", "in part"])
def test_refunds_at_the_same_moment_leave_one_valid_receipt(
    memory_stripe: MemoryStripe, invoices: list[str], back: int
) -> None:
    for paid in invoices[1:]:
        memory_stripe.give_back(paid, back)
    for event in memory_stripe.events:
        inbox.store(event)
    together = Barrier(CHARGES)

    def work() -> int:
        together.wait(30)
        taken = 0
        for _try in range(500):
            try:
                number = process_events(limit=1)
            except OperationalError:  # a file that another one holds: the next tick
                continue
            if not number:
                return taken
            taken += number
        raise AssertionError("busy for ever")

    with ThreadPoolExecutor(CHARGES) as pool:
        taken = list(pool.map(alone, [work] * CHARGES))
    process()
    process()
    assert sum(number > 0 for number in taken) > 1, "one worker did it all: nothing was shown"
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"processed"}
    receipts = list(Receipt.objects.order_by("number"))
    assert [one.number for one in receipts] == list(range(1, len(receipts) + 1))
    assert ReceiptCounter.objects.get().last == len(receipts) == CHARGES
    valid = [one for one in receipts if one.state == Receipt.State.ISSUED]
    left = sum(gift.net for gift in Donation.objects.all())
    assert [one.amount for one in valid] == [left] == [CHARGES * 25_00 - (CHARGES - 1) * back]
    # one chain: each but the first takes the place of another one, and no two of the same
    assert [one.replaces_id for one in receipts] == [None, *(one.pk for one in receipts[:-1])]
    assert sum(line.amount for line in valid[0].lines.filter(valid=True)) == left
