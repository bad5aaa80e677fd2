"""Thanks in person for a large gift: one task with the settlement, decided once, seen by few."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from donations.models import Donation, GivingSettings, ThanksInPerson
from donations.services import inbox
from donations.treasury import desk_counts
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
DESK = "treasury:desk"


def settled(stripe: MemoryStripe, *amounts: int) -> list[Donation]:
    gifts = [begin(amount=amount).donation for amount in amounts]
    for gift in gifts:
        stripe.pay_by_card(session_of(gift))
    for event in [*stripe.events, *stripe.events]:
        inbox.store(event)
    process()
    return gifts


def test_a_large_gift_asks_for_a_call_once(memory_stripe: MemoryStripe) -> None:
    _small, large = settled(memory_stripe, 499_99, 500_00)
    process()
    assert [task.donation for task in ThanksInPerson.objects.all()] == [large]
    page = member(roles.TREASURY).get(reverse(DESK)).content.decode()
    assert "Telefona a Maria Rossi" in page and str(large.public_id) in page
    settled(memory_stripe, 900_00)  # she is on the list already
    assert ThanksInPerson.objects.count() == 1


def test_what_comes_by_hand_counts_too_and_the_limit_can_be_moved_or_taken_away() -> None:
    settings = GivingSettings.load()
    settings.call_from = 20
    settings.save()
    by_hand(amount=20_00)
    assert ThanksInPerson.objects.count() == 1
    ThanksInPerson.objects.all().delete()
    settings.call_from = None
    settings.save()
    by_hand(amount=9_000_00)
    assert not ThanksInPerson.objects.exists()


def test_a_person_says_what_became_of_it(memory_stripe: MemoryStripe) -> None:
    settled(memory_stripe, 700_00)
    task = ThanksInPerson.objects.get()
    address = reverse("treasury:decide_thanks", args=[task.pk])
    reader = member(roles.COORDINATION)
    assert reader.post(address, {"scelta": "fatto"})["Location"] == "/admin/"
    assert 'name="nota"' not in reader.get(reverse(DESK)).content.decode()
    treasurer = member(roles.TREASURY)
    assert desk_counts.waiting() == 1
    treasurer.post(address, {"scelta": "fatto", "nota": "Contenta, torna a Natale."})
    later = treasurer.post(address, {"scelta": "non-serve"}, follow=True)
    assert "Qualcuno ha già deciso" in later.content.decode()
    task.refresh_from_db()
    assert (task.state, task.note) == ("done", "Contenta, torna a Natale.")
    assert task.decided_by and task.decided_at and desk_counts.waiting() == 0


def test_what_went_back_needs_no_call(memory_stripe: MemoryStripe) -> None:
    (gift,) = settled(memory_stripe, 700_00)
    memory_stripe.give_back(session_of(gift), 700_00)
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    assert desk_counts.waiting() == 0


def test_without_the_right_to_see_donors_nobody_is_named(
    memory_stripe: MemoryStripe, django_user_model: Any
) -> None:
    settled(memory_stripe, 700_00)
    client = member(roles.TREASURY)
    user = django_user_model.objects.get()
    user.groups.clear()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["view_stripeevent", "access_admin"])
    )
    assert "Telefona a" not in client.get(reverse(DESK)).content.decode()
