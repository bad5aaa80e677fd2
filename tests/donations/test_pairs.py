"""Donors who may be here twice, found among all of them."""

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from donations.models import Donor, DonorMerge, ImportedDonor
from donations.services import importing
from donations.services.likeness import alike
from donations.services.merging import keep_apart, merge
from donations.services.pairs import pairs
from giving_support import MARIA, begin
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import member

pytestmark = pytest.mark.django_db
BARE: dict[str, str] = dict.fromkeys(("codice_fiscale", "street", "postcode", "city", "phone"), "")


def person(first: str, last: str, email: str, **said: str) -> Donor:
    return begin(
        donor=replace(MARIA, first_name=first, last_name=last, email=email, **BARE | said)
    ).donation.donor


def found() -> set[tuple[str, str, str]]:
    mails = dict(Donor.objects.values_list("pk", "email"))
    return {(mails[pair.one], mails[pair.other], pair.reason) for pair in pairs()}


def test_each_pair_has_its_surest_reason(memory_stripe: MemoryStripe) -> None:
    code = "RSSMRA80A41H501Y"
    person("Mario", "Bianchi", "mario@x.example", codice_fiscale=code, city="Tirano")
    person("Mario", "Bianchi", "m@x.example", codice_fiscale=code, city="Tirano")
    person("Ada", "Neri", "a.da@gmail.com")
    person("Adele", "Nera", "ada+doni@googlemail.com")
    person("Pia", "Fè", "pia@x.example", street="Via Roma, 1", postcode="23100")
    person("FE", "Pia", "fp@y.example", street="via roma 1", postcode="23100")
    person("Ugo", "Riva", "ugo@x.example", phone="+39 333 1234567")
    person("Ugo", "Riva", "u@y.example", phone="3331234567")
    person("Leo", "Sala", "leo@x.example", city="Sondrio")
    person("Leo", "Sala", "l@y.example", city="SONDRIO")
    person("Leo", "Sala", "altro@z.example", city="Milano")  # the name alone is many people's
    person("Lia", "Sala", "lia@x.example", city="Sondrio", phone="3331234567")
    assert found() == {
        ("mario@x.example", "m@x.example", "code"),
        ("a.da@gmail.com", "ada+doni@googlemail.com", "mail"),
        ("pia@x.example", "fp@y.example", "home"),
        ("ugo@x.example", "u@y.example", "phone"),
        ("leo@x.example", "l@y.example", "town"),
    }


def test_the_list_stands_in_the_order_in_which_they_came(memory_stripe: MemoryStripe) -> None:
    """So that a page of it shows what the page before did not, and the database sorts numbers."""
    for name in ("Zeno", "Maria", "Ada"):
        for where in ("x", "y"):
            person(name, "Sala", f"{name.lower()}@{where}.example", city="Sondrio")
    donors = Donor.objects.in_bulk()
    mails = [str(donors[pair.one].email) for pair in pairs()]
    assert mails == ["zeno@x.example", "maria@x.example", "ada@x.example"]


def test_who_is_one_person_already_is_no_pair_and_who_never_gave_is(
    memory_stripe: MemoryStripe,
) -> None:
    one = person("Leo", "Sala", "leo@x.example", city="Sondrio")
    two = person("Leo", "Sala", "l@y.example", city="Sondrio")
    merge(kept=one, absorbed=two, by=User.objects.create_user("elio"))
    assert found() == set()
    text = "Nome;Cognome;E-mail;Comune;Data;Importo\r\nSala;Leo;sl@z.example;sondrio;;"
    batch = importing.load(name="a.csv", data=text.encode(), by=None)
    donor = Donor.objects.create(email="sl@z.example")
    ImportedDonor.objects.create(
        donor=donor, batch=batch, first_name="Sala", last_name="Leo", city="sondrio"
    )
    assert found() == {("leo@x.example", "sl@z.example", "town")}


def test_the_page_leads_to_joining_them(
    memory_stripe: MemoryStripe, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        for letter in "ab":
            person("Leo", f"Sala{number}", f"{letter}{number}@x.example", city="Sondrio")
    with django_assert_max_num_queries(4):
        assert len(pairs()) == 20
    elio, page = member(roles.TREASURY), reverse("treasury:doubles")
    shown = elio.get(page).content.decode()
    assert shown.count(">Unisci<") == 20 and "lo stesso nome nello stesso" in shown.lower()
    one, other = Donor.objects.order_by("pk")[:2]
    elio.post(reverse("treasury:merge", args=[one.public_id]), {"chi": other.public_id})
    assert elio.get(page).content.decode().count(">Unisci<") == 19
    one, other = Donor.objects.order_by("pk")[2:4]
    for _twice in range(2):
        kept = elio.post(
            reverse("treasury:keep_apart", args=[one.public_id]), {"chi": other.public_id}
        )
        assert kept["Location"] == page
    assert elio.get(page).content.decode().count(">Unisci<") == 18
    assert DonorMerge.objects.exclude(undone_at=None).count() == 1
    assert elio.post(reverse("treasury:keep_apart", args=[one.public_id])).status_code == 302
    carla = member(roles.COORDINATION).get(page)
    assert carla.status_code == 200 and 'name="chi"' not in carla.content.decode()
    assert page in elio.get(reverse("treasury:donors")).content.decode()


def test_who_was_told_apart_is_not_proposed_on_the_page_of_either(
    memory_stripe: MemoryStripe,
) -> None:
    home = {"street": "Via Roma, 1", "postcode": "23100"}
    one = person("Leo", "Sala", "leo@x.example", **home)
    other = person("Leo", "Sala", "l@y.example", **home)
    third = person("Leo", "Sala", "ls@z.example", **home)
    assert {found.donor for found in alike(addresses=[one])} == {other, third}
    keep_apart(one=one, other=other, by=User.objects.create_user("elio"))
    assert {found.donor for found in alike(addresses=[one])} == {third}
    assert {found.donor for found in alike(addresses=[other])} == {third}
