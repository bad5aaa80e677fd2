"""Every country, in the reader's language on the form and in Italian on paper."""

import pytest
from django.test import Client
from django.utils import translation

from donations.countries import ITALIAN, choices, code_of
from donations.models import Donation
from form_support import open_fund, typed


def test_italy_comes_first_then_her_neighbours_then_the_alphabet() -> None:
    with translation.override("it"):
        here = choices()
    with translation.override("en"):
        there = choices()
    assert len(here) == len(there) == len(ITALIAN) == 249
    assert [code for code, _name in here[:7]] == ["IT", "SM", "VA", "FR", "CH", "AT", "SI"]
    assert [name for _code, name in here[7:9]] == ["Afghanistan", "Albania"]
    assert ("DE", "Germania") in here and ("DE", "Germany") in there
    assert [code for code, _name in here[-2:]] == ["ZM", "ZW"]
    names = [name for _code, name in there[7:]]
    assert names.index("Åland Islands") < names.index("Albania")  # not behind the Z


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("IT", "IT"), ("italia", "IT"), ("Italy", "IT"), (" de ", "DE"), ("GERMANIA", "DE"),
        ("Regno Unito", "GB"), ("U.K.", ""), ("uk", "GB"), ("Costa d'Avorio", "CI"),
        ("Repubblica Ceca", "CZ"), ("Città del Vaticano", "VA"), ("Atlantide", ""), ("", ""),
        ("1", ""), ("XX", ""),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_letters_or_its_name(written: str, code: str) -> None:
    assert code_of(written) == code


@pytest.mark.django_db
def test_who_lives_in_portugal_gives_with_her_own_postcode(memory_stripe: object) -> None:
    open_fund()
    assert "Portogallo" in Client().get("/dona/").content.decode()
    there = {"via": "Rua Augusta 1", "cap": "1100-053", "citta": "Lisboa", "paese": "PT"}
    assert Client().post("/dona/", typed(**there)).status_code == 303
    assert Donation.objects.get().country == "PT"
    refused = Client().post("/dona/", typed(**there | {"paese": "IT"}))
    assert refused.status_code == 422
    assert Client().post("/dona/", typed(**there | {"paese": "ZZ"})).status_code == 422
