"""The treasury's pages of what is given back by hand: from the gift, from the bank's line, and the slip."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from bank_support import imported, row
from donations.models import BankLine, Donation, JournalEntry, RefundRequest
from donations.services.by_hand import today
from giving_support import MARIA
from people import roles
from transfer_support import account
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def body() -> None:
    account()


@pytest.fixture
def elio() -> Client:
    return member(roles.TREASURY, first_name="Elio", last_name="Tesoreria")


@pytest.fixture
def gift() -> Donation:
    return by_hand(method="bank_transfer", day=today() - 5 * DAY)


def at(gift: Donation, line: BankLine | None = None) -> str:
    address = reverse("treasury:refund", args=[gift.public_id])
    return f"{address}?riga={line.pk}" if line else address


def page_of(gift: Donation) -> str:
    return reverse("treasury:donation", args=[gift.public_id])


def sheet(
    client: Client, gift: Donation, line: BankLine | None = None, **changes: Any
) -> dict[str, Any]:
    """The form as it was handed out, filled in."""
    page = client.get(at(gift, line)).content.decode()
    found = re.search(r'name="foglio" value="([^"]+)"', page)
    assert found
    usual = {
        "euro": "7,50",
        "giorno": (today() - DAY).strftime("%d/%m/%Y"),
        "modo": "bank",
        "motivo": "requested_by_customer",
        "foglio": found[1],
    }
    return usual | ({"riga": str(line.pk)} if line else {}) | changes


def send(client: Client, gift: Donation, filled: dict[str, Any], **more: str) -> str:
    return client.post(at(gift), filled | more, follow=True).content.decode()


def test_first_the_page_says_what_will_happen_and_nothing_moves(
    elio: Client, gift: Donation
) -> None:
    assert at(gift) in elio.get(page_of(gift)).content.decode()
    number = gift.receipts.get().label
    page = send(elio, gift, sheet(elio, gift))
    assert "il bonifico lo fai tu" in page and "12,50" in page and "Stripe" not in page
    assert f"La ricevuta {number} è annullata, e ne prende il posto una nuova di 12,50" in page
    assert not RefundRequest.objects.exists()


def test_yes_writes_it_once_however_often_it_is_clicked(elio: Client, gift: Donation) -> None:
    filled = sheet(elio, gift, nota="Ha sbagliato cifra")
    for _click in range(2):
        assert "restituiti. Prima nota" in send(elio, gift, filled, conferma="1")
    made = RefundRequest.objects.get()
    assert (made.amount, made.given_on, made.way) == (7_50, today() - DAY, "bank")
    page = elio.get(page_of(gift)).content.decode()
    assert "dal conto in banca" in page and "Ha sbagliato cifra" in page
    assert reverse("treasury:reverse_refund", args=[made.pk]) in page
    assert reverse("treasury:reverse", args=[gift.public_id]) not in page
    assert ModelLogEntry.objects.filter(action="donations.given_back").count() == 1


def test_two_pages_open_at_once_do_not_give_back_twice(elio: Client, gift: Donation) -> None:
    mine, hers = sheet(elio, gift), sheet(elio, gift)
    send(elio, gift, mine, conferma="1")
    assert "Qualcosa è cambiato" in send(elio, gift, hers, conferma="1")
    assert RefundRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"euro": "20,01"}, "Si possono restituire da 0,01"),
        ({"euro": ""}, "Scrivi quanto torna indietro"),
        ({"giorno": ""}, "Scrivi il giorno"),
        ({"giorno": (today() + DAY).strftime("%d/%m/%Y")}, "deve ancora venire"),
        ({"giorno": (today() - 6 * DAY).strftime("%d/%m/%Y")}, "non può essere tornato indietro"),
        ({"modo": "post"}, "opzione valida"),
        ({"motivo": "fraudulent"}, "opzione valida"),
        ({"motivo": "other"}, "Scrivi perché"),
        ({"foglio": "x"}, "rimasta aperta troppo a lungo"),
    ],
)
def test_what_is_amiss_is_said(
    elio: Client, gift: Donation, changes: dict[str, str], says: str
) -> None:
    for more in ({}, {"conferma": "1"}):
        page = send(elio, gift, sheet(elio, gift, **changes), **more)
        assert says.lower() in page.lower()
    assert not RefundRequest.objects.exists()


def test_the_cash_box_is_asked_first(elio: Client, gift: Donation) -> None:
    by_hand(method="cash", amount=5_00)
    page = send(elio, gift, sheet(elio, gift, modo="cash"))
    assert "in cassa ci sono solo 5,00" in page
    page = send(elio, gift, sheet(elio, gift, modo="cash"), conferma="1")
    assert "In cassa ci sono solo 5,00" in page and not RefundRequest.objects.exists()
    assert "li consegni tu" in send(elio, gift, sheet(elio, gift, modo="cash", euro="5"))


def test_who_has_no_address_is_to_be_told(elio: Client) -> None:
    gift = by_hand(method="cash", donor=replace(MARIA, email=""))
    assert "avvisa tu chi ha donato" in send(
        elio, gift, sheet(elio, gift, modo="cash", giorno=today().strftime("%d/%m/%Y"))
    )


def test_a_slip_is_taken_back_with_a_reason_once(elio: Client, gift: Donation) -> None:
    send(elio, gift, sheet(elio, gift), conferma="1")
    made = RefundRequest.objects.get()
    address = reverse("treasury:reverse_refund", args=[made.pk])
    assert "non sono mai tornati" in elio.get(address).content.decode()
    assert elio.post(address, {"perche": ""}).status_code == 422
    told = {"perche": "Il bonifico non è partito"}
    page = elio.post(address, told, follow=True).content.decode()
    assert "il dono conta di nuovo" in page and "Il bonifico non è partito" in page
    for answer in (elio.post(address, told, follow=True), elio.get(address, follow=True)):
        assert "già stata stornata" in answer.content.decode()
    gift.refresh_from_db()
    assert gift.net == 20_00 and JournalEntry.objects.of(gift).count() == 3


def test_a_gift_of_which_some_went_back_is_not_reversed(elio: Client, gift: Donation) -> None:
    send(elio, gift, sheet(elio, gift), conferma="1")
    address = reverse("treasury:reverse", args=[gift.public_id])
    for answer in (
        elio.get(address, follow=True),
        elio.post(address, {"perche": "x"}, follow=True),
    ):
        assert "storna prima quella" in answer.content.decode()


@pytest.mark.parametrize("role", [one for one in roles.ALL if one != roles.TREASURY])
def test_only_the_treasury_may(elio: Client, gift: Donation, role: str) -> None:
    filled = sheet(elio, gift) | {"conferma": "1"}
    other = member(role)
    assert other.post(at(gift), filled)["Location"] == "/admin/"
    assert at(gift) not in other.get(page_of(gift)).content.decode()
    assert not RefundRequest.objects.exists()
    send(elio, gift, filled)
    address = reverse("treasury:reverse_refund", args=[RefundRequest.objects.get().pk])
    assert other.post(address, {"perche": "x"})["Location"] == "/admin/"
    assert address not in other.get(page_of(gift)).content.decode()


# --- from the bank's line -------------------------------------------------------------------------


def test_a_line_proposes_what_was_given_back(elio: Client, gift: Donation) -> None:
    send(elio, gift, sheet(elio, gift), conferma="1")
    (line,) = imported(row("-7,50", "BONIFICO A ROSSI MARIA", name=""))
    assert (
        "restituzione a Maria Rossi"
        in elio.get("/admin/tesoreria/banca/?vista=uscite").content.decode()
    )
    address = reverse("treasury:bank_line", args=[line.pk])
    assert "È una di queste restituzioni?" in elio.get(address).content.decode()
    asked = {"azione": "restituzione", "rimborso": str(RefundRequest.objects.get().pk)}
    assert (
        "è la restituzione a Maria Rossi" in elio.post(address, asked, follow=True).content.decode()
    )
    assert "Maria Rossi" in elio.get("/admin/tesoreria/banca/?vista=riconosciute").content.decode()
    assert "deciso" in elio.post(address, asked, follow=True).content.decode()
    assert JournalEntry.objects.of(gift).count() == 2


def test_a_line_gives_a_gift_back(elio: Client, gift: Donation) -> None:
    (line,) = imported(row("-7,50", "BONIFICO A ROSSI MARIA", name="", day=today() - 2 * DAY))
    address = reverse("treasury:bank_line", args=[line.pk])
    page = elio.get(address).content.decode()
    assert f"{at(gift)}?riga={line.pk}" in page and "È la restituzione di un dono?" in page
    assert at(gift) in elio.get(f"{address}?cerca=rossi").content.decode()
    assert "Non c’è nessun dono" in elio.get(f"{address}?cerca=verdi").content.decode()
    wrong = {"euro": "20", "giorno": today().strftime("%d/%m/%Y"), "modo": "cash"}
    filled = sheet(elio, gift, line, **wrong)
    assert "il bonifico lo fai tu" in send(elio, gift, filled)
    assert "restituiti. Prima nota" in send(elio, gift, filled, conferma="1")
    made = RefundRequest.objects.get()
    assert (made.amount, made.given_on, made.way) == (7_50, line.day, "bank")
    line.refresh_from_db()
    assert (line.state, line.refund) == ("back", made)
    send(elio, gift, filled, conferma="1")
    assert RefundRequest.objects.count() == 1
    assert "Recognised on" not in elio.get(page_of(gift)).content.decode()
    page = elio.post(address, {"azione": "annulla", "perche": "era l’affitto"}, follow=True)
    assert "la riga torna in attesa" in page.content.decode()
    gift.refresh_from_db()
    assert gift.net == 20_00


def test_money_that_came_offers_no_refund(elio: Client, gift: Donation) -> None:
    (line,) = imported(row("7,50", "BONIFICO"))
    page = elio.get(reverse("treasury:bank_line", args=[line.pk])).content.decode()
    assert "restituzione di un dono" not in page
    assert str(line.pk) not in elio.get(at(gift, line)).content.decode().split("riga")[-1][:20]
