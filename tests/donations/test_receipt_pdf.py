"""The receipt on paper, read back with a PDF reader."""

import copy
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from brand.models import Kind
from donations.countries import choices
from donations.receipts import (
    ANNULLED,
    DUPLICATE,
    render_receipt,
    render_statement,
    stamp_receipt,
)
from donations.receipts.render import digest
from donations.receipts.wording import WORDINGS, country, figure, words

SNAPSHOT: dict[str, Any] = {
    "number": "2026/000123",
    "issued_on": "2026-09-26",
    "given_on": "2026-09-25",
    "amount": 50_00,
    "donor": "Anna Esempio",
    "address": "Via del Torchio 3, 23100 Sondrio (SO)",
    "fiscal_code": "SMPNNA80A41I829E",
    "method": "card",
    "reference": "4242",
    "purpose": "#DonoDay2026, lo scaffale d’inverno",
    "sandbox": False,
    "body": {
        "name": "Rete Segni Positivi ETS",
        "brand": "segni positivi",
        "address": "Via delle Contrade 12",
        "city": "23100 Sondrio (SO)",
        "fiscal_code": "99999990148",
        "runts_number": "000000",
        "runts_section": "altri enti del Terzo settore",
        "kind": "ets",
        "email": "ciao@segnipositivi.example",
    },
}


def snapshot(**changes: Any) -> dict[str, Any]:
    found = copy.deepcopy(SNAPSHOT)
    body = changes.pop("body", {})
    found.update(changes)
    found["body"].update(body)
    return found


def read(pdf: bytes) -> str:
    reader = PdfReader(BytesIO(pdf))
    assert len(reader.pages) == 1
    return " ".join(reader.pages[0].extract_text().split())


def test_it_holds_what_the_law_asks() -> None:
    text = read(render_receipt(SNAPSHOT))
    for part in (
        "Ricevuta di erogazione liberale",
        "N. 2026/000123 del 26 settembre 2026",
        "Rete Segni Positivi ETS",
        "Via delle Contrade 12, 23100 Sondrio (SO)",
        "C.F. 99999990148",
        "RUNTS n. 000000, sezione altri enti del Terzo settore",
        "cinquanta/00 euro",
        "= 50,00 €",
        "Anna Esempio, Via del Torchio 3",
        "SMPNNA80A41I829E",
        "Data del dono 25 settembre 2026",
        "Carta di pagamento, riferimento 4242",
        "senza corrispettivo",
        "art. 23 del D.Lgs. 241/1997",
        "art. 83 del D.Lgs. 117/2017",
        "art. 82, c. 5",
        "Sondrio, 26 settembre 2026",
    ):
        assert part in text.replace("\u00a0", " "), part
    assert digest(SNAPSHOT)[:8] in text
    assert "%" not in text  # never a computed saving


def test_it_says_whose_place_it_takes() -> None:
    text = read(render_receipt(snapshot(replaces="2026/000120")))
    assert "Sostituisce la ricevuta n. 2026/000120, annullata" in text
    assert "Sostituisce" not in read(render_receipt(SNAPSHOT))


def test_every_country_of_the_form_has_a_name_on_paper() -> None:
    assert [code for code, _name in choices() if country(code) == code] == []


