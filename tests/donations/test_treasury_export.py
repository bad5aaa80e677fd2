"""The spreadsheets of the treasury's lists: what they hold, that they add up, that no cell runs."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from attribution.services import source
from donations.models import (
    Account,
    Donation,
    Donor,
    DonorTag,
    ImportedDonor,
    JournalEntry,
)
from donations.services import details
from donations.services.crediting import rebuild_credits
from donations.treasury.export import Totals, answer, euros
from donations.treasury.export.cells import FORMULA, runs
from donations.treasury.export.formats import write_csv, write_xlsx
from giving_support import MARIA
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import gifts, member, past_gifts

pytestmark = pytest.mark.django_db
LIST = "/admin/tesoreria/"
LEDGER = f"{LIST}prima-nota/"
RECEIPTS = f"{LIST}ricevute/"
ARMED = '=HYPERLINK("http://x")'


@pytest.fixture
def treasurer(memory_stripe: MemoryStripe) -> Client:
    gifts(memory_stripe)
    Donation.objects.filter(first_name="Elsa").update(first_name=ARMED)
    return member(roles.TREASURY)


def whole(response: Any) -> bytes:
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return bytes(response.getvalue())


def rows(response: Any) -> list[list[str]]:
    text = whole(response)
    assert text.startswith(b"\xef\xbb\xbf")  # or Excel reads the accents wrong
    return list(csv.reader(StringIO(text.decode("utf-8-sig")), delimiter=";"))


def table(response: Any) -> list[dict[str, str]]:
    headings, *found = rows(response)
    return [dict(zip(headings, row, strict=False)) for row in found]


def sheet(response: Any) -> Any:
    return load_workbook(BytesIO(whole(response))).active


def cents(cell: str) -> int:
    return int(cell.replace(",", "") or 0)


# --- donations ----------------------------------------------------------------------------------


def test_the_donations_as_csv(treasurer: Client) -> None:
    response = treasurer.get(LIST, {"formato": "csv", "stato": "refunded"})
    (only,) = table(response)
    assert only["Nome"] == f"'{ARMED}"
    assert only["Importo"] == "30,00"
    assert only["Rimborsata"] == "30,00"
    assert only["Stato"] == "Rimborsata"
    assert only["Ricevuta valida"] == ""


def test_a_gift_brings_its_campaign_its_fee_and_what_stays(treasurer: Client) -> None:
    campaign = source(kind="campaign", key="7", label="DonoDay")
    post = source(kind="post", key="1", label="Sei metri di muro", parent=campaign)
    gift = Donation.objects.get(state="settled")
    Donation.objects.filter(pk=gift.pk).update(source=post, covered=1_00)
    fee = JournalEntry.objects.get(donation=gift, debit__code=Account.FEES).amount
    assert fee > 0
    found = table(treasurer.get(LIST, {"formato": "csv"}))
    (row,) = [row for row in found if row["Numero"] == str(gift.public_id)]
    assert (row["Campagna"], row["Spese coperte da chi dona"]) == ("DonoDay", "1,00")
    assert cents(row["Commissioni"]) == fee
    assert cents(row["Quello che resta, meno le commissioni"]) == gift.amount - fee
    (open_one,) = [row for row in found if row["Stato"] == "In lavorazione"]
    assert open_one["Quello che resta, meno le commissioni"] == ""


def test_the_donors_bring_their_tags(treasurer: Client) -> None:
    donor = Donation.objects.get(state="settled").donor
    for name in ("volontari", "Amici"):
        DonorTag.objects.create(name=name, key=name.lower()).donors.add(donor)
    *found, _totals = table(treasurer.get(f"{LIST}donatori/", {"formato": "csv"}))
    by_number = {row["Numero"]: row["Etichette"] for row in found}
    assert by_number[str(donor.public_id)] == "Amici, volontari"
    assert list(by_number.values()).count("") == len(by_number) - 1


def test_the_donations_as_xlsx(treasurer: Client) -> None:
    found = sheet(treasurer.get(LIST, {"formato": "xlsx"}))
    cells = [cell for row in found.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    (armed,) = [cell for cell in cells if cell.value == ARMED]  # as she wrote it, and only text
    assert armed.data_type == "s" and armed.quotePrefix
    assert 30 in [cell.value for cell in cells if cell.data_type == "n"]
    moments = [row[0].value for row in found.iter_rows(min_row=2)]
    assert all(isinstance(moment, datetime) for moment in moments)
    settled = Donation.objects.get(state="settled")
    label = settled.receipts.get().label
    (row,) = [row for row in found.iter_rows(values_only=True) if label in row]
    local = timezone.localtime(settled.created_at).replace(tzinfo=None)
    assert abs(row[0] - local) < timedelta(seconds=1)


def test_the_addresses_of_those_who_asked_for_the_letter(treasurer: Client) -> None:
    gift = Donation.objects.get(donor__email="elsa@posta.example")
    gift.consents.create(kind="newsletter", words="Mandatemi la lettera del mese.")
    found = table(treasurer.get(LIST, {"formato": "csv"}))
    letters = sorted(row["Mail per la lettera del mese"] for row in found)
    assert letters == ["", "", "elsa@posta.example"]
    page = treasurer.get(f"{LIST}donazione/{gift.public_id}/").content.decode()
    assert "Mandatemi la lettera del mese." in page


def test_the_filters_on_the_screen_hold_for_the_spreadsheet(treasurer: Client) -> None:
    today = timezone.localdate()
    day = today.strftime("%d/%m/%Y")
    yesterday = (today - timedelta(days=1)).strftime("%d/%m/%Y")
    for query, number in [
        ({"da": day, "a": day}, 3),
        ({"a": yesterday}, 0),
        ({"cerca": "bruno"}, 1),
        ({"fondo": "generale", "stato": "processing"}, 1),
    ]:
        assert len(table(treasurer.get(LIST, {"formato": "csv", **query}))) == number, query


@pytest.mark.parametrize(
    "query", [{"da": "31/02/2026"}, {"a": "01/01/0001"}, {"da": "02/01/2026", "a": "01/01/2026"}]
)
@pytest.mark.parametrize("address", [LIST, LEDGER, RECEIPTS])
def test_a_period_that_cannot_be_is_said_and_not_exported(
    treasurer: Client, address: str, query: dict[str, str]
) -> None:
    """Else somebody who mistyped a day would take everything for that day."""
    response = treasurer.get(address, {"formato": "csv", **query})
    assert response["Content-Type"].startswith("text/html")
    assert "sp-bad" in response.content.decode()
    assert not ModelLogEntry.objects.filter(action="donations.export").exists()


@pytest.mark.parametrize("language", ["it", "en"])
def test_a_day_reads_the_same_in_both_languages(treasurer: Client, language: str) -> None:
    UserProfile.objects.create(user=User.objects.latest("pk"), preferred_language=language)
    Donation.objects.update(created_at=datetime(2026, 4, 3, 10, tzinfo=UTC))
    query = {"formato": "csv", "da": "03/04/2026", "a": "03/04/2026"}
    headings, *found = rows(treasurer.get(LIST, query))
    assert headings[2] == {"it": "Nome", "en": "First name"}[language]
    assert len(found) == 3


# --- ledger -------------------------------------------------------------------------------------


def test_the_ledger_adds_up_to_the_cent(treasurer: Client) -> None:
    *found, totals = table(treasurer.get(LEDGER, {"formato": "csv"}))
    entries = JournalEntry.objects.order_by("at", "pk")
    assert [row["Origine"] for row in found] == [entry.origin for entry in entries]
    expected = sum(entry.amount for entry in entries)
    assert cents(totals["Dare"]) == cents(totals["Avere"]) == expected
    assert sum(cents(row["Dare"]) for row in found) == expected
    assert {row["Dono"] for row in found} == {str(one.donation.public_id) for one in entries}
    assert {"Maria", f"'{ARMED}"} == {row["Nome"] for row in found}


def test_one_account_makes_its_balance(treasurer: Client) -> None:
    stripe = Account.objects.get(code=Account.STRIPE)
    query = {"formato": "csv", "conto": "stripe"}
    *found, totals = table(treasurer.get(LEDGER, query))
    assert cents(totals["Dare"]) - cents(totals["Avere"]) == stripe.balance()
    assert all(bool(row["Dare"]) != bool(row["Avere"]) for row in found)
    assert all(row["Conto dare" if row["Dare"] else "Conto avere"] == stripe.name for row in found)


def test_a_period_of_the_ledger(treasurer: Client) -> None:
    entry = JournalEntry.objects.order_by("at", "pk").last()
    assert entry
    for days, number in ((0, 5), (1, 0)):
        begin = timezone.localdate(entry.at) + timedelta(days=days)
        query = {"formato": "csv", "da": begin.isoformat()}
        *found, totals = table(treasurer.get(LEDGER, query))
        assert len(found) == number
        assert (totals["Dare"] == "0,00") == (number == 0)


def test_a_row_that_belongs_to_no_gift(treasurer: Client) -> None:
    """A payout, or a correction: on the page, in the spreadsheet, and in nobody's credits."""
    accounts = {one.code: one for one in Account.objects.all()}
    JournalEntry.objects.create(
        debit=accounts["bank"],
        credit=accounts["stripe"],
        amount=7_77,
        origin="po_1:payout",
        at=timezone.now(),
    )
    page = treasurer.get(LEDGER)
    assert "7,77" in page.content.decode() and "po_1" in page.content.decode()
    *found, _totals = table(treasurer.get(LEDGER, {"formato": "csv"}))
    (row,) = [one for one in found if not one["Dono"]]
    assert (row["Origine"], row["Nome"], row["Dare"]) == ("po_1:payout", "", "7,77")
    assert rebuild_credits() == (0, 0)


