"""The form's fields: what is taken, and the sentence for what is not."""

import pytest
from django.core import signing
from django.utils import translation

from donations.forms import GiftForm
from form_support import open_fund, typed

pytestmark = pytest.mark.django_db


def errors(**changes: str) -> dict[str, str]:
    open_fund()
    with translation.override("it"):
        return {name: str(found[0]) for name, found in GiftForm(typed(**changes)).errors.items()}


def test_a_form_filled_in_right_has_no_errors() -> None:
    assert errors() == {}


def test_a_free_amount_is_read_from_its_own_field() -> None:
    open_fund()
    form = GiftForm(typed(importo="libero", cifra="1.234,50"))
    assert form.is_valid()
    assert form.cleaned_data["amount"] == 1_234_50


@pytest.mark.parametrize("cifra", ["-5", "1e3", "1", "999999", "venti", "20 $", ""])
def test_a_wrong_free_amount_is_told_at_its_field(cifra: str) -> None:
    assert set(errors(importo="libero", cifra=cifra)) == {"cifra"}


def test_no_amount_at_all_is_told() -> None:
    assert errors(importo="") == {"importo": "Scegli quanto aggiungi."}


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Scrivi la tua e-mail"),
        ("anna", "Manca la chiocciola"),
        ("anna@esempio", "Manca la parte dopo il punto"),
        ("@esempio.it", "Manca la parte prima"),
        ("an na@esempio.it", "C’è uno spazio"),
        ("anna@esempio..it", "non sembra giusto"),
        ("x" * 250 + "@esempio.it", "troppo lungo"),
    ],
)
def test_a_wrong_mail_says_what_is_missing(email: str, sentence: str) -> None:
    assert sentence in errors(email=email)["email"]


def test_a_mail_is_kept_in_lower_case() -> None:
    open_fund()
    form = GiftForm(typed(email=" Anna@Example.ORG "))
    assert form.is_valid()
    assert form.cleaned_data["email"] == "anna@example.org"


@pytest.mark.parametrize(
    "code",
    [
        "RSSMRA80A01H501U",
        "rss mra 80a01 h501u",
        "99999990148",
        "RSSMRA80A01H50MM",  # omocodia: the last figure 1 is an M
    ],
)
def test_codici_fiscali_are_taken_with_omocodia_and_of_bodies(code: str) -> None:
    open_fund()
    form = GiftForm(typed(cf=code, ente="Officine" if len(code) == 11 else ""))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["cf"] == code.replace(" ", "").upper()


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("RSSMRA80A01H501X", "C’è un carattere sbagliato"),
        ("RSSMRA80A01H", "Il codice fiscale ha 16 caratteri"),
        ("1234567890123456", "Non sembra un codice fiscale"),
    ],
)
def test_a_wrong_codice_fiscale_says_why(code: str, sentence: str) -> None:
    assert sentence in errors(cf=code)["cf"]


@pytest.mark.parametrize(
    "name", ["Vinci su www.x.it", "http://x.it", "<b>Anna", "a@b.it", "An\u202ena"]
)
def test_a_name_carries_no_advertising(name: str) -> None:
    assert "Scrivi solo il nome" in errors(nome=name)["nome"]


@pytest.mark.parametrize("name", ["D’Angelo", "Łukasz", "王小明", "Maria Grazia", "O'Neill-Rossi"])
def test_names_of_everywhere_are_names(name: str) -> None:
    assert errors(cognome=name) == {}


def test_half_an_address_asks_for_the_rest() -> None:
    assert set(errors(via="Via Roma 1")) == {"cap", "citta"}
    assert errors(via="Via Roma 1", cap="23100", citta="Sondrio") == {}


def test_an_italian_postcode_has_five_figures_and_others_their_own() -> None:
    address = {"via": "Via Roma 1", "citta": "Poschiavo", "cap": "7742"}
    assert set(errors(**address)) == {"cap"}
    assert errors(**address, paese="CH") == {}


def test_a_fund_that_was_closed_is_told() -> None:
    fund = open_fund()
    fund.active = False
    fund.save()
    assert "fondo" in errors(fondo="cantieri")


def test_a_token_of_ours_is_needed() -> None:
    assert "token" in errors(token="made-up")
    assert "token" in errors(token=signing.dumps("x", salt="another"))


def test_the_summary_leads_to_the_fields() -> None:
    open_fund()
    form = GiftForm(typed(importo="", email="anna"))
    form.is_valid()
    assert [target for target, _label, _sentence in form.problems] == ["libero", "email"]


def test_a_code_of_eleven_figures_asks_for_the_organisation() -> None:
    assert errors(cf="99999990155") == {
        "ente": "Questo è il codice di un ente: scrivi anche il suo nome."
    }
    assert errors(cf="99999990155", ente="Officine S.r.l.") == {}
    assert errors(cf="RSSMRA80A41H501Y") == {}
    assert set(errors(cf="RSSMRA80A41H501Y", ente="Officine S.r.l.")) == {"cf"}


@pytest.mark.parametrize("name", ["🙂", "=1+1", "12", "..."])
def test_a_name_without_a_letter_is_none(name: str) -> None:
    sentence = "Non c’è nemmeno una lettera: scrivi il nome con le lettere."
    assert errors(nome=name, ente=name) == {"nome": sentence, "ente": sentence}
    assert errors(nome="Ælfrīč", cognome="李") == {}


@pytest.mark.parametrize(
    ("typed_so", "meant"),
    [("anna@gmial.com", "anna@gmail.com"), ("Anna@Libero.con", "anna@libero.it")],
)
def test_a_usual_slip_in_the_mail_is_asked_about_once(typed_so: str, meant: str) -> None:
    assert errors(email=typed_so) == {
        "email": f"Volevi scrivere {meant}? Se è giusto così, manda di nuovo."
    }
    assert errors(email=typed_so, mail_vista=typed_so.lower()) == {}
    assert set(errors(email=typed_so, mail_vista="bruno@gmial.com")) == {"email"}
    assert errors(email="anna@mail.example") == errors(email="anna@gmail.com") == {}
