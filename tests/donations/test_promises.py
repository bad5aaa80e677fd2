"""A promise from the form to its charges: each one a gift of its own, exactly once, and the promise as
Stripe keeps it, whatever order the news come in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attribution.services import source, totals
from donations.models import (
    Acknowledgement,
    Donation,
    DonorDetails,
    JournalEntry,
    Receipt,
    RecurringDonation,
    StripeEvent,
)
from donations.services import acknowledging, inbox
from donations.services.sweeping import sweep
from donations.treasury.promises import months
from giving_support import begin, process, promised, session_of
from mail.models import Message
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
State = RecurringDonation.State


def heard(stripe: MemoryStripe, *, backwards: bool = False) -> None:
    for event in reversed(stripe.events) if backwards else stripe.events:
        inbox.store(event)
    process()
    process()


def test_the_form_asks_stripe_for_a_subscription_and_keeps_the_promise(
    memory_stripe: MemoryStripe,
) -> None:
    gift = begin(every="quarter").donation
    promise = RecurringDonation.objects.get()
    assert gift.promise == promise and promise.state == State.STARTED
    order = memory_stripe.orders[session_of(gift)]
    assert (order.every, order.amount) == ("quarter", 25_00)


def test_the_first_charge_settles_the_gift_of_the_form(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    gift = promise.donations.get()
    assert (promise.state, gift.state) == (State.ACTIVE, Donation.State.SETTLED)
    assert promise.started_at and promise.next_charge and promise.card_expires
    assert promise.subscription_id == f"sub_{session_of(gift)}"
    assert Receipt.objects.get().donation == gift
    kinds = Acknowledgement.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["promise_started", "thank_you"]


def test_every_charge_is_a_gift_of_its_own_credited_to_the_same_source(
    memory_stripe: MemoryStripe,
) -> None:
    post = source(kind="post", key="p")
    promise = promised(memory_stripe, source=post)
    for _month in range(2):
        memory_stripe.renew(str(promise.subscription_id))
    heard(memory_stripe)
    heard(memory_stripe)
    gifts = promise.donations.order_by("pk")
    assert [(one.amount, one.state, one.last_name) for one in gifts] == [
        (25_00, "settled", "Rossi")
    ] * 3
    assert totals(post).cents == 75_00
    assert Receipt.objects.count() == 3
    assert Acknowledgement.objects.filter(kind="thank_you").count() == 3
    assert JournalEntry.objects.filter(origin__endswith=":fee").count() == 3


@pytest.mark.parametrize("backwards", [False, True])
def test_in_any_order_the_charges_are_there_once(
    memory_stripe: MemoryStripe, backwards: bool
) -> None:
    gift = begin(every="month").donation
    memory_stripe.pay_by_card(session_of(gift))
    promise = gift.promise
    assert promise
    invoice = memory_stripe.renew(f"sub_{session_of(gift)}")
    memory_stripe.give_back(invoice, 5_00)
    heard(memory_stripe, backwards=backwards)
    assert sorted(promise.donations.values_list("amount", "refunded_amount")) == [
        (25_00, 0),
        (25_00, 5_00),
    ]


def test_a_charge_uses_what_she_wrote_on_her_page_since(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    DonorDetails.objects.create(donor=promise.donor, first_name="Maria", last_name="Bianchi")
    memory_stripe.renew(str(promise.subscription_id))
    heard(memory_stripe)
    assert [gift.last_name for gift in promise.donations.order_by("pk")] == ["Rossi", "Bianchi"]


def test_one_that_failed_and_recovers_is_active_again(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    invoice = memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    promise.refresh_from_db()
    assert promise.state == State.FAILING and promise.open_invoice == invoice
    assert Acknowledgement.objects.get(kind="payment_failed").state == "due"
    memory_stripe.settle_invoice(invoice)
    heard(memory_stripe)
    promise.refresh_from_db()
    assert (promise.state, promise.open_invoice, promise.repair_url) == (State.ACTIVE, "", "")
    assert promise.donations.count() == 2


def test_after_stripes_own_tries_the_last_mail_and_the_end(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    invoice = memory_stripe.fail(str(promise.subscription_id))
    memory_stripe.fail_again(invoice)
    heard(memory_stripe)
    memory_stripe.fail_again(invoice, last=True)
    memory_stripe.give_up(str(promise.subscription_id))
    heard(memory_stripe)
    promise.refresh_from_db()
    assert (promise.state, promise.end_reason) == (State.ENDED, "unpaid")
    states = dict(Acknowledgement.objects.values_list("kind", "state"))
    assert states["payment_failed"] == states["payment_given_up"] == "due"
    assert states["promise_ended"] == "skipped"  # the last mail has said it
    assert promise.donations.count() == 1


def test_the_last_mail_says_that_it_is_over_and_how_to_begin_again(
    memory_stripe: MemoryStripe,
) -> None:
    promise = promised(memory_stripe)
    invoice = memory_stripe.fail(str(promise.subscription_id))
    memory_stripe.fail_again(invoice, last=True)
    memory_stripe.give_up(str(promise.subscription_id))
    heard(memory_stripe)
    acknowledging.write_due()
    mail = Message.objects.get(kind="payment_given_up")
    link = "/dona/?fondo=generale&importo=25&frequenza=mese"
    assert "Con questo il tuo dono ricorrente è finito" in mail.body_text
    assert link in mail.body_text and link.replace("&", "&amp;") in mail.body_html
    for private in ("maria", "rossi"):
        assert private not in mail.body_text.split("/dona/")[1].split()[0].lower()


def test_one_that_goes_on_after_the_last_try_ends_in_a_mail_of_its_own(
    memory_stripe: MemoryStripe,
) -> None:
    promise = promised(memory_stripe)
    invoice = memory_stripe.fail(str(promise.subscription_id))
    memory_stripe.fail_again(invoice, last=True)
    heard(memory_stripe)
    acknowledging.write_due()
    mail = Message.objects.get(kind="payment_given_up")
    assert "è finito" not in mail.body_text and "Ricominciarlo" not in mail.body_text
    memory_stripe.give_up(str(promise.subscription_id))
    heard(memory_stripe)
    assert Acknowledgement.objects.get(kind="promise_ended").state == "due"


def test_the_bank_that_wants_to_hear_from_her_is_a_mail_of_its_own(
    memory_stripe: MemoryStripe,
) -> None:
    promise = promised(memory_stripe)
    memory_stripe.fail(str(promise.subscription_id), confirm=True)
    heard(memory_stripe)
    assert Acknowledgement.objects.filter(kind="payment_confirm", state="due").count() == 1


def test_an_older_look_changes_nothing_any_more(memory_stripe: MemoryStripe) -> None:
    from donations.services import promises

    promise = promised(memory_stripe)
    before = memory_stripe.subscriptions[str(promise.subscription_id)]
    began = timezone.now()
    memory_stripe.fail(str(promise.subscription_id))
    heard(memory_stripe)
    promises.follow(promise=promise.pk, told=before, began=began)
    promise.refresh_from_db()
    assert promise.state == State.FAILING


def test_a_second_subscription_goes_to_a_person(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    session = session_of(promise.donations.get())
    memory_stripe.subscriptions["sub_other"] = replace(
        memory_stripe.subscriptions[str(promise.subscription_id)], id="sub_other"
    )
    memory_stripe.sessions[session] = replace(
        memory_stripe.sessions[session], subscription="sub_other"
    )
    memory_stripe.learn_fee(session)
    heard(memory_stripe)
    assert StripeEvent.objects.filter(state="failed").exists()


def test_a_debit_that_the_bank_refuses_leaves_no_second_promise(
    memory_stripe: MemoryStripe,
) -> None:
    began: dict[str, Any] = {"every": "month"}
    first = begin(**began)
    memory_stripe.promise_debit(session_of(first.donation))
    heard(memory_stripe)
    memory_stripe.refuse_debit(session_of(first.donation))
    heard(memory_stripe)
    again = begin(form_token=first.donation.form_token, **began)
    assert again.url == again.donation.get_absolute_url()
    assert len(memory_stripe.orders) == 1


def test_given_once_after_all_there_is_no_promise(memory_stripe: MemoryStripe) -> None:
    first = begin(every="month").donation
    gift = begin(form_token=first.form_token).donation
    assert gift.promise is None and not RecurringDonation.objects.exists()
    assert memory_stripe.orders[session_of(gift)].every == ""


def test_what_it_brings_by_month_is_what_the_ledger_says(memory_stripe: MemoryStripe) -> None:
    """What goes back counts in the month in which it does, not in that of its gift."""
    now, begun = memory_stripe.now, timezone.now() - timedelta(days=65)
    memory_stripe.now = begun
    gift = promised(memory_stripe).donations.get()
    memory_stripe.now = now
    memory_stripe.give_back(session_of(gift), 10_00)
    heard(memory_stripe)
    rows = {row["month"]: (row["number"], row["cents"]) for row in months()}
    here = timezone.localdate().replace(day=1)
    then = timezone.localdate(begun).replace(day=1)
    assert (rows[then], rows[here]) == ((1, 25_00), (0, -10_00))


def test_what_was_lost_is_found_by_asking_for_the_charges(memory_stripe: MemoryStripe) -> None:
    promise = promised(memory_stripe)
    RecurringDonation.objects.update(next_charge=timezone.now() - timedelta(days=1))
    memory_stripe.renew(str(promise.subscription_id))
    memory_stripe.events.clear()
    sweep()
    assert promise.donations.filter(state="settled").count() == 2
