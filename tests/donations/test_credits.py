"""The totals of posts can be made again from the ledger."""

import pytest
from django.core.management import call_command

from attribution.models import Credit
from attribution.services import source, totals, version
from donations.services import inbox
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db


def test_rebuilt_from_the_ledger(memory_stripe: MemoryStripe) -> None:
    post, other = source(kind="post", key="1"), source(kind="post", key="2")
    for amount in (25_00, 40_00):
        gift = begin(source=post, amount=amount).donation
        memory_stripe.pay_by_card(session_of(gift))
    memory_stripe.give_back(session_of(gift), 15_00)
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    before, stamp = totals(post), version()
    assert before.cents == 50_00
    Credit.objects.filter(amount=25_00).delete()
    Credit.objects.filter(amount=40_00).update(amount=1, source=other)
    Credit.objects.create(
        source=other, ref="invented", amount=9, donor="x", at=Credit.objects.first().at
    )
    call_command("rebuild_credits")
    assert totals(post) == before
    assert totals(other).cents == 0
    assert version() != stamp
    assert Credit.objects.count() == 3
