"""A donor is erased while Stripe's news of her gifts, her form, her mails and a join come in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from donations.models import Donation, Donor, Erasure, JournalEntry
from donations.services import changing, entering, erased, erasing, inbox, merging
from donations.services.acknowledging import write_due
from donations.services.events import process_events
from erasure_support import found, kept_by_law
from giving_support import MARIA, begin, session_of
from mail.models import Message
from mail.services import send_due
from memory_stripe import MemoryStripe
from people.models import User

pytestmark = pytest.mark.django_db(transaction=True)
ADA = replace(MARIA, email="adalgisa@x.example", first_name="Adalgisa", last_name="Brambillasca")
WORDS = (ADA.email, ADA.first_name, ADA.last_name)


def alone(work: Callable[[], Any]) -> Any:
    """With a connection of its own, as another process would have."""
    try:
        return work()
    finally:
        connections.close_all()


def together(*works: Callable[[], Any]) -> list[Any]:
    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(alone, works))


def erase() -> str:
    donor = Donor.objects.filter(email=ADA.email).first()
    if donor is None:
        return "nobody"
    try:
        erasing.erase(donor=donor, reason="asked", by=None, end_promises=True)
    except (erasing.Erased, erasing.PageIsOpen) as refusal:
        return type(refusal).__name__
    return "erased"


def end(stripe: MemoryStripe) -> None:
    """What the ticks do, until nothing is left to do."""
    process_events()
    changing.ask_stripe()
    write_due()
    send_due()
    erased.forget_answered()
    for one in Erasure.objects.all():
        erased.look_again(now=one.again_at)


@pytest.mark.parametrize("turn", range(3))
def test_news_that_comes_at_the_same_time_is_booked_and_brings_nothing_back(
    memory_stripe: MemoryStripe, turn: int
) -> None:
    gifts = [begin(donor=ADA, amount=10_00 + number).donation for number in range(6)]
    first = begin(donor=ADA, every="month").donation
    for gift in (*gifts, first):
        memory_stripe.pay_by_card(session_of(gift))
    for event in memory_stripe.events:
        inbox.store(event)
    process_events()
    promise = Donation.objects.get(pk=first.pk).promise
    assert promise
    for gift in gifts[:3]:
        memory_stripe.give_back(session_of(gift), 5_00)
    charges = [memory_stripe.renew(str(promise.subscription_id)) for _one in range(3)]
    for event in memory_stripe.events:
        inbox.store(event)

    def settle() -> None:
        while process_events(limit=1):
            pass

    assert together(settle, erase, write_due, settle)[1] == "erased"
    end(memory_stripe)
    assert Donation.objects.filter(state="partly_refunded").count() == 3
    assert Donation.objects.filter(attempts__invoice_id__in=charges, state="settled").count() == 3
    assert JournalEntry.objects.filter(origin__endswith=":refund").count() == 3
    assert set(found(*WORDS)) <= kept_by_law(), found(*WORDS)


def test_two_who_erase_the_same_person(memory_stripe: MemoryStripe) -> None:
    gift = begin(donor=ADA).donation
    memory_stripe.pay_by_card(session_of(gift))
    for event in memory_stripe.events:
        inbox.store(event)
    process_events()
    assert sorted(together(erase, erase)) in (["Erased", "erased"], ["erased", "nobody"])
    assert Erasure.objects.count() == 1
    assert Message.objects.filter(kind="erasure_done").count() == 1


def test_who_enters_gives_or_is_joined_at_that_moment(memory_stripe: MemoryStripe) -> None:
    """Whatever came first: either she was there and all of it is gone, or somebody new is."""
    gift, other = begin(donor=ADA).donation, begin(donor=replace(ADA, email="b@x.example")).donation
    elio = User.objects.create_user("elio")
    for one in (gift, other):
        memory_stripe.pay_by_card(session_of(one))
    for event in memory_stripe.events:
        inbox.store(event)
    process_events()
    entering.ask(email=ADA.email, language="it")

    def join() -> str:
        try:
            merging.merge(kept=gift.donor, absorbed=other.donor, by=elio)
        except merging.CannotMerge:
            return "refused"
        return "joined"

    joined, done, _links, _new = together(
        join, erase, entering.write_due, lambda: begin(donor=ADA) and None
    )
    if done == "PageIsOpen":
        assert Donor.objects.get(email=ADA.email).erased_at is None
        return
    end(memory_stripe)
    old = Donor.objects.get(pk=gift.donor_id)
    assert old.erased_at and old.email is None
    assert (joined == "joined") == bool(Donor.objects.get(pk=other.donor_id).erased_at)
    assert not Message.objects.filter(kind="entry_link", to=ADA.email).exists()
    assert Donation.objects.filter(donor__email=ADA.email).count() == 1  # somebody new