def test_it_is_a_tagged_pdf_ua_in_italian() -> None:
    reader = PdfReader(BytesIO(render_receipt(SNAPSHOT)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "it-IT"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert reader.metadata and reader.metadata.title == "Ricevuta 2026/000123"


YEAR: dict[str, Any] = {
    "year": 2025,
    "issued_on": "2026-01-15",
    "donor": "Anna Esempio",
    "called": "Anna",
    "organisation": False,
    "address": "Via del Torchio 3, 23100 Sondrio (SO)",
    "fiscal_code": "SMPNNA80A41I829E",
    "rows": [
        {
            "day": "2025-03-05",
            "amount": 25_00,
            "back": 10_00,
            "method": "card",
            "purpose": "*Dove* serve",
            "receipt": "2025/000007",
        }
    ]
    * 60,
    "amount": 900_00,
    "traceable": 880_00,
    "earlier": [{"day": "2025-02-03", "amount": 5_00, "year": 2024}],
    "sandbox": False,
    "body": SNAPSHOT["body"],
    "replaces": "2026-01-10",
}


def tags(pdf: bytes) -> list[tuple[str, list[str]]]:
    """Each tag with those below it."""
    found: list[tuple[str, list[str]]] = []

    def walk(node: Any) -> list[str]:
        node = node.get_object()
        if isinstance(node, list):
            return [tag for one in node for tag in walk(one)]
        if not hasattr(node, "get") or "/S" not in node:
            return walk(node["/K"]) if hasattr(node, "get") and "/K" in node else []
        below = walk(node["/K"]) if "/K" in node else []
        found.append((node["/S"], below))
        return [node["/S"], *below]

    walk(PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.parametrize("pdf", [render_receipt(SNAPSHOT), render_statement(YEAR)])
def test_a_heading_leads_and_no_table_lacks_its_headers(pdf: bytes) -> None:
    """What a validator of PDF/UA found once (docs/decisions/0009)."""
    found = tags(pdf)
    assert sum(tag == "/H1" for tag, _below in found) == 1
    assert all("/TH" in below for tag, below in found if tag == "/Table")


def test_a_year_is_told_on_as_many_pages_as_it_takes() -> None:
    pdf = render_statement(YEAR)
    reader = PdfReader(BytesIO(pdf))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    text = text.replace("\u00a0", " ")
    assert len(reader.pages) > 1 and reader.trailer["/Root"]["/Lang"] == "it-IT"
    for part in (
        "Riepilogo delle erogazioni liberali 2025",
        "Situazione al 15 gennaio 2026",
        "*Dove* serve",
        "−10,00 € tornati indietro",
        "= 900,00 €",
        "novecento/00 euro",
        "03/02/2025: 5,00 €, dono del 2024",
        "tracciabili (art. 23 del D.Lgs. 241/1997): 880,00 €",
        "In contanti: 20,00 €",
        "il riepilogo del 10 gennaio 2026",
        "art. 83",
    ):
        assert part in text, part
    plain = render_statement(YEAR | {"fiscal_code": "", "traceable": 0})
    assert "art. 83" not in read_all(plain)


def read_all(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_same_data_gives_the_same_bytes() -> None:
    assert render_receipt(SNAPSHOT) == render_receipt(snapshot())
    assert render_receipt(SNAPSHOT) != render_receipt(snapshot(amount=51_00))


def test_without_a_codice_fiscale_there_is_no_tax_wording() -> None:
    text = read(render_receipt(snapshot(fiscal_code="")))
    assert "Codice fiscale non indicato" in text
    assert "art. 83" not in text
    assert "senza corrispettivo" in text


@pytest.mark.parametrize(
    ("kind", "said", "unsaid"),
    [
        ("ets", "ente del Terzo settore non commerciale", "organizzazione di volontariato"),
        ("odv", "organizzazione di volontariato", "non commerciale"),
        ("aps", "associazione di promozione sociale", "volontariato"),
    ],
)
def test_the_wording_follows_the_kind_of_body(kind: str, said: str, unsaid: str) -> None:
    text = read(render_receipt(snapshot(body={"kind": kind})))
    assert said in text and unsaid not in text


def test_each_kind_of_body_has_its_row_and_says_where_that_stands() -> None:
    assert set(WORDINGS) == set(Kind.values)
    assert all("D.Lgs. 117/2017" in row.source for row in WORDINGS.values())


@pytest.mark.parametrize("kind", ["other", "", "new"])
def test_a_body_that_is_no_ets_says_nothing_of_taxes(kind: str) -> None:
    text = read(render_receipt(snapshot(body={"kind": kind})))
    assert "117/2017" not in text and "imposta di bollo" not in text
    assert "senza corrispettivo" in text


@pytest.mark.parametrize("kind", ["ets", "odv", "aps"])
def test_cash_says_nothing_of_taxes_whatever_the_body(kind: str) -> None:
    text = read(render_receipt(snapshot(method="cash", reference="7", body={"kind": kind})))
    assert "Contanti, riferimento 7" in text and "senza corrispettivo" in text
    for part in ("art. 83", "art. 23", "tracciabile", "detra", "dedott", "estratto conto"):
        assert part not in text
    assert "art. 82, c. 5" in text  # no stamp duty, whatever it was paid with


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ("cheque", "Assegno, riferimento 4242"),
        ("bank_transfer", "Bonifico bancario, riferimento 4242"),
        ("company_match", "Bonifico bancario (raddoppio aziendale), riferimento 4242"),
    ],
)
def test_what_passed_through_a_bank_is_traceable(method: str, said: str) -> None:
    text = read(render_receipt(snapshot(method=method)))
    assert said in text and "art. 23 del D.Lgs. 241/1997" in text and "art. 83" in text


@pytest.mark.parametrize("kind", ["ets", "odv", "aps"])
def test_an_organisation_may_deduct_and_not_detract(kind: str) -> None:
    text = read(render_receipt(snapshot(organisation=True, body={"kind": kind})))
    assert "dedotta" in text and "art. 83, c. 2" in text and "detratta" not in text


@pytest.mark.parametrize("kind", ["other", ""])
def test_a_body_that_is_no_ets_promises_nothing(kind: str) -> None:
    text = read(render_receipt(snapshot(body={"kind": kind})))
    assert "117/2017" not in text


def test_in_test_mode_it_says_that_it_is_worth_nothing() -> None:
    assert "Prova: nessun pagamento è reale" in read(render_receipt(snapshot(sandbox=True)))


def test_what_a_donor_types_is_never_markup() -> None:
    hostile = 'Anna #panic("x") $ \\ *b* _i_ `c` <a> @b = [c] // "d" #sys.inputs'
    text = read(render_receipt(snapshot(donor=hostile, purpose='#import "x"')))
    assert hostile.replace(" ", "") in text.replace(" ", "")


@pytest.mark.parametrize("name", ["Łukasz Őry", "Ηλίας", "Жанна", "王小明 😀", "عليّ", "a\u200bb"])
def test_every_name_gets_a_receipt(name: str) -> None:
    assert read(render_receipt(snapshot(donor=name)))


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_gets_a_receipt(name: str) -> None:
    assert render_receipt(snapshot(donor=name, address=name, purpose=name)).startswith(b"%PDF")


def test_a_long_name_and_address_stay_on_one_page() -> None:
    read(render_receipt(snapshot(donor="W" * 80 + " " + "W" * 80, address="Via " + "lunga " * 40)))


@pytest.mark.parametrize("stamp", [DUPLICATE, ANNULLED])
def test_a_stamped_receipt_shows_the_stored_page_under_its_stamp(stamp: str) -> None:
    stored = render_receipt(SNAPSHOT)
    text = read(
        stamp_receipt(stored, SNAPSHOT, stamp=stamp, note="Sostituita dalla n. 2026/000124")
    )
    assert stamp in text and "Sostituita dalla n. 2026/000124" in text
    for part in ("2026/000123", "Anna Esempio", "cinquanta/00 euro"):
        assert part in text
    assert stamp not in read(stored)


def test_the_stamp_is_put_on_the_stored_file_not_on_a_new_drawing() -> None:
    stored = render_receipt(SNAPSHOT)
    other = stamp_receipt(stored, snapshot(donor="Somebody Else"), stamp=DUPLICATE)
    assert "Anna Esempio" in read(other)


def test_render_can_stamp_at_once() -> None:
    assert DUPLICATE in read(render_receipt(SNAPSHOT, stamp=DUPLICATE))


@pytest.mark.parametrize(
    ("cents", "expected", "shown"),
    [
        (2_00, "due/00 euro", "2,00 €"),
        (25_50, "venticinque/50 euro", "25,50 €"),
        (1_01, "uno/01 euro", "1,01 €"),
        (1_234_05, "milleduecentotrentaquattro/05 euro", "1.234,05 €"),
        (10_000_00, "diecimila/00 euro", "10.000,00 €"),
    ],
)
def test_amounts_in_words_and_figures(cents: int, expected: str, shown: str) -> None:
    assert words(cents) == expected
    assert figure(cents).replace("\u00a0", " ") == shown
