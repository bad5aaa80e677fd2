"""A promise that cannot be charged: its charge failed, or the account may not be debited any more. It
stands on the desk until it recovers, ends, or a person has dealt with it."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.urls import reverse
from django.utils import timezone

from donations.models import Acknowledgement, Mandate, RecurringDonation
from donations.services import inbox
from donations.services.acknowledging import write_due
from donations.services.promises import deal_with
from donations.services.sweeping import sweep
from donations.stripe_facts import Event
from donations.treasury import desk_counts
from giving_support import begin, process, promised, session_of
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db
DESK = "treasury:desk"
State = RecurringDonation.State


def heard(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()
    process()


def debited(stripe: MemoryStripe) -> RecurringDonation:
    """A promise whose first debit was collected."""
    gift = begin(every="month").donation
    stripe.promise_debit(session_of(gift))
    stripe.collect_debit(session_of(gift))
    heard(stripe)
    assert gift.promise
    gift.promise.refresh_from_db()
    return gift.promise


def on_the_desk() -> list[str]:
    return [row.trouble for row in desk_counts.promises()]


def desk(role: str = roles.TREASURY) -> str:
    return member(role).get(reverse(DESK)).content.decode()


def test_a_failing_one_stands_on_the_desk_until_it_recovers(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    assert "Il dono ricorrente di" not in desk() and desk_counts.waiting() == 0
    invoice = memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    assert on_the_desk() == [invoice] and desk_counts.waiting() == 1
    shown = desk()
    assert "Il dono ricorrente di Maria Rossi non è passato" in shown
    assert reverse("treasury:promise", args=[promise.public_id]) in shown
    memory_stripe.settle_invoice(invoice)
    heard(memory_stripe)
    assert on_the_desk() == [] and desk_counts.waiting() == 0


def test_one_that_ends_leaves_the_desk(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    memory_stripe.give_up(str(promise.subscription_id))
    heard(memory_stripe)
    promise.refresh_from_db()
    assert promise.state == State.ENDED and not promise.trouble and on_the_desk() == []


def test_who_has_dealt_with_it_sees_it_again_with_the_next_charge_that_fails(
    memory_stripe: MemoryStripe,
) -> None:
    promise = promised(memory_stripe)
    first = memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    address = reverse("treasury:deal_with_promise", args=[promise.public_id])
    reader, treasurer = member(roles.COORDINATION), member(roles.TREASURY)
    assert "Me ne sono occupato" not in reader.get(reverse(DESK)).content.decode()
    reader.post(address, {"guaio": first})
    assert on_the_desk() == [first]
    treasurer.post(address, {"guaio": "in_another"})
    assert on_the_desk() == [first]
    treasurer.post(address, {"guaio": first})
    assert on_the_desk() == []
    memory_stripe.fail_again(first)  # Stripe's own tries are no news
    heard(memory_stripe)
    assert on_the_desk() == []
    second = memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    assert on_the_desk() == [second]


def test_one_that_recovered_is_forgotten_and_may_fail_anew(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    memory_stripe._subscription(str(promise.subscription_id), status="unpaid")  # without a charge
    heard(memory_stripe)
    promise.refresh_from_db()
    assert deal_with(promise=promise, trouble="unpaid") and on_the_desk() == []
    assert not deal_with(promise=promise, trouble="")
    memory_stripe._subscription(str(promise.subscription_id), status="active")
    heard(memory_stripe)
    memory_stripe._subscription(str(promise.subscription_id), status="unpaid")
    heard(memory_stripe)
    assert on_the_desk() == ["unpaid"]


def test_an_account_that_may_not_be_debited_is_told_to_her_and_to_the_treasury(
    memory_stripe: MemoryStripe,
) -> None:
    promise = debited(memory_stripe)
    memory_stripe.take_leave_back(str(promise.subscription_id))
    heard(memory_stripe)
    promise.refresh_from_db()
    assert promise.mandate_is_over and promise.state == State.ACTIVE
    assert "L’addebito sul conto di Maria Rossi non è più autorizzato" in desk()
    write_due()
    mail = Message.objects.get(kind="mandate_ended")
    page = reverse("area:promise", args=[promise.public_id])
    assert page in mail.body_text and page in mail.body_html and "4242" in mail.body_text
    heard(memory_stripe)
    assert Acknowledgement.objects.filter(kind="mandate_ended").count() == 1


def test_another_account_puts_it_right(memory_stripe: MemoryStripe) -> None:
    promise = debited(memory_stripe)
    kept = str(promise.subscription_id)
    memory_stripe.take_leave_back(kept)
    heard(memory_stripe)
    memory_stripe.charge_instead(kept, "pm_new", key="k")
    heard(memory_stripe)
    promise.refresh_from_db()
    assert (promise.trouble, promise.troubled_at) == ("", None) and on_the_desk() == []
    write_due()  # it was due before she chose: nobody needs it any more
    assert not Message.objects.filter(kind="mandate_ended").exists()


def test_the_news_may_come_before_the_promise_is_known(memory_stripe: MemoryStripe) -> None:
    """Whatever the order of these four, the promise is marked and she hears once."""
    gift = begin(every="month").donation
    memory_stripe.promise_debit(session_of(gift))
    memory_stripe.take_leave_back(f"sub_{session_of(gift)}")
    events = memory_stripe.events
    wanted = ["checkout.session.completed", "mandate.updated"]
    chosen = [next(one for one in events if one.type == kind) for kind in wanted]
    for order in permutations([*chosen, *chosen]):
        assert marked_after(order) == 1
        forget(gift.promise_id)


def marked_after(order: tuple[Event, ...]) -> int:
    for event in order:
        inbox.store(event)
        process()
    sweep()
    assert [one.mandate_is_over for one in RecurringDonation.objects.all()] == [True]
    return Acknowledgement.objects.filter(kind="mandate_ended").count()


def forget(promise: int | None) -> None:
    """As if none of it had been heard of."""
    from donations.models import StripeEvent

    StripeEvent.objects.all().delete()
    Mandate.objects.all().delete()
    Acknowledgement.objects.all().delete()
    RecurringDonation.objects.filter(pk=promise).update(
        trouble="", troubled_at=None, method_id="", looked_at=None
    )


def test_of_two_looks_at_a_mandate_the_later_one_holds(memory_stripe: MemoryStripe) -> None:
    promise = debited(memory_stripe)
    memory_stripe.take_leave_back(str(promise.subscription_id))
    Mandate.objects.create(
        mandate_id=next(iter(memory_stripe.mandates)),
        method_id=memory_stripe.subscriptions[str(promise.subscription_id)].method_id,
        inactive=False,
        looked_at=timezone.now() + timedelta(minutes=1),
    )
    heard(memory_stripe)
    assert not Mandate.objects.get().inactive and on_the_desk() == []


def test_a_mandate_that_is_good_again_takes_the_mark_away(memory_stripe: MemoryStripe) -> None:
    promise = debited(memory_stripe)
    memory_stripe.take_leave_back(str(promise.subscription_id))
    heard(memory_stripe)
    memory_stripe.take_leave_back(str(promise.subscription_id), status="active")
    heard(memory_stripe)
    assert on_the_desk() == []


def test_what_another_worker_missed_the_sweep_marks(memory_stripe: MemoryStripe) -> None:
    """Two transactions side by side see nothing of each other."""
    promise = debited(memory_stripe)
    promise.refresh_from_db()
    Mandate.objects.create(
        mandate_id="m", method_id=promise.method_id, inactive=True, looked_at=timezone.now()
    )
    sweep()
    assert on_the_desk() == [f"mandate:{promise.method_id}"]
