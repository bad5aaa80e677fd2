"""The gift form's small thank you: offered with its campaign, checked by the server, told honestly."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from donations.models import Donation, Premium, PremiumClaim
from donations.premium_forms import POST
from donations.services.premium_stock import HELD, put_back_abandoned
from form_support import open_fund, typed
from giving_support import session_of
from memory_stripe import MemoryStripe
from premium_support import adds_up, asked, campaign, place, seeds
from transfer_support import account
from treasury_support import tell

pytestmark = pytest.mark.django_db
FORM = "/dona/"
PARCEL = {
    "pacco_via": "Via Stelvio 21",
    "pacco_cap": "23017",
    "pacco_citta": "Morbegno",
    "pacco_provincia": "SO",
}


@pytest.fixture(autouse=True)
def funds(memory_stripe: MemoryStripe) -> None:
    open_fund()


def at(premium: Premium) -> str:
    return f"{premium.pk}-{place().pk}"


def parcel(premium: Premium) -> str:
    return f"{premium.pk}-{POST}"


def send(client: Client | None = None, **changes: Any) -> Any:
    return (client or Client()).post(FORM, typed(campagna=campaign().key, **changes))


def errors(answer: Any) -> list[str]:
    return re.findall(r'class="errore"[^>]*>([^<]+)', answer.text)


def test_only_with_its_campaign_and_with_what_is_left() -> None:
    seeds(pieces=12)
    seeds(name="Zucca", pieces=0)
    assert "Kit di semi" not in Client().get(FORM).text
    page = Client().get(f"{FORM}?campagna={campaign().key}").text
    assert "Kit di semi" in page and "ne restano 12" in page and "con doni da" in page
    assert re.search(r'value="no" id="omaggio" checked', page)
    finished = page[page.index("Zucca") :]
    assert "finito" in finished[:400] and 'type="radio" name="omaggio"' not in finished[:900]


def test_picked_up_at_a_place() -> None:
    kit = seeds()
    assert send(omaggio=at(kit)).status_code == 303
    claim = PremiumClaim.objects.get()
    assert (claim.way, claim.place, claim.street) == ("place", place(), "")
    assert claim.donation.source == campaign()


def test_by_post_to_the_address_of_the_receipt_or_its_own() -> None:
    kit = seeds()
    send(omaggio=parcel(kit), via="Via Roma 1", cap="00100", citta="Roma", provincia="RM")
    own = PremiumClaim.objects.latest("pk")
    assert (own.recipient, own.street, own.city) == ("Anna Esempio", "Via Roma 1", "Roma")
    send(omaggio=parcel(kit), via="Via Roma 1", cap="00100", citta="Roma", **PARCEL)
    other = PremiumClaim.objects.latest("pk")
    assert (other.street, other.donation.street) == ("Via Stelvio 21", "Via Roma 1")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"pacco_via": "Via Stelvio 21"},
        {"via": "Bahnhofstrasse 1", "cap": "8001", "citta": "Zürich", "paese": "CH"},
        {**PARCEL, "pacco_cap": "2301"},
    ],
)
def test_a_parcel_has_a_whole_address_in_italy(changes: dict[str, str]) -> None:
    answer = send(omaggio=parcel(seeds()), **changes)
    assert answer.status_code == 422 and errors(answer)
    assert not PremiumClaim.objects.exists() and not Donation.objects.exists()


def test_the_address_is_asked_only_for_a_parcel() -> None:
    assert send(omaggio=at(seeds())).status_code == 303


def test_below_its_amount_the_server_says_so() -> None:
    kit = seeds(minimum=20_00)
    answer = send(omaggio=at(kit), importo="15")
    assert answer.status_code == 422
    assert any("da 20" in one for one in errors(answer))
    assert send(omaggio=at(kit), importo="50").status_code == 303


@pytest.mark.parametrize("answer", ["999-posta", "x", "{kit}-999", "{kit}", "-posta"])
def test_what_is_not_offered_is_not_taken(answer: str) -> None:
    kit = seeds()
    assert send(omaggio=answer.format(kit=kit.pk)).status_code == 422
    assert not PremiumClaim.objects.exists()


def test_nothing_wanted_asks_the_database_for_nothing() -> None:
    """Where the form offers none, none of its rows is looked for."""
    seeds()
    with CaptureQueriesContext(connection) as asked_for:
        assert send().status_code == 303
    assert not [one["sql"] for one in asked_for if "premium" in one["sql"].lower()]


def test_the_last_piece_and_two_donors_who_want_it() -> None:
    kit = seeds(pieces=1)
    asked(kit)
    other = Client()
    page = typed(campagna=campaign().key, omaggio=at(kit), nome="Bianca")
    late = other.post(FORM, page)
    assert late.status_code == 409
    assert "è finito" in errors(late)[0] and 'value="Bianca"' in late.text
    assert re.search(r'value="no" id="omaggio" checked', late.text)
    token = re.search(r'name="token" value="([^"]+)"', late.text)
    assert token
    without = other.post(FORM, {**page, "omaggio": "no", "token": token[1]})
    assert without.status_code == 303
    assert adds_up(kit) and kit.taken == 1


def test_who_comes_back_from_the_payment_page_still_has_hers() -> None:
    kit, client = seeds(pieces=1), Client()
    assert send(client, omaggio=parcel(kit), **PARCEL).status_code == 303
    first = Donation.objects.get()
    page = client.get(f"{FORM}?annullato={first.public_id}").text
    assert re.search(rf'value="{parcel(kit)}"[^>]*checked', page)
    assert 'value="Via Stelvio 21"' in page
    assert "ne resta 1" in page, "her own piece is there for her"
    stranger = Client().get(f"{FORM}?annullato={first.public_id}&campagna={campaign().key}").text
    assert "Via Stelvio 21" not in stranger and "finito" in stranger
    assert send(client, omaggio=at(kit)).status_code == 303
    second = Donation.objects.latest("pk")
    assert second != first
    assert PremiumClaim.objects.get(donation=first).state == PremiumClaim.State.RELEASED
    assert PremiumClaim.objects.get(donation=second).state == PremiumClaim.State.RESERVED
    assert adds_up(kit) and kit.taken == 1


def test_a_piece_whose_gift_was_paid_is_not_taken_to_the_next(memory_stripe: MemoryStripe) -> None:
    kit, client = seeds(pieces=2), Client()
    send(client, omaggio=at(kit))
    first = Donation.objects.get()
    memory_stripe.pay_by_card(session_of(first))
    tell(memory_stripe)
    send(client, omaggio=at(kit))
    assert adds_up(kit) and kit.taken == 2


def test_with_a_promised_transfer_too() -> None:
    account()
    kit = seeds()
    assert send(omaggio=at(kit), modo="bonifico").status_code == 303
    put_back_abandoned(now=timezone.now() + HELD)
    assert PremiumClaim.objects.get().state == PremiumClaim.State.RESERVED
    assert Donation.objects.get().state == Donation.State.AWAITING


def test_with_the_first_gift_of_a_promise_too() -> None:
    kit = seeds()
    assert send(omaggio=at(kit), frequenza="mese").status_code == 303
    assert PremiumClaim.objects.get().donation.promise
