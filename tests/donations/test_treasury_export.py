"""Spreadsheets whose cells never run."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry

from donations.models import Donation
from donations.treasury.export import FORMULA, _csv, _xlsx, safe
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import gifts, member

pytestmark = pytest.mark.django_db
LIST = "/admin/tesoreria/"


@pytest.fixture
def treasurer(memory_stripe: MemoryStripe) -> Client:
    gifts(memory_stripe)
    Donation.objects.filter(first_name="Elsa").update(first_name='=HYPERLINK("http://x")')
    return member(roles.TREASURY)


def rows(answer: Any) -> list[list[str]]:
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_the_donations_as_csv(treasurer: Client) -> None:
    answer = treasurer.get(LIST, {"formato": "csv", "stato": "refunded"})
    heading, only = rows(answer)
    assert heading[2:4] == ["Nome", "Cognome"]
    assert only[2] == '\'=HYPERLINK("http://x")'
    assert "30,00" in only
    assert "attachment" in answer["Content-Disposition"]


def test_the_addresses_of_those_who_asked_for_the_letter(treasurer: Client) -> None:
    gift = Donation.objects.get(donor__email="elsa@posta.example")
    gift.consents.create(kind="newsletter", words="Mandatemi la lettera del mese.")
    heading, *found = rows(treasurer.get(LIST, {"formato": "csv"}))
    column = heading.index("Mail per la lettera del mese")
    assert sorted(row[column] for row in found) == ["", "", "elsa@posta.example"]
    page = treasurer.get(f"{LIST}donazione/{gift.public_id}/").content.decode()
    assert "Mandatemi la lettera del mese." in page


def test_the_donations_as_xlsx(treasurer: Client) -> None:
    answer = treasurer.get(LIST, {"formato": "xlsx"})
    sheet = load_workbook(BytesIO(answer.content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert '\'=HYPERLINK("http://x")' in [cell.value for cell in cells]
    assert 30 in [cell.value for cell in cells if cell.data_type == "n"]


def test_the_ledger_as_csv(treasurer: Client) -> None:
    found = rows(treasurer.get(f"{LIST}prima-nota/", {"formato": "csv"}))
    assert len(found) == 1 + 5  # two gifts, two fees, one refund


def test_spreadsheets_hold_neither_mails_nor_codes_and_taking_one_is_logged(
    treasurer: Client,
) -> None:
    text = treasurer.get(LIST, {"formato": "csv"}).content.decode()
    assert "@" not in text and "RSSMRA80A41H501Y" not in text
    assert [entry.data for entry in ModelLogEntry.objects.all()] == [{"what": "donazioni"}]


def test_an_unknown_format_is_the_page(treasurer: Client) -> None:
    answer = treasurer.get(LIST, {"formato": "exe"})
    assert answer["Content-Type"].startswith("text/html")


@given(st.text(max_size=20))
def test_no_text_runs_in_a_spreadsheet(text: str) -> None:
    written = str(safe(text))
    assert not written.startswith(FORMULA)
    assert not written.lstrip().startswith(FORMULA)


@pytest.mark.parametrize("start", FORMULA)
def test_every_sign_that_runs_is_held(start: str) -> None:
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert start.isspace() or safe(f"  {start}1+1") == f"'  {start}1+1"


def test_figures_and_dates_stay_what_they_are() -> None:
    at = datetime(2026, 9, 26, 8, 41, tzinfo=UTC)
    row = [at, Decimal("-0.35"), None, "Anna"]
    assert _csv(["a", "b", "c", "d"], [row]).decode("utf-8-sig").splitlines()[1] == (
        "26/09/2026 10:41;-0,35;;Anna"
    )
    sheet = load_workbook(BytesIO(_xlsx(["a"], [row]))).active
    assert sheet["B2"].value == -0.35
