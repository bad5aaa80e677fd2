"""What was typed for a gift that nobody completed goes away; what money touched stays."""

import logging
from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from donations.models import (
    CheckoutAttempt,
    Consent,
    Donation,
    Donor,
    ImportedDonor,
    StripeEvent,
)
from donations.services import forgetting, inbox
from donations.services.forgetting import UNFINISHED, forget_unfinished
from donations.services.sweeping import sweep
from donations.stripe_facts import Unavailable
from giving_support import MARIA, begin, process, session_of
from memory_stripe import MemoryStripe
from treasury_support import past_gifts

pytestmark = pytest.mark.django_db
LONG_AFTER = UNFINISHED + timedelta(days=2)


def forget() -> int:
    return forget_unfinished(now=timezone.now() + LONG_AFTER)


def heard(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()


def left(stripe: MemoryStripe) -> Donation:
    """Somebody went to the payment page and closed it."""
    gift = begin().donation
    stripe.expire_session(session_of(gift))
    heard(stripe)
    gift.refresh_from_db()
    assert gift.state == Donation.State.EXPIRED
    return gift


def test_a_gift_given_up_is_deleted_with_its_donor_and_what_stripe_told_of_it(
    memory_stripe: MemoryStripe, caplog: pytest.LogCaptureFixture
) -> None:
    left(memory_stripe)
    assert forget_unfinished() == 0  # not yet: she may come back
    with caplog.at_level(logging.INFO):
        assert forget() == 1
    for model in (Donation, Donor, CheckoutAttempt, Consent):
        assert not model.objects.exists(), model
    event = StripeEvent.objects.get()
    assert bytes(event.payload) == b"{}" and event.state == "processed"
    assert MARIA.last_name not in caplog.text and MARIA.email.lower() not in caplog.text
    heard(memory_stripe)  # said again it is nothing new
    assert StripeEvent.objects.get().state == "processed"


def test_one_that_was_never_opened_goes_too(memory_stripe: MemoryStripe) -> None:
    memory_stripe.down = True
    with pytest.raises(Unavailable):
        begin()
    memory_stripe.down = False
    sweep(now=timezone.now() + timedelta(hours=26))
    assert forget() == 1 and not Donor.objects.exists()


def test_a_donor_with_another_gift_stays(memory_stripe: MemoryStripe) -> None:
    other = begin().donation
    memory_stripe.pay_by_card(session_of(other))
    left(memory_stripe)
    assert forget() == 1
    assert Donation.objects.get() == other and Donor.objects.get() == other.donor


def test_a_donor_whom_a_file_named_stays(memory_stripe: MemoryStripe) -> None:
    gift = left(memory_stripe)
    ImportedDonor.objects.create(donor=gift.donor, batch=past_gifts(), last_name="Rossi")
    assert forget() == 1
    assert not Donation.objects.exists() and Donor.objects.get() == gift.donor


def paid(stripe: MemoryStripe) -> Donation:
    gift = begin().donation
    stripe.pay_by_card(session_of(gift))
    return gift


def given_back(stripe: MemoryStripe) -> Donation:
    gift = paid(stripe)
    stripe.give_back(session_of(gift), 25_00)
    return gift


def promised(stripe: MemoryStripe) -> Donation:
    gift = begin().donation
    stripe.promise_debit(session_of(gift))
    return gift


def refused(stripe: MemoryStripe) -> Donation:
    gift = promised(stripe)
    stripe.refuse_debit(session_of(gift))
    return gift


def open_page(stripe: MemoryStripe) -> Donation:
    return begin().donation


@pytest.mark.parametrize("story", [paid, given_back, promised, refused, open_page])
def test_what_money_came_for_or_may_still_come_for_stays(
    memory_stripe: MemoryStripe, story: object
) -> None:
    gift = story(memory_stripe)  # type: ignore[operator]
    heard(memory_stripe)
    assert forget() == 0
    assert Donation.objects.get() == gift


def test_a_gift_that_somebody_came_back_to_stays(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for what is old and its deletion, too."""
    gift = left(memory_stripe)
    chosen = forgetting._unfinished(timezone.now() + LONG_AFTER)
    assert list(chosen) == [gift]
    real = forgetting._unfinished

    def back_meanwhile(until: object) -> QuerySet[Donation]:
        monkeypatch.setattr(forgetting, "_unfinished", real)
        found = list(real(until).values_list("pk", flat=True))  # type: ignore[arg-type]
        begin(form_token=gift.form_token)
        return Donation.objects.filter(pk__in=found)

    monkeypatch.setattr(forgetting, "_unfinished", back_meanwhile)
    assert forget() == 0
    gift.refresh_from_db()
    assert gift.state == Donation.State.CHECKOUT_OPEN


def test_an_event_that_waits_for_a_person_keeps_its_gift(memory_stripe: MemoryStripe) -> None:
    left(memory_stripe)
    StripeEvent.objects.update(state="failed")
    assert forget() == 0
