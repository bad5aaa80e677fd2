"""A month is closed while its gifts are still being booked, by Stripe's events and by hand: each row
is in the month before it is sealed, or in the open one after; none fails, none is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from donations.models import ClosedMonth, JournalEntry, StripeEvent
from donations.services import closing, inbox
from donations.services.by_hand import today
from donations.services.events import process_events
from donations.services.figures import Month
from donations.services.receipts import ROME
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from treasury_support import by_hand

pytestmark = pytest.mark.django_db(transaction=True)


def alone(work: Callable[[], Any]) -> Any:
    """With a connection of its own, as another process would have."""
    try:
        return work()
    finally:
        connections.close_all()


def test_closing_while_gifts_are_booked(memory_stripe: MemoryStripe) -> None:
    last = Month((today().replace(day=1) - timedelta(days=1)).replace(day=1))
    day = last.first_day + timedelta(days=9)
    memory_stripe.now = datetime.combine(day, datetime.min.time(), ROME)
    for _ in range(12):
        memory_stripe.pay_by_card(session_of(begin().donation))
    by_hand(day=day)  # the account of the fund is there
    for event in memory_stripe.events:
        inbox.store(event)

    def settle() -> None:
        while process_events(limit=1):
            pass

    def bring() -> None:
        for _ in range(6):
            by_hand(day=day, amount=1_00)

    def close() -> str:
        return closing.close(month=last, by=None).sha256

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(alone, (settle, bring, close, settle)))
    settle()
    closed = ClosedMonth.objects.get()
    assert closing.fingerprint(last) == (closed.sha256, closed.rows) == (done[2], closed.rows)
    rows = JournalEntry.objects.all()
    assert rows.count() == 12 * 2 + 7
    assert {one.state for one in StripeEvent.objects.all()} == {"processed"}
    late = rows.filter(at__gte=last.ends)
    assert late.count() == rows.count() - closed.rows
    assert all(one.happened_at and one.happened_at < last.ends for one in late)
