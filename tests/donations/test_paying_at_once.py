"""After another card the charge that did not go through is asked for at once, one time only."""

import pytest
from django.utils import timezone

from donations.models import Acknowledgement, PromiseChange, RecurringDonation
from donations.services import changing, inbox
from giving_support import process, promised
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
State = RecurringDonation.State


def heard(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()
    process()


def ask() -> None:
    PromiseChange.objects.filter(state="asked").update(next_at=timezone.now())
    changing.ask_stripe()


@pytest.fixture
def failing(memory_stripe: MemoryStripe) -> RecurringDonation:
    promise = promised(memory_stripe)
    memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    memory_stripe.another_card(str(promise.subscription_id), "pm_9999")
    heard(memory_stripe)
    promise.refresh_from_db()
    return promise


def asked(stripe: MemoryStripe) -> list[str]:
    return [call for call in stripe.calls if call.startswith("pay ")]


def test_it_is_paid_with_the_new_card_and_is_a_gift_of_its_own(
    failing: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    waits = failing.open_invoice
    ask()
    assert asked(memory_stripe) == [f"pay {waits}"]
    heard(memory_stripe)
    failing.refresh_from_db()
    assert (failing.state, failing.open_invoice) == (State.ACTIVE, "")
    assert failing.donations.filter(state="settled").count() == 2
    kinds = [f"{row.kind}:{row.state}" for row in failing.changes.all()]
    assert kinds == ["card:done", "pay:done"]
    told = Acknowledgement.objects.filter(kind="promise_changed")
    assert [duty.key.split(":")[1] for duty in told] == ["card"]  # the thanks tell of the other


def test_an_answer_that_gets_lost_is_asked_for_again_under_the_same_key(
    failing: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.charge_instead(str(failing.subscription_id), "pm_9999", key="before")
    waits = failing.open_invoice
    ask()
    PromiseChange.objects.filter(kind="pay").update(state="asked", done_at=None)
    ask()
    assert asked(memory_stripe) == [f"pay {waits}"] * 2
    heard(memory_stripe)
    assert failing.donations.filter(state="settled").count() == 2
    assert failing.changes.get(kind="pay").state == "done"


def test_where_stripe_falls_silent_it_is_asked_once_more(
    failing: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.mute = True
    ask()
    assert failing.changes.get().state == "asked"
    memory_stripe.mute = False
    ask()  # the card, and with it the charge
    heard(memory_stripe)
    assert failing.donations.filter(state="settled").count() == 2


def test_where_nothing_waits_nothing_is_asked_for(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    memory_stripe.another_card(str(promise.subscription_id), "pm_9999")
    heard(memory_stripe)
    ask()
    assert [row.kind for row in promise.changes.all()] == ["card"] and not asked(memory_stripe)


@pytest.mark.parametrize("code", ["invoice_payment_intent_requires_action", "card_declined"])
def test_only_a_bank_that_wants_to_hear_from_her_is_a_mail(
    failing: RecurringDonation, memory_stripe: MemoryStripe, code: str
) -> None:
    memory_stripe.answered.clear()
    memory_stripe.refuses = code
    ask()
    pay = failing.changes.get(kind="pay")
    assert (pay.state, pay.last_error) == ("refused", "Refused.")
    duties = Acknowledgement.objects.filter(kind="payment_confirm", state="due").count()
    assert duties == (code != "card_declined")
    failing.refresh_from_db()
    assert failing.state == State.FAILING  # Stripe's own tries go on
    ask()
    assert len(asked(memory_stripe)) == 1


def test_one_that_was_paid_on_stripes_page_meanwhile_is_done(
    failing: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.settle_invoice(failing.open_invoice)  # and its news have not come yet
    PromiseChange.objects.create(
        key="k",
        promise=failing,
        kind="pay",
        invoice=failing.open_invoice,
        next_at=timezone.now(),
    )
    ask()
    assert failing.changes.get(kind="pay").state == "done"
    heard(memory_stripe)
    assert failing.donations.filter(state="settled").count() == 2
