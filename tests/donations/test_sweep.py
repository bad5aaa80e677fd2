"""What the sweep finds after losses, and how far it may say that it has looked."""

import logging
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from donations.models import Donation, StripeEvent, SweepMark
from donations.services import books, inbox
from donations.services.sweeping import sweep
from donations.stripe_facts import Rejected, Unavailable
from giving_support import begin, process, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

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


def test_a_list_that_stripe_refuses_stands_on_the_desk_until_it_can_be_read(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch, settled: Donation
) -> None:
    def refused(**_asked: object) -> None:
        raise Rejected("PermissionError 403")

    words, treasurer = "non ci mostra l’elenco", member(roles.TREASURY)
    sweep(now=memory_stripe.now)
    mark = SweepMark.get()
    with monkeypatch.context() as patch:
        patch.setattr(memory_stripe, "list_events", refused)
        sweep(now=memory_stripe.now + MINUTE)
        sweep(now=memory_stripe.now + HOURS)
    assert SweepMark.get() == mark
    assert SweepMark.objects.get().refused_since == memory_stripe.now + MINUTE
    desk = treasurer.get("/admin/tesoreria/da-decidere/").content.decode()
    assert words in desk and "PermissionError 403" in desk
    assert "1 cosa da decidere in tesoreria" in treasurer.get("/admin/").content.decode()
    sweep(now=memory_stripe.now + HOURS)
    assert words not in treasurer.get("/admin/tesoreria/da-decidere/").content.decode()
    assert "da decidere in tesoreria" not in treasurer.get("/admin/").content.decode()


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


def never_opened(stripe: MemoryStripe) -> Donation:
    """A gift whose donor was told to try again, and did not."""
    token = uuid.uuid4()
    stripe.down = True
    with pytest.raises(Unavailable):
        begin(form_token=token)
    stripe.down = False
    return Donation.objects.get(form_token=token)


@pytest.mark.parametrize("where", ["booked", "read"])
def test_a_page_that_cannot_be_booked_or_read_stops_no_other(
    memory_stripe: MemoryStripe,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: str,
) -> None:
    idle, bad, *good = never_opened(memory_stripe), *[begin().donation for _ in range(4)]
    for gift in (bad, *good):
        memory_stripe.pay_by_card(session_of(gift))
    memory_stripe.events.clear()  # nobody tells us
    poison = bad.attempts.get()
    record, fetch = books.record, memory_stripe.fetch_session

    def recording(*, found: Any, **more: Any) -> Any:
        if found[0][0] == poison.pk:
            raise AssertionError("more than one last receipt")
        return record(found=found, **more)

    def fetching(session_id: str, **more: Any) -> Any:
        if session_id == poison.session_id:
            raise KeyError("payment_status")
        return fetch(session_id, **more)

    if where == "booked":
        monkeypatch.setattr(books, "record", recording)
    else:
        monkeypatch.setattr(memory_stripe, "fetch_session", fetching)
    with caplog.at_level(logging.ERROR):
        assert sweep(now=timezone.now() + 3 * HOURS) == 4
    states = dict(Donation.objects.values_list("pk", "state"))
    assert states.pop(bad.pk) == Donation.State.CHECKOUT_OPEN
    assert states.pop(idle.pk) == Donation.State.CANCELLED
    assert set(states.values()) == {Donation.State.SETTLED}
    told = [line for line in caplog.records if line.msg == "sweep: page not booked"]
    assert [vars(line)["attempt"] for line in told] == [poison.pk]


def test_what_needs_no_stripe_is_done_while_stripe_is_away(memory_stripe: MemoryStripe) -> None:
    idle = never_opened(memory_stripe)
    memory_stripe.down = True
    assert sweep(now=timezone.now() + 3 * HOURS) == 1
    idle.refresh_from_db()
    assert idle.state == Donation.State.CANCELLED
