"""What her page and the next form know of a donor: what she wrote last, and nothing that a newer gift
merely left out."""

from dataclasses import replace

import pytest

from donations.models import Donation, Donor
from donations.services import details, inbox
from giving_support import MARIA, begin, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db


def paid(stripe: MemoryStripe, **changes: object) -> Donor:
    gift = begin(donor=replace(MARIA, **changes)).donation  # type: ignore[arg-type]
    stripe.pay_by_card(session_of(gift))
    for event in stripe.events:
        inbox.store(event)
    process()
    return gift.donor


def test_what_a_newer_gift_leaves_out_stays_known(memory_stripe: MemoryStripe) -> None:
    paid(memory_stripe)
    donor = paid(
        memory_stripe, last_name="Bianchi", codice_fiscale="", street="", postcode="", city=""
    )
    known = details.last_written(donor=donor)
    assert known.last_name == "Bianchi"  # names change
    assert known.codice_fiscale == MARIA.codice_fiscale
    assert (known.street, known.city) == (MARIA.street, MARIA.city)


def test_an_address_is_taken_whole(memory_stripe: MemoryStripe) -> None:
    paid(memory_stripe)
    donor = paid(memory_stripe, street="Via Trento 2", postcode="", city="Sondrio", province="SO")
    known = details.last_written(donor=donor)
    assert (known.street, known.postcode, known.city) == ("Via Trento 2", "", "Sondrio")


def test_what_she_took_away_on_her_page_is_gone(memory_stripe: MemoryStripe) -> None:
    donor = paid(memory_stripe)
    details.write(donor=donor, details=replace(MARIA, codice_fiscale="", phone=""))
    assert details.last_written(donor=donor).codice_fiscale == ""
    paid(memory_stripe, street="Via Trento 2")
    known = details.last_written(donor=donor)
    assert (known.codice_fiscale, known.street) == (MARIA.codice_fiscale, "Via Trento 2")


def test_a_gift_that_never_came_in_says_nothing_of_her(memory_stripe: MemoryStripe) -> None:
    donor = paid(memory_stripe)
    other = begin(donor=replace(MARIA, first_name="Mallory", codice_fiscale="")).donation
    Donation.objects.filter(pk=other.pk).update(state="awaiting")
    assert details.last_written(donor=donor).first_name == "Maria"


def test_a_body_and_a_person_are_not_mixed(memory_stripe: MemoryStripe) -> None:
    paid(memory_stripe)
    donor = paid(memory_stripe, organisation="Officine S.r.l.", codice_fiscale="", first_name="Ada")
    known = details.last_written(donor=donor)
    assert (known.first_name, known.codice_fiscale) == ("Ada", "")
