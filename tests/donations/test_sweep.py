"""What the sweep finds after losses, and how far it may say that it has looked."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from donations.models import Donation, StripeEvent, SweepMark
from donations.services import inbox
from donations.services.sweeping import sweep
from donations.stripe_facts import Rejected
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
MINUTE, HOURS = timedelta(minutes=1), timedelta(hours=9)


@pytest.fixture
def settled(memory_stripe: MemoryStripe) -> Donation:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    inbox.store(memory_stripe.events[-1])
    process()
    return gift


def refunded(gift: Donation) -> int:
    process()
    gift.refresh_from_db()
    return gift.refunded_amount


def pay_another(stripe: MemoryStripe) -> None:
    stripe.pay_by_card(session_of(begin().donation))


def test_one_that_broke_off_leaves_the_older_events_to_the_next(
    memory_stripe: MemoryStripe, settled: Donation
) -> None:
    memory_stripe.give_back(session_of(settled), 7_00)  # no webhook of it comes
    memory_stripe.now += HOURS
    pay_another(memory_stripe)
    memory_stripe.breaks_after = 1
    sweep(now=memory_stripe.now + MINUTE)
    assert refunded(settled) == 0
    memory_stripe.breaks_after = None
    sweep(now=memory_stripe.now + MINUTE)
    assert refunded(settled) == 7_00


def test_a_webhook_hours_later_does_not_hide_what_was_lost(
    memory_stripe: MemoryStripe, settled: Donation
) -> None:
    memory_stripe.give_back(session_of(settled), 7_00)  # no webhook of it comes
    memory_stripe.now += HOURS
    pay_another(memory_stripe)
    inbox.store(memory_stripe.events[-1])
    sweep(now=memory_stripe.now + MINUTE)
    assert refunded(settled) == 7_00


def test_what_was_read_to_the_end_is_not_read_again(
    memory_stripe: MemoryStripe, settled: Donation
) -> None:
    sweep(now=memory_stripe.now + MINUTE)
    memory_stripe.now += HOURS
    sweep(now=memory_stripe.now)
    StripeEvent.objects.all().delete()
    sweep(now=memory_stripe.now)
    assert not StripeEvent.objects.exists()


def test_a_key_that_may_not_list_events_still_asks_for_the_payment_pages(
    memory_stripe: MemoryStripe,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))  # no webhook of it comes

    def refused(**_asked: object) -> None:
        raise Rejected("PermissionError 403")

    monkeypatch.setattr(memory_stripe, "list_events", refused)
    with caplog.at_level(logging.ERROR):
        assert sweep(now=memory_stripe.now + HOURS) == 1
    gift.refresh_from_db()
    assert gift.state == Donation.State.SETTLED
    assert SweepMark.get() is None
    assert "does not list its events" in caplog.text


def test_who_will_not_wait_sees_a_page_just_paid_and_leaves_the_mark_in_the_present(
    memory_stripe: MemoryStripe,
) -> None:
    """As the demonstration does, which pays its gifts and looks at once."""
    gift = begin().donation
    memory_stripe.pay_by_card(session_of(gift))
    memory_stripe.events.clear()
    assert sweep() == 0
    assert sweep(patience=timedelta()) == 1
    gift.refresh_from_db()
    assert gift.state == Donation.State.SETTLED
    mark = SweepMark.get()
    assert mark and mark <= timezone.now()
