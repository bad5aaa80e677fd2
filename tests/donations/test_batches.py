"""Many payments in one go cost the database as many statements as few: the books are one page."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from donations.models import Donation, Receipt
from donations.services import inbox
from giving_support import begin, process, promised, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db


def asked(stripe: MemoryStripe) -> list[str]:
    """What working through the news says to the database."""
    for event in stripe.events:
        inbox.store(event)
    with CaptureQueriesContext(connection) as queries:
        process()
    return [one["sql"] for one in queries]


def test_many_gifts_are_written_by_as_many_statements_as_two(memory_stripe: MemoryStripe) -> None:
    costs = []
    for number in (1, 2, 12):  # the first finds neither its fund's account nor the year's counter
        for _ in range(number):
            memory_stripe.pay_by_card(session_of(begin().donation))
        costs.append(len(asked(memory_stripe)))
    assert costs[1] == costs[2]
    assert Donation.objects.filter(state="settled").count() == Receipt.objects.count() == 15
    numbers = Receipt.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 16))


def test_only_what_a_payment_changes_is_written(memory_stripe: MemoryStripe) -> None:
    memory_stripe.pay_by_card(session_of(begin().donation))
    (written,) = [
        sql.split("DO UPDATE SET")[1]
        for sql in asked(memory_stripe)
        if sql.startswith('INSERT INTO "donations_donation"')
    ]
    assert '"state" =' in written and '"settled_at" =' in written
    assert '"amount" =' not in written and '"refunded_amount" =' not in written


def test_a_later_charge_asks_for_nothing_twice(memory_stripe: MemoryStripe) -> None:
    costs = []
    for number in (1, 4):
        promises = [promised(memory_stripe) for _ in range(number)]
        for promise in promises:
            memory_stripe.renew(str(promise.subscription_id))
        costs.append(asked(memory_stripe))
    few, many = costs
    each = (len(many) - len(few)) / 3
    assert each <= 0, Counter(sql.split("(")[0][:90] for sql in many).most_common(20)
