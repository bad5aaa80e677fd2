"""A spreadsheet of many rows costs no more memory and no more queries than one of few."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from bench import seed
from donations.models import Donation, Donor, JournalEntry, Receipt
from donations.treasury import export
from donations.treasury.export import answer, sheets
from people.models import User

pytestmark = pytest.mark.django_db
FEW, MANY = 1_000, 4_000
SHEETS: dict[str, tuple[Callable[..., Any], Any, str]] = {
    "donations": (export.donations, Donation, "pk__lte"),
    "ledger": (export.ledger, JournalEntry, "donation__lte"),
    "receipts": (export.receipts, Receipt, "donation__lte"),
    "donors": (export.donors, Donor, "donations__lte"),
}


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Takes a spreadsheet to its end; its bytes."""
    monkeypatch.setattr(sheets, "AT_ONCE", 250)
    monkeypatch.setattr(answer, "SECONDS", 600)  # being watched takes long
    seed.books(MANY)
    first = Donation.objects.order_by("pk").values_list("pk", flat=True)[0]
    user = User.objects.create_superuser("root")

    def asked(name: str, kind: str, number: int) -> int:
        make, model, field = SHEETS[name]
        request = RequestFactory().get("/", {"formato": kind})
        request.user = User.objects.get(pk=user.pk)  # whose permissions are asked anew
        response = make(request, model.objects.filter(**{field: first + number - 1}))
        size = sum(len(part) for part in response)
        response.file_to_stream.close()  # its own close() ends a request, and with it the database
        return size

    return asked


def test_memory_and_queries_do_not_grow_with_the_rows(ask: Callable[..., int]) -> None:
    for name in SHEETS:
        for kind in export.FORMATS:
            ask(name, kind, 10)  # what is loaded once
            costs = []
            for number in (FEW, MANY):
                tracemalloc.start()
                with CaptureQueriesContext(connection) as queries:
                    size = ask(name, kind, number)
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                costs.append((size, peak, len(queries)))
            (small, low, few), (large, high, many) = costs
            assert large > 3 * small, (name, kind)
            assert high < 1.3 * low, (name, kind, low, high)
            assert many == few, (name, kind)
