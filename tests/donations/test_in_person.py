"""Thanks in person for a large gift, or for the first after a silence: one task with the settlement,
decided once, seen by few."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from donations.models import Donation, Donor, GivingSettings, JournalEntry, ThanksInPerson
from donations.services import in_person, inbox
from donations.services.by_hand import today
from donations.treasury import desk_counts
from giving_support import MARIA, begin, process, promised, session_of
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


def gave(stripe: MemoryStripe, months_ago: int, **changes: Any) -> Donation:
    """A small gift that was settled so long ago."""
    (gift,) = settled(stripe, 20_00)
    at = timezone.now() - timedelta(days=months_ago * 30.5)
    changes = {"settled_at": at, "created_at": at} | changes
    Donation.objects.filter(pk=gift.pk).update(**changes)
    return gift


def test_who_gives_again_after_a_silence_is_welcomed_back(memory_stripe: MemoryStripe) -> None:
    first = gave(memory_stripe, 30)
    assert not ThanksInPerson.objects.exists()  # the first gift of all is no return
    (back,) = settled(memory_stripe, 20_00)
    task = ThanksInPerson.objects.get()
    first.refresh_from_db()
    assert (task.donation, task.large, task.silent_since) == (back, False, first.settled_at)
    page = member(roles.TREASURY).get(reverse(DESK)).content.decode()
    assert "Maria Rossi è di nuovo qui" in page and "Ultimo dono prima" in page
    settled(memory_stripe, 20_00)
    assert ThanksInPerson.objects.count() == 1


@pytest.mark.parametrize(
    ("months", "setting", "tasks"), [(17, 18, 0), (19, 18, 1), (19, None, 0), (7, 6, 1)]
)
def test_how_long_a_silence_counts_is_a_setting(
    memory_stripe: MemoryStripe, months: int, setting: int | None, tasks: int
) -> None:
    GivingSettings.load()
    GivingSettings.objects.update(back_after=setting)
    gave(memory_stripe, months)
    settled(memory_stripe, 20_00)
    assert ThanksInPerson.objects.count() == tasks


def test_what_came_between_or_was_a_mistake_counts_as_it_is(memory_stripe: MemoryStripe) -> None:
    gave(memory_stripe, 30)
    gave(memory_stripe, 2)
    settled(memory_stripe, 20_00)
    tasks = ThanksInPerson.objects.all()
    tasks.delete()
    Donation.objects.filter(settled_at__gt=timezone.now() - timedelta(days=100)).update(
        state=Donation.State.REVERSED, refunded_amount=F("amount")
    )
    settled(memory_stripe, 20_00)
    assert tasks.count() == 1


def test_another_address_of_the_same_person_is_no_silence(memory_stripe: MemoryStripe) -> None:
    old = gave(memory_stripe, 30)
    other = begin(donor=replace(MARIA, email="m.rossi@example.org")).donation
    memory_stripe.pay_by_card(session_of(other))
    Donor.objects.filter(pk=other.donor_id).update(kept=old.donor)
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    assert ThanksInPerson.objects.get().donation == other
    ThanksInPerson.objects.all().delete()
    settled(memory_stripe, 20_00)  # from the first address, a moment after the other
    assert not ThanksInPerson.objects.exists()


def test_past_gifts_of_a_file_ask_for_no_call() -> None:
    for year in (today().year - 6, today().year - 3):
        by_hand(amount=900_00, day=date(year, 5, 10), thanks=False)
    assert not ThanksInPerson.objects.exists()
    by_hand(amount=20_00)
    assert ThanksInPerson.objects.get().silent_since


def test_of_a_promise_only_the_charge_that_begins_it(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe, amount=600_00)
    ThanksInPerson.objects.update(state="done", decided_at=timezone.now())
    memory_stripe.renew(str(promise.subscription_id))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    assert promise.donations.filter(state="settled").count() == 2
    assert ThanksInPerson.objects.count() == 1


def test_two_large_ones_that_come_together_are_one_call(memory_stripe: MemoryStripe) -> None:
    settled(memory_stripe, 700_00, 800_00)
    assert ThanksInPerson.objects.count() == 1


def test_however_many_come_the_questions_are_the_same(memory_stripe: MemoryStripe) -> None:
    gifts = settled(memory_stripe, *[20_00] * 12)
    entries = {
        n: [JournalEntry(donation=gift, origin="x:gift") for gift in gifts[:n]] for n in (1, 12)
    }
    for gift in gifts:
        gift.refresh_from_db()
    asked = []
    for rows in entries.values():
        with CaptureQueriesContext(connection) as questions:
            in_person.ask_for(rows)
        asked.append(len(questions))
    assert asked[0] == asked[1]
