"""The treasurer's form for what came by hand, and what she finds afterwards."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from attribution.services import source, totals
from donations.form_tokens import new_token
from donations.models import Donation, Donor, GiftImport, ImportedDonor, Receipt
from donations.services.by_hand import today
from donations.services.receipts import draw_missing
from giving_support import MARIA, fund
from people import roles
from people.models import User
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
FORM = "/admin/tesoreria/a-mano/"
LIST = "/admin/tesoreria/"


def typed(**changes: str) -> dict[str, str]:
    usual = {
        "token": new_token(),
        "cifra": "1.250,50",
        "giorno": today().strftime("%d/%m/%Y"),
        "modo": "cheque",
        "riferimento": "0123456789",
        "fondo": fund().slug,
        "nome": "Rosa",
        "cognome": "Negri",
        "ricevuta": "on",
        "grazie": "on",
        "nota": "Portato in sede",
    }
    return {name: value for name, value in (usual | changes).items() if value}


@pytest.fixture
def elio() -> Client:
    return member(roles.TREASURY, first_name="Elio", last_name="Tesoreria")


def sent(client: Client, **changes: str) -> tuple[int, str]:
    answer = client.post(FORM, typed(**changes), follow=True)
    return answer.status_code, answer.content.decode()


def test_a_gift_is_entered_and_found_again(elio: Client) -> None:
    campaign = source(kind="campaign", key="4", label="DonoDay")
    status, page = sent(elio, campagna="4")
    gift = Donation.objects.get()
    assert status == 200 and gift.amount == 1_250_50 and gift.source == campaign
    assert gift.receipts.get().label in page and "Elio Tesoreria" in page
    assert "1.250,50\u00a0€ registrati" in page and "Portato in sede" in page
    assert "riferimento 0123456789" in page and "Mostra la mail" not in page
    assert totals(campaign).cents == 1_250_50
    for query in ("cerca=Negri", "cerca=0123456789", "modo=cheque", "fonte=" + str(campaign.pk)):
        assert str(gift.public_id) in elio.get(f"{LIST}?{query}").content.decode(), query
    assert str(gift.public_id) not in elio.get(f"{LIST}?modo=cash").content.decode()
    sheet = elio.get(LIST, {"formato": "csv"}).getvalue().decode()
    assert "Assegno;0123456789" in sheet
    ledger = elio.get("/admin/tesoreria/prima-nota/").content.decode()
    assert "Banca" in ledger and "Cassa" in ledger and "0123456789" in ledger
    assert ModelLogEntry.objects.filter(action="donations.entered_by_hand").count() == 1


def test_a_double_click_makes_one_gift(elio: Client) -> None:
    filled = typed()
    elio.post(FORM, filled)
    page = elio.post(FORM, filled, follow=True).content.decode()
    assert f'href="{FORM}">Registra un dono di qualcun altro' in page  # the next one of the pile
    assert Donation.objects.count() == 1 and "era già stato inviato" in page


TOMORROW = (today() + timedelta(days=2)).strftime("%d/%m/%Y")  # a run may pass midnight


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cifra": ""}, "Scrivi la cifra"),
        ({"cifra": "uno"}, "Non capiamo questa cifra"),
        ({"cifra": "0"}, "sopra lo zero"),
        ({"cifra": "-5"}, "sotto zero"),
        ({"cifra": "2.000.000"}, "uno zero di troppo"),
        ({"giorno": ""}, "Scrivi il giorno"),
        ({"giorno": "31/02/2026"}, "Scrivi il giorno così"),
        ({"giorno": TOMORROW}, "deve ancora venire"),
        ({"giorno": "03/11/0206"}, "controlla l’anno"),
        ({"nome": "", "cognome": ""}, "solo i contanti"),
        ({"cognome": ""}, "Scrivi anche il cognome"),
        ({"nome": ""}, "Scrivi anche il nome"),
        ({"modo": "company_match"}, "quale azienda"),
        ({"modo": "cash", "nome": "", "cognome": ""}, "Una ricevuta vuole un nome"),
        ({"email": "rosa"}, "Manca la chiocciola"),
        ({"cf": "RSSMRA80A41H501X"}, "un carattere sbagliato"),
        ({"via": "Via Roma 1"}, "Scrivi anche il CAP"),
        ({"token": "x"}, "rimasta aperta a lungo"),
    ],
)
def test_what_is_amiss_is_said_and_nothing_is_lost(
    elio: Client, changes: dict[str, str], sentence: str
) -> None:
    status, page = sent(elio, **changes)
    assert status == 422 and sentence in page and "Non è ancora registrato niente" in page
    assert "Portato in sede" in page and not Donation.objects.exists()


def test_a_page_left_open_can_be_sent_again(elio: Client) -> None:
    _status, page = sent(elio, token="x")
    (token,) = re.findall(r'name="token" value="([^"]+)"', page)
    assert sent(elio, token=token)[0] == 200 and Donation.objects.exists()


def test_a_box_of_cash_has_no_name(elio: Client) -> None:
    status, page = sent(elio, modo="cash", nome="", cognome="", ricevuta="")
    assert status == 200 and "Senza nome" in page and "senza ricevuta" in page
    assert not Receipt.objects.exists()
    assert "Senza nome" in elio.get(LIST).content.decode()


def test_another_gift_of_the_same_person_is_the_same_donor(elio: Client) -> None:
    first = by_hand(donor=MARIA)
    page = elio.get(FORM, {"come": str(first.public_id)}).content.decode()
    assert 'value="Maria"' in page and MARIA.codice_fiscale in page
    assert ModelLogEntry.objects.filter(action="donations.reveal").count() == 1
    sent(elio, come=str(first.public_id), nome="Maria", cognome="Rossi")
    assert Donation.objects.exclude(pk=first.pk).get().donor == first.donor
    assert elio.get(FORM, {"come": "x"}).status_code == 200


def test_a_mistake_is_reversed_with_its_reason_and_entered_anew(elio: Client) -> None:
    gift = by_hand(method="cheque", reference="77", amount=500_00)
    address = reverse("treasury:reverse", args=[gift.public_id])
    label = gift.receipts.get().label
    assert label in elio.get(address).content.decode()
    answer = elio.post(address, {"perche": ""})
    assert answer.status_code == 422 and "Scrivi perché" in answer.content.decode()
    page = elio.post(address, {"perche": "Scritto 500 invece di 50"}, follow=True).content.decode()
    assert "Stornata" in page and "Scritto 500 invece di 50" in page
    assert "Registralo di nuovo, corretto" in page and "storno del" in page
    again = elio.post(address, {"perche": "x"}, follow=True).content.decode()
    assert "una volta sola" in again
    assert ModelLogEntry.objects.filter(action="donations.reversed").count() == 1
    anew = elio.get(FORM, {"come": str(gift.public_id)}).content.decode()
    for kept in ('value="500"', 'value="77"', 'value="cheque" selected'):
        assert kept in anew
    assert str(gift.public_id) in elio.get(f"{LIST}?stato=reversed").content.decode()
    receipts = elio.get("/admin/tesoreria/ricevute/").content.decode()
    assert label in receipts and "Annullata" in receipts


def test_the_reprint_says_why_it_is_void(elio: Client) -> None:
    gift = by_hand()
    draw_missing()
    elio.post(reverse("treasury:reverse", args=[gift.public_id]), {"perche": "Doppione"})
    answer = elio.get(reverse("treasury:reprint", args=[gift.receipts.get().pk]))
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF")


def test_nobody_comes_back_to_the_site_from_it(client: Client) -> None:
    assert client.get(by_hand().get_absolute_url()).status_code == 404


def test_coordination_reads_it_without_a_button() -> None:
    gift = by_hand()
    page = member(roles.COORDINATION).get(reverse("treasury:donation", args=[gift.public_id]))
    shown = page.content.decode()
    assert page.status_code == 200 and "/storno/" not in shown and FORM not in shown
    assert FORM not in member(roles.COORDINATION).get(LIST).content.decode()


def test_it_speaks_english_too(elio: Client) -> None:
    user = User.objects.get(first_name="Elio")
    UserProfile.objects.update_or_create(user=user, defaults={"preferred_language": "en"})
    page = elio.get(FORM).content.decode()
    assert "Enter a gift by hand" in page and "Company match" in page
    with translation.override("it"):
        assert "This day is still to come" in sent(elio, giorno=TOMORROW)[1]


def test_a_slip_in_the_mail_is_asked_about_once(elio: Client) -> None:
    status, page = sent(elio, email="Rosa@gmial.com")
    assert (
        status == 422
        and "Volevi scrivere rosa@gmail.com?" in page
        and not Donation.objects.exists()
    )
    seen = re.search(r'name="mail_vista" value="([^"]+)"', page)
    assert seen and sent(elio, email="rosa@gmial.com", mail_vista=seen[1])[0] == 200
    assert Donation.objects.get().donor.email == "rosa@gmial.com"


def test_the_code_is_of_who_gives(elio: Client) -> None:
    status, page = sent(elio, cf="SMPNNA80A41I829E", ente="Officine")
    assert status == 422 and "codice di una persona" in page
    status, page = sent(elio, cf="00743110157")
    assert status == 422 and "codice di un ente" in page
    assert not Donation.objects.exists()


# --- whoever is in the books already ---------------------------------------------------------------


def fields(page: str) -> dict[str, str]:
    """What stands in the form's inputs."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        said = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if said.get("name"):
            found[said["name"]] = said.get("value", "")
    return found