def test_the_ledger_as_xlsx_has_real_numbers_and_dates(treasurer: Client) -> None:
    found = list(sheet(treasurer.get(LEDGER, {"formato": "xlsx"})).iter_rows(values_only=True))
    headings, *lines, totals = found
    debit, credit = headings.index("Dare"), headings.index("Avere")
    amounts = sorted(line[debit] for line in lines)
    assert amounts == sorted(entry.amount / 100 for entry in JournalEntry.objects.all())
    assert totals[debit] == totals[credit]
    assert round(totals[debit] * 100) == sum(entry.amount for entry in JournalEntry.objects.all())
    assert all(isinstance(line[0], datetime) for line in lines)


# --- receipts and donors ------------------------------------------------------------------------


def test_the_receipts(treasurer: Client) -> None:
    *found, totals = table(treasurer.get(RECEIPTS, {"formato": "csv"}))
    assert [row["Stato"] for row in found] == ["Valida", "Annullata"]
    assert found[1]["Perché è annullata"].startswith("rimborso")
    assert cents(totals["Importo"]) == 50_00  # what is void is not added up
    only = table(treasurer.get(RECEIPTS, {"formato": "csv", "stato": "void"}))[:-1]
    assert [row["Numero"] for row in only] == [found[1]["Numero"]]


