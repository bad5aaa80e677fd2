"""A telephone number: asked for where it is optional, kept as written, found where somebody calls."""

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from area_support import PAGE, entered
from donations.forms import GiftForm
from donations.history.files import guess
from donations.history.lines import FIELDS
from donations.models import Donation, DonorDetails, ThanksInPerson
from donations.services import own_data
from donations.services.details import last_written
from form_support import open_fund, typed
from giving_support import MARIA, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import by_hand, member, tell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "kept"),
    [("", ""), (" 0342/123.456 ", "0342 123 456"), ("+39 (333) 12-34-567", "+39 333 12 34 567")],
)
def test_a_number_is_read_however_it_is_written(written: str, kept: str) -> None:
    open_fund()
    form = GiftForm(typed(telefono=written))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["telefono"] == kept


@pytest.mark.parametrize("written", ["casa", "123", "12+34567", "1" * 16])
def test_what_is_no_number_is_said_at_its_field(written: str) -> None:
    open_fund()
    with translation.override("it"):
        assert "Scrivi il numero in cifre" in str(
            GiftForm(typed(telefono=written)).errors["telefono"]
        )


def test_from_the_form_to_her_page(memory_stripe: MemoryStripe) -> None:
    open_fund()
    assert Client().post("/dona/", typed(telefono="0342 123456")).status_code == 303
    gift = Donation.objects.get()
    assert gift.phone == "0342 123456"
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    hers = entered(gift.donor)
    address = reverse("area:details")
    changed = {"nome": "Anna", "cognome": "Esempio", "paese": "IT", "telefono": "333 1234567"}
    assert hers.post(address, changed).status_code in (200, 302, 303)
    assert DonorDetails.objects.get().phone == last_written(donor=gift.donor).phone == "333 1234567"
    assert "Telefono 333 1234567" in " ".join(hers.get(PAGE).content.decode().split())


def test_the_treasury_knows_whom_to_call_where() -> None:
    gift = by_hand(donor=replace(MARIA, phone="0342 123456"))
    ThanksInPerson.objects.get_or_create(donation=gift)
    elio = member(roles.TREASURY)
    for address in (
        reverse("treasury:desk"),
        reverse("treasury:donor", args=[gift.donor.public_id]),
    ):
        assert "0342 123456" in elio.get(address).content.decode()
    sheet: Any = elio.get(reverse("treasury:donors"), {"formato": "csv"})
    assert "0342 123456" in b"".join(sheet).decode()


def test_it_is_in_the_copy_of_her_data_and_in_past_gifts() -> None:
    gift = by_hand(donor=replace(MARIA, phone="0342 123456"))
    assert str(own_data.of(donor=gift.donor)).count("0342 123456") >= 2
    assert guess(["Nome", "Cell."]) == {"nome": 0, "telefono": 1}
    assert FIELDS["telefono"].clean("333-1234567") == "333 1234567"