def test_a_known_donor_is_looked_for_and_chosen_and_what_was_typed_stays(elio: Client) -> None:
    before = by_hand()
    page = elio.post(FORM, typed(cerca="rossi", trova="1", nome="", cognome=""))
    text = page.content.decode()
    assert page.status_code == 200 and Donation.objects.count() == 1
    assert "Maria Rossi" in text and before.donor.email not in text  # masked in the list
    assert fields(text)["cifra"] == "1.250,50" and "Portato in sede" in text
    chosen = elio.post(FORM, typed(cerca="rossi", usa=str(before.donor.public_id)))
    kept = fields(chosen.content.decode())
    assert (kept["nome"], kept["cognome"], kept["cifra"]) == ("Maria", "Rossi", "1.250,50")
    assert kept["email"] == before.donor.email and kept["come"] == str(before.public_id)
    assert ModelLogEntry.objects.filter(action="donations.reveal").count() == 1
    sent(elio, nome="Maria", cognome="Rossi", come=kept["come"], email=kept["email"])
    assert set(Donation.objects.values_list("donor", flat=True)) == {before.donor_id}


def test_the_enter_key_looks_only_where_something_is_looked_for(elio: Client) -> None:
    """It presses the first button of a form, which is the one that looks."""
    status, _page = sent(elio, trova="1")
    assert status == 200 and Donation.objects.count() == 1
    empty = elio.post(FORM, typed(cerca="Nessuno Qui", trova="1")).content.decode()
    assert "non si trova nessuno" in empty and Donation.objects.count() == 1