def test_the_donors_of_these_gifts(treasurer: Client) -> None:
    query = {"formato": "csv", "foglio": "donatori"}
    *found, totals = table(treasurer.get(LIST, query))
    given = {row["E-mail"]: (row["Doni incassati"], row["Donato, meno quanto è tornato indietro"]) for row in found}  # fmt: skip  # noqa: E501
    assert given == {"maria.rossi@example.org": ("1", "50,00"), "elsa@posta.example": ("1", "0,00")}
    assert cents(totals["Donato, meno quanto è tornato indietro"]) == 50_00
    *found, totals = table(treasurer.get(LIST, query | {"stato": "processing"}))
    assert [row["Doni incassati"] for row in found] == ["0"]


def home(client: Client, donor: Donor) -> list[str]:
    found = table(client.get(f"{LIST}donatori/", {"formato": "csv"}))
    (row,) = [row for row in found if row.get("Numero") == str(donor.public_id)]
    return [row[name] for name in ("Via e numero", "CAP", "Comune", "Provincia", "Paese")]


def test_the_postal_address_is_what_she_wrote_last(treasurer: Client) -> None:
    gift = Donation.objects.get(state="settled")
    donor, told = gift.donor, {"donor": gift.donor, "fund": gift.fund, "last_name": "Rossi"}
    assert home(treasurer, donor) == ["Via Roma 1", "00100", "Roma", "RM", "Italia"]
    Donation.objects.create(**told, form_token=uuid4(), amount=5_00, state="failed")
    assert home(treasurer, donor)[0] == "Via Roma 1"  # she left it empty
    told |= {"street": "Rue de Rive 3", "city": "Genève", "country": "CH"}
    newest = Donation.objects.create(**told, form_token=uuid4(), amount=5_00, state="open")
    assert home(treasurer, donor)[0] == "Via Roma 1"  # anybody may have begun it in her name
    Donation.objects.filter(pk=newest.pk).update(state="failed")
    assert home(treasurer, donor) == ["Rue de Rive 3", "", "Genève", "", "Svizzera"]
    bormio = replace(MARIA, street="Via Pedranzini 1", city="Bormio", postcode="23032")
    details.write(donor=donor, details=bormio)
    assert home(treasurer, donor) == ["Via Pedranzini 1", "23032", "Bormio", "RM", "Italia"]
    Donation.objects.filter(pk=newest.pk).update(created_at=timezone.now())
    assert home(treasurer, donor)[0] == "Rue de Rive 3"
    details.write(donor=donor, details=replace(MARIA, street="", city="", postcode="", province=""))
    assert home(treasurer, donor) == [""] * 5  # she took it away


