"""What each account holds, from one reading of the journal however many accounts there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from donations.models import Account, JournalEntry
from donations.treasury.ledger import balances
from memory_stripe import MemoryStripe
from treasury_support import gifts

pytestmark = pytest.mark.django_db


def test_the_sums_of_both_sides_come_from_one_reading(memory_stripe: MemoryStripe) -> None:
    gifts(memory_stripe)
    with CaptureQueriesContext(connection) as asked:
        accounts = balances()
    assert sum(one["sql"].count('donations_journalentry" ') for one in asked) <= 1
    assert {one.pk for one in accounts} == set(Account.objects.values_list("pk", flat=True))
    for one in accounts:
        rows = JournalEntry.objects.values_list("debit", "credit", "amount")
        assert one.dare == sum(cents for debit, _c, cents in rows if debit == one.pk)  # type: ignore[attr-defined]
        assert one.avere == sum(cents for _d, credit, cents in rows if credit == one.pk)  # type: ignore[attr-defined]
