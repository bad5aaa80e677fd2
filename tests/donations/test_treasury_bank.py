"""The treasurer's way: the file, its columns, its lines, and what each of them is."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry

from bank_support import MARIA_IBAN, camt_of, csv_of, entry, imported, row
from donations.form_tokens import new_token
from donations.models import BankLine, BankStatement, Donation, JournalEntry
from giving_support import MARIA, fund
from people import roles
from transfer_support import IBAN, account, promised
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
BANK = "/admin/tesoreria/banca/"
BRING = f"{BANK}importa/"
COLUMNS = {
    **{"day": "0", "value_day": "1", "amount": "2", "text": "3", "name": "4", "iban": "5"},
    "reference": "6",
}


@pytest.fixture(autouse=True)
def body() -> None:
    account()


@pytest.fixture
def elio() -> Client:
    return member(roles.TREASURY, first_name="Elio", last_name="Tesoreria")


def uploaded(client: Client, data: bytes, **typed: str) -> Any:
    file = SimpleUploadedFile("novembre.csv", data)
    return client.post(BRING, {"file": file, "conto": IBAN, **typed}, follow=True)


def page_of(line: BankLine) -> str:
    return reverse("treasury:bank_line", args=[line.pk])


def test_from_the_file_to_the_thanks(elio: Client) -> None:
    gift = promised()
    data = csv_of([row("25,00", f"BON {gift.transfer.readable}"), row("-3,00", "COMMISSIONI")])
    page = uploaded(elio, data).content.decode()
    statement = BankStatement.objects.get()
    assert (
        "Quale colonna è quale?" in page and "Ordinante" in page and not BankLine.objects.exists()
    )
    address = reverse("treasury:bank_statement", args=[statement.pk])
    page = elio.post(address, {"azione": "colonne", **COLUMNS}, follow=True).content.decode()
    assert "2 righe nuove" in page and "Importale" in page and not BankLine.objects.exists()
    page = elio.post(address, {"azione": "importa"}, follow=True).content.decode()
    assert "2 righe nuove" in page and "Riconoscila" in page and "Sicuro" in page
    assert "la causale è quella della promessa" in page
    pairs = re.findall(r'name="sicure" value="([^"]+)"', page)
    page = elio.post(f"{BANK}sicure/", {"sicure": pairs}, follow=True).content.decode()
    gift.refresh_from_db()
    assert "1 dono riconosciuto" in page and gift.state == "settled"
    assert elio.post(f"{BANK}sicure/", {"sicure": pairs}, follow=True).status_code == 200
    assert JournalEntry.objects.count() == 1
    story = elio.get(reverse("treasury:donation", args=[gift.public_id])).content.decode()
    assert "Riconosciuto sull’estratto conto" in story and "Ha promesso un bonifico" in story
    page = uploaded(elio, data).content.decode()
    assert "era già stato portato" in page and BankStatement.objects.count() == 1
    page = elio.post(address, {"azione": "importa"}, follow=True).content.decode()
    assert "c’erano già tutte" in page and BankLine.objects.count() == 2
    assert "COMMISSIONI" in elio.get(BANK, {"vista": "uscite"}).content.decode()


def test_camt_needs_no_columns(elio: Client) -> None:
    page = uploaded(elio, camt_of(entry()), conto="altro").content.decode()
    assert "1 riga nuova" in page and "Quale colonna" not in page


@pytest.mark.parametrize(
    ("data", "typed", "sentence"),
    [
        (b"", {}, "Questo file è vuoto"),
        (b"ciao", {}, "in questo file non c’è"),
        (b"<a", {}, "rovinato"),
        (camt_of(entry(), version="11"), {}, "dalla 02 alla 08"),
        (csv_of([row()]), {"conto": "altro"}, "di quale conto"),
        (csv_of([row()]), {"iban": "IT00"}, "Questo IBAN non torna"),
        (camt_of(entry(), iban=MARIA_IBAN), {}, "non di quello che hai scelto"),
    ],
)
def test_what_cannot_be_taken_is_said(
    elio: Client, data: bytes, typed: dict[str, str], sentence: str
) -> None:
    answer = uploaded(elio, data, **typed)
    assert answer.status_code == 422 and sentence.lower() in answer.content.decode().lower()
    assert not BankStatement.objects.exists()


def test_columns_that_say_too_little_are_asked_again(elio: Client) -> None:
    uploaded(elio, csv_of([row()]))
    address = reverse("treasury:bank_statement", args=[BankStatement.objects.get().pk])
    for changes, sentence in (
        ({"day": ""}, "in quale colonna sta il giorno"),
        ({"amount": ""}, "in quale colonna sta l’importo"),
        ({"text": "2"}, "non può essere due cose"),
    ):
        answer = elio.post(address, {"azione": "colonne", **COLUMNS, **changes})
        assert answer.status_code == 422 and sentence in answer.content.decode()


def test_bad_lines_are_shown_and_left_out_only_when_one_says_so(elio: Client) -> None:
    uploaded(elio, csv_of([row(), row("dieci")]))
    address = reverse("treasury:bank_statement", args=[BankStatement.objects.get().pk])
    page = elio.post(address, {"azione": "colonne", **COLUMNS}, follow=True).content.decode()
    assert "Riga 3" in page and "«dieci» non è un importo" in page
    page = elio.post(address, {"azione": "importa"}, follow=True).content.decode()
    assert "Non è stato importato niente" in page and not BankLine.objects.exists()
    elio.post(address, {"azione": "importa", "tralascia": "on"})
    assert BankLine.objects.count() == 1
    assert "resta" in elio.post(address, {"azione": "scarta"}, follow=True).content.decode()


def test_a_file_is_discarded(elio: Client) -> None:
    uploaded(elio, csv_of([row()]))
    address = reverse("treasury:bank_statement", args=[BankStatement.objects.get().pk])
    assert "non c’è più" in elio.post(address, {"azione": "scarta"}, follow=True).content.decode()
    assert not BankStatement.objects.exists()


def test_a_gift_nobody_promised_begins_with_what_the_bank_says(elio: Client) -> None:
    (line,) = imported(row("70,00", "EROGAZIONE LIBERALE", cro="CRO7"))
    page = elio.get("/admin/tesoreria/a-mano/", {"riga": line.pk}).content.decode()
    assert "Sull’estratto conto: 70,00" in page and 'value="70"' in page and "readonly" in page
    assert 'value="cash"' not in page
    typed = {
        **{"token": new_token(), "riga": str(line.pk), "cifra": "1", "giorno": "01/01/2020"},
        **{"modo": "bank_transfer", "riferimento": "CRO7", "fondo": fund().slug},
        **{"nome": "Ugo", "cognome": "Verdi", "ricevuta": "on"},
    }
    elio.post("/admin/tesoreria/a-mano/", typed)
    gift = Donation.objects.get()
    line.refresh_from_db()
    assert (gift.amount, line.donation, line.decided_by.first_name) == (70_00, gift, "Elio")
    typed["token"] = new_token()
    # the line is no longer there to be taken, and somebody of that name is: asked before it is entered
    assert elio.post("/admin/tesoreria/a-mano/", typed).status_code == 422
    assert Donation.objects.count() == 1


def test_a_line_is_recognised_set_aside_and_taken_up_again(elio: Client) -> None:
    gift = promised()
    (line,) = imported(row("25,00", gift.transfer.readable))
    (other,) = imported(row("9,00", "QUOTA"))
    page = elio.get(page_of(line)).content.decode()
    assert "È uno di questi doni?" in page and "Sicuro" in page
    elio.post(page_of(line), {"azione": "riconosci", "dono": str(gift.public_id)})
    page = elio.post(
        page_of(line), {"azione": "riconosci", "dono": str(gift.public_id)}, follow=True
    ).content.decode()
    assert "Qualcuno ha già deciso" in page and JournalEntry.objects.count() == 1
    answer = elio.post(page_of(line), {"azione": "annulla", "perche": ""})
    assert answer.status_code == 422 and "Scrivi perché" in answer.content.decode()
    page = elio.post(
        page_of(line), {"azione": "annulla", "perche": "Sbaglio"}, follow=True
    ).content.decode()
    assert "torna in attesa" in page and JournalEntry.objects.count() == 2
    assert elio.post(page_of(other), {"azione": "parte", "motivo": ""}).status_code == 422
    elio.post(page_of(other), {"azione": "parte", "motivo": "Quota sociale"})
    assert "Quota sociale" in elio.get(BANK, {"vista": "da-parte"}).content.decode()
    actions = set(ModelLogEntry.objects.values_list("action", flat=True))
    assert {f"donations.line_{one}" for one in ("recognised", "aside", "undone")} <= actions
    assert elio.post(page_of(line), {"azione": "x"}).status_code == 302
    assert elio.post(page_of(line), {"azione": "riconosci", "dono": "x"}).status_code == 404


def test_coordination_does_not_see_the_bank() -> None:
    (line,) = imported(row())
    other = member(roles.COORDINATION)
    for address in (BANK, BRING, page_of(line)):
        assert other.get(address).status_code == 302
    assert "Banca</a>" not in other.get("/admin/tesoreria/").content.decode()


def test_a_known_name_among_the_banks_words_is_proposed_on_the_list(elio: Client) -> None:
    nadia = replace(MARIA, email="nadia@posta.example", first_name="Nadia", last_name="Gianoli")
    by_hand(donor=nadia)
    wanted = row("35,00", "GIANOLI NADIA EROGAZIONE LIBERALE", name="", payer="")
    imported(wanted, row("12,00", "NADIA SOLA", name="", payer="", cro="2"))
    with CaptureQueriesContext(connection) as few:
        page = elio.get(reverse("treasury:bank")).content.decode()
    assert page.count("il nome sta nelle parole della banca") == 1
    assert "<strong>Possibile</strong>: Nadia Gianoli" in page
    line = BankLine.objects.get(amount=35_00)
    own = elio.get(reverse("treasury:bank_line", args=[line.pk])).content.decode()
    assert "Nadia Gianoli" in own
    for number in range(3, 10):
        imported(row("35,00", f"GIANOLI NADIA {number}", name="", payer="", cro=str(number)))
    with CaptureQueriesContext(connection) as many:
        page = elio.get(reverse("treasury:bank")).content.decode()
    assert page.count("il nome sta nelle parole della banca") == 8
    assert len(many) <= len(few)