def test_who_gave_nothing_stands_with_the_address_of_her_file(treasurer: Client) -> None:
    donor = Donor.objects.create(email="piera@posta.example")
    ImportedDonor.objects.create(
        donor=donor, batch=past_gifts(), last_name="Piera", street="=Via Roma 1", city="Sondrio"
    )
    query = {"formato": "csv", "gruppo": "senza-doni"}
    (row,) = table(treasurer.get(f"{LIST}donatori/", query))[:-1]
    assert (row["Via e numero"], row["Paese"]) == ("'=Via Roma 1", "Italia")


def test_who_may_not_see_donors_takes_no_list_of_them(treasurer: Client) -> None:
    client = member(roles.EDITORS)
    user = User.objects.latest("pk")
    user.user_permissions.add(Permission.objects.get(codename="view_donation"))
    page = client.get(LIST).content.decode()
    assert "formato=csv" in page and "foglio=donatori" not in page
    refused = client.get(LIST, {"formato": "csv", "foglio": "donatori"})
    assert refused.status_code == 302
    text = whole(client.get(LIST, {"formato": "csv"})).decode()
    assert "@" not in text


# --- every one of them --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "query", "name", "number"),
    [
        (LIST, {}, "donazioni", 3),
        (LIST, {"foglio": "donatori"}, "donatori", 2),
        (LEDGER, {}, "prima-nota", 5),
        (RECEIPTS, {}, "ricevute", 2),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_taking_one_is_logged_without_anybodys_data(
    treasurer: Client, address: str, query: dict[str, str], name: str, number: int, kind: str
) -> None:
    response = treasurer.get(address, {"formato": kind, "cerca": "", **query})
    assert "no-store" in response["Cache-Control"]
    assert f'filename="{name}-{timezone.localdate()}.{kind}"' in response["Content-Disposition"]
    assert b"RSSMRA80A41H501Y" not in whole(response)
    (entry,) = ModelLogEntry.objects.filter(action="donations.export")
    assert entry.data == {"what": name, "format": kind, "rows": number}
    assert entry.formatter.format_message(entry) == (
        f"Ha scaricato il foglio «{name}.{kind}» (righe: {number})"
    )


@pytest.mark.parametrize("address", [LIST, LEDGER, RECEIPTS])
def test_each_list_offers_both(treasurer: Client, address: str) -> None:
    page = treasurer.get(address, {"da": "01/01/2020"}).content.decode()
    for kind in ("csv", "xlsx"):
        assert f"?da=01%2F01%2F2020&amp;formato={kind}" in page


def test_what_takes_too_long_is_refused_with_a_way_out(
    treasurer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "SECONDS", -1)
    for kind in ("csv", "xlsx"):
        response = treasurer.get(LEDGER, {"formato": kind, "conto": "stripe"}, follow=True)
        assert response.redirect_chain == [(f"{LEDGER}?conto=stripe", 302)]
        assert "scegli un periodo più corto" in response.content.decode()
    assert not ModelLogEntry.objects.filter(action="donations.export").exists()


def test_what_no_sheet_has_room_for_is_refused(
    treasurer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "MOST", 2)
    assert treasurer.get(LEDGER, {"formato": "xlsx"}).status_code == 302


def test_an_unknown_format_is_the_page(treasurer: Client) -> None:
    response = treasurer.get(LIST, {"formato": "exe"})
    assert response["Content-Type"].startswith("text/html")


# --- cells --------------------------------------------------------------------------------------


def as_csv(*lines: list[Any]) -> list[str]:
    file = BytesIO()
    write_csv(file, ["a"], lines)
    return file.getvalue().decode("utf-8-sig").splitlines()[1:]


def as_xlsx(*lines: list[Any]) -> Any:
    file = BytesIO()
    write_xlsx(file, ["a"], lines)
    return load_workbook(BytesIO(file.getvalue())).active


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_text_runs_in_a_csv(text: str) -> None:
    file = BytesIO()
    write_csv(file, ["a"], [[text, "x"]])
    written = list(csv.reader(StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))[1][0]  # fmt: skip  # noqa: E501
    assert not runs(written)
    assert written.removeprefix("'") == text.removeprefix("'")


@pytest.mark.parametrize("start", FORMULA)
def test_every_sign_that_runs_is_held(start: str) -> None:
    text = f"{start}1+1"
    assert next(csv.reader(as_csv([text]), delimiter=";"))[0].startswith("'")
    cell = as_xlsx([text])["A2"]
    assert cell.data_type == "s" and cell.quotePrefix
    assert start.isspace() or runs(f"  {text}")


@pytest.mark.parametrize("text", ["http://x.example", "1e5", "01/02/2026", "TRUE", "a\x0bb", "007"])
def test_text_stays_text_in_a_sheet(text: str) -> None:
    cell = as_xlsx([text])["A2"]
    assert cell.data_type == "s" and cell.hyperlink is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=20, alphabet=st.characters(exclude_categories=["Cs"])))
