"""Payouts and bank lines as spreadsheets: what they hold, that they add up, who takes them."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from bank_support import MARIA_IBAN, imported, row
from donations.models import BankLine, Payout, PayoutLine
from donations.services import bank_lines
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from transfer_support import account, promised
from treasury_support import gifts, member, paid_out, tell

pytestmark = pytest.mark.django_db
PAYOUTS = "/admin/tesoreria/accrediti/"
BANK = "/admin/tesoreria/banca/"
ARMED = '=HYPERLINK("http://x")'


@pytest.fixture
def treasurer() -> Client:
    return member(roles.TREASURY)


def table(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200 and "attachment" in response["Content-Disposition"]
    text = StringIO(response.getvalue().decode("utf-8-sig"))
    return list(csv.DictReader(text, delimiter=";"))


def statements(client: Client, address: str, **query: str) -> int:
    client.get(address, {"formato": "csv", **query})  # what is kept by the process is there
    with CaptureQueriesContext(connection) as asked:
        table(client.get(address, {"formato": "csv", **query}))
    return len(asked)


def copies(payout: Payout, number: int) -> None:
    for n in range(number):
        one = Payout.objects.create(
            payout_id=f"po_{n}",
            amount=payout.amount,
            status="failed" if n == 0 else "paid",
            created_at=payout.created_at,
            arrives_on=payout.arrives_on,
            complete=True,
            difference=n,
        )
        PayoutLine.objects.create(
            payout=one,
            transaction_id=f"txn_{n}",
            kind="other",
            type="adjustment",
            amount=payout.amount,
            fee=0,
            net=payout.amount,
            created_at=payout.created_at,
        )


def test_the_payouts_column_by_column(treasurer: Client, memory_stripe: MemoryStripe) -> None:
    gifts(memory_stripe)
    number = memory_stripe.pay_out()
    tell(memory_stripe)
    only, totals = table(treasurer.get(PAYOUTS, {"formato": "csv"}))
    assert (only["Numero"], only["Accredito"], only["Doni"]) == (number, "49,20", "80,00")
    assert (only["Commissioni"], only["Rimborsi"]) == ("-0,80", "-30,00")
    assert (only["Contestazioni"], only["Altro"]) == ("0,00", "0,00")
    assert (only["Differenza non spiegata"], only["Stato"]) == ("0,00", "In banca")
    assert totals["Accredito"] == "49,20"


def test_what_came_back_is_a_row_and_not_in_the_total(
    treasurer: Client, memory_stripe: MemoryStripe
) -> None:
    gifts(memory_stripe)
    memory_stripe.pay_out()
    tell(memory_stripe)
    copies(Payout.objects.get(), 2)
    *found, totals = table(treasurer.get(PAYOUTS, {"formato": "csv"}))
    assert [one["Stato"] for one in found].count("Rimandato dalla banca") == 1
    assert (totals["Accredito"], totals["Altro"]) == ("98,40", "49,20")
    assert totals["Differenza non spiegata"] == "0,01"


def test_lines_that_stripe_has_not_told_leave_the_difference_empty(treasurer: Client) -> None:
    paid_out()
    only, _totals = table(treasurer.get(PAYOUTS, {"formato": "csv"}))
    assert (only["Accredito"], only["Differenza non spiegata"]) == ("1,00", "")


def test_each_line_of_the_bank_says_what_it_is(treasurer: Client) -> None:
    account()
    gift = promised()
    known, aside, out, waits = imported(
        row("25,00", f"BON {gift.transfer.readable}"),
        row("10,00", "QUOTA"),
        row("-3,00", "COMMISSIONI"),
        row("7,00", ARMED),
    )
    by = User.objects.latest("pk")
    bank_lines.recognise_promise(line=known, donation=gift, by=by)
    bank_lines.set_aside(line=aside, reason="quota sociale", by=by)
    for view, words, amount, what in [
        ("", f"'{ARMED}", "7,00", ""),
        ("riconosciute", known.text, "25,00", str(gift.public_id)),
        ("da-parte", "QUOTA", "10,00", "quota sociale"),
        ("uscite", "COMMISSIONI", "-3,00", ""),
    ]:
        only, totals = table(treasurer.get(BANK, {"formato": "csv", "vista": view}))
        assert (only["Causale"], only["Che cos’è"]) == (words, what), view
        assert only["Importo"] == totals["Importo"] == amount
    assert out.amount == -300 and waits.state == "open"


def test_a_payouts_line_names_the_payout_and_no_iban_stands_there(treasurer: Client) -> None:
    account()
    (line,) = imported(row("1,00", "STRIPE", cro="CRO1"))
    BankLine.objects.filter(pk=line.pk).update(state="payout", payout=paid_out())
    response = treasurer.get(BANK, {"formato": "csv", "vista": "riconosciute"})
    assert MARIA_IBAN.encode() not in response.getvalue()
    only, _totals = table(treasurer.get(BANK, {"formato": "csv", "vista": "riconosciute"}))
    assert (only["Che cos’è"], only["Nome"]) == ("po_bench", "ROSSI MARIA")
    assert only["Numero della banca (CRO, TRN)"] == "CRO1"


@pytest.mark.parametrize(("address", "name"), [(PAYOUTS, "accrediti"), (BANK, "banca")])
def test_both_lists_offer_both_and_taking_one_is_logged(
    treasurer: Client, memory_stripe: MemoryStripe, address: str, name: str
) -> None:
    account()
    imported(row("7,00", ARMED))
    gifts(memory_stripe)
    memory_stripe.pay_out()
    tell(memory_stripe)
    page = treasurer.get(address).content.decode()
    assert "formato=csv" in page and "formato=xlsx" in page
    sheet = load_workbook(BytesIO(treasurer.get(address, {"formato": "xlsx"}).getvalue())).active
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    (entry,) = ModelLogEntry.objects.filter(action="donations.export")
    assert entry.data == {"what": name, "format": "xlsx", "rows": 1}
    assert treasurer.get(address, {"formato": "exe"})["Content-Type"].startswith("text/html")


def test_who_may_not_read_the_list_takes_no_sheet() -> None:
    for role, address in ((roles.EDITORS, PAYOUTS), (roles.COORDINATION, BANK)):
        answer = member(role).get(address, {"formato": "csv"})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert table(member(roles.COORDINATION).get(PAYOUTS, {"formato": "csv"}))


def test_the_number_of_statements_is_constant(
    treasurer: Client, memory_stripe: MemoryStripe
) -> None:
    account()
    gifts(memory_stripe)
    memory_stripe.pay_out()
    tell(memory_stripe)
    imported(row("7,00", "UNO"))
    few = [statements(treasurer, one) for one in (PAYOUTS, BANK)]
    copies(Payout.objects.get(), 9)
    imported(*(row(f"{n},00", f"RIGA {n}") for n in range(10, 20)))
    assert [statements(treasurer, one) for one in (PAYOUTS, BANK)] == few
