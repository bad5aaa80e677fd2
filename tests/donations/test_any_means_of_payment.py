"""Stripe offers what the account has switched on: a means of payment that we have no word for is
shown by its own name, everywhere, and a word of ours stands where there is one."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from donations.models import Donation, Receipt
from donations.receipts import wording
from donations.services import inbox
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db
LIST = "/admin/tesoreria/"


@pytest.fixture(params=["link", "satispay", "pay_by_moon"])
def gift(request: Any, memory_stripe: MemoryStripe) -> Donation:
    started = begin().donation
    memory_stripe.pay_by_card(session_of(started), method=request.param)
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    return Donation.objects.select_related("donor").get(pk=started.pk)


def test_it_is_shown_by_name_and_stops_no_page_and_no_sheet(gift: Donation) -> None:
    assert gift.state == Donation.State.SETTLED
    with translation.override("it"):
        name = gift.way
    known = {"link": "Carta, con Link", "satispay": "Satispay", "pay_by_moon": "Pay by moon"}
    assert name == known[gift.method]
    elio = member(roles.TREASURY)
    for page in (
        LIST,
        f"{LIST}donazione/{gift.public_id}/",
        f"{LIST}rapporti/?rapporto=modo",
        f"{LIST}mesi/{gift.settled_at:%Y/%-m}/",
    ):
        shown = elio.get(page)
        assert shown.status_code == 200, page
        assert name in shown.content.decode(), page
    sheet = elio.get(LIST, {"formato": "csv"}).getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(sheet), delimiter=";")
    assert row["Mezzo di pagamento"] == name
    assert elio.get(LIST, {"formato": "xlsx"}).status_code == 200


def test_the_list_can_be_narrowed_to_it(gift: Donation) -> None:
    elio: Client = member(roles.TREASURY)
    chosen = gift.method if gift.method in Donation.Method.values else Donation.Method.OTHER
    assert str(gift.public_id) in elio.get(LIST, {"modo": chosen}).content.decode()
    assert str(gift.public_id) not in elio.get(LIST, {"modo": "card"}).content.decode()


def test_the_receipt_says_it_in_italian(gift: Donation) -> None:
    receipt = Receipt.objects.get(lines__donation=gift)
    said = {"link": "Carta di pagamento (Link)", "satispay": "Satispay"}
    paid = wording.payment(receipt.data["method"], "")
    assert paid == said.get(gift.method, "Pagamento elettronico")
    assert wording.traceable(receipt.data)