@example("\uffff")
@example("\x00\ufffe")
def test_no_text_breaks_a_sheet(text: str) -> None:
    cell = as_xlsx([text, "x"])
    assert cell["B2"].value == "x"
    assert not text or cell["A2"].data_type == "s"


def test_figures_and_dates_stay_what_they_are() -> None:
    at = datetime(2026, 9, 26, 8, 41, tzinfo=UTC)
    row = [at, Decimal("-0.35"), None, "Anna", date(2026, 9, 26), 3]
    assert as_csv(row) == ["26/09/2026 10:41;-0,35;;Anna;26/09/2026;3"]
    found = as_xlsx(row, Totals(row))
    for line in (2, 3):
        written, *others, day, number = [cell.value for cell in found[line]]
        assert f"{written} {day}" == "2026-09-26 10:41:00 2026-09-26 00:00:00"
        assert [*others, number] == [-0.35, None, "Anna", 3]
        assert found[line][1].number_format == "#,##0.00"
        assert bool(found[line][1].font.b) == (line == 3)


@settings(max_examples=50, deadline=None)
@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_cents_are_the_same_cents_in_both(amount: int) -> None:
    (text,) = as_csv([euros(amount)])
    assert int(text.replace(",", "")) == amount
    assert round(Decimal(str(as_xlsx([euros(amount)])["A2"].value)) * 100) == amount