def test_who_looks_like_somebody_known_is_asked_about_first(elio: Client) -> None:
    sent(elio)
    status, page = sent(elio)
    assert status == 422 and Donation.objects.count() == 1
    assert "lo stesso nome" in page and "Portato in sede" in page and "È qualcun altro" in page
    status, page = sent(elio, altro="on")
    assert status == 200 and Donation.objects.count() == 2
    assert Donation.objects.values("donor").distinct().count() == 2


def test_a_mail_that_is_known_says_who_it_is(elio: Client) -> None:
    sent(elio, email="rosa@posta.example")
    status, _page = sent(elio, email="rosa@posta.example")
    assert status == 200 and Donation.objects.values("donor").distinct().count() == 1


def test_somebody_without_a_gift_is_found_too(elio: Client) -> None:
    batch = GiftImport.objects.create(sha256="0" * 64, name="soci.csv", file="imports/soci.csv")
    donor = Donor.objects.create()
    ImportedDonor.objects.create(
        donor=donor, batch=batch, first_name="Piera", last_name="Nani", words=" piera nani"
    )
    page = elio.post(FORM, typed(cerca="nani", trova="1")).content.decode()
    assert "Piera Nani" in page and "ancora nessun dono" in page
    chosen = elio.post(FORM, typed(usa=str(donor.public_id))).content.decode()
    kept = fields(chosen)
    assert (kept["nome"], kept["chi"]) == ("Piera", str(donor.public_id))
    sent(elio, nome="Piera", cognome="Nani", chi=kept["chi"])
    assert Donation.objects.get().donor == donor
