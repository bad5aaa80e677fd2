"""Her recurring gifts on her own page: every change reaches Stripe once, and only hers."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from area_support import entered
from brand.templatetags.brand_tags import spell
from donations.models import Acknowledgement, PromiseChange, RecurringDonation
from donations.services import changing, inbox
from donations.services.acknowledging import write_due
from giving_support import MARIA, begin, process, promised, session_of
from mail.services import send_due
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db
State = RecurringDonation.State
DOINGS = ("promise_amount", "promise_pause", "promise_skip", "promise_resume", "promise_end")


@pytest.fixture
def promise(memory_stripe: MemoryStripe) -> RecurringDonation:
    return promised(memory_stripe)


@pytest.fixture
def her(promise: RecurringDonation) -> Client:
    return entered(promise.donor)


def at(promise: RecurringDonation, name: str = "promise") -> str:
    return reverse(f"area:{name}", args=[promise.public_id])


def send(her: Client, promise: RecurringDonation, name: str, **data: Any) -> Any:
    answer = her.post(at(promise, name), {"chiave": str(uuid.uuid4()), **data})
    promise.refresh_from_db()
    return answer


def test_another_amount_counts_from_the_next_charge_on(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    answer = send(her, promise, "promise_amount", cifra="40")
    assert answer.status_code == 303 and promise.amount == 40_00
    assert memory_stripe.subscriptions[str(promise.subscription_id)].amount == 40_00
    memory_stripe.renew(str(promise.subscription_id))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    assert sorted(promise.donations.values_list("amount", flat=True)) == [25_00, 40_00]
    write_due()
    send_due()
    assert any(
        "40,00" in one.body and "è cambiato come volevi" in one.subject for one in mailoutbox
    )


def test_a_form_sent_twice_is_one_change(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    key = str(uuid.uuid4())
    for _click in range(2):
        her.post(at(promise, "promise_amount"), {"chiave": key, "cifra": "40"})
    assert PromiseChange.objects.count() == 1
    changes = [one for one in memory_stripe.calls if one.startswith("change")]
    assert len(changes) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("1", "2 €"), ("molto", "cifra"), ("", "Scrivi quanto"), ("25", "già l’importo che doni")],
)
def test_an_amount_we_cannot_take_says_why(
    her: Client, promise: RecurringDonation, typed: str, sentence: str
) -> None:
    answer = send(her, promise, "promise_amount", cifra=typed)
    assert answer.status_code == 422 and sentence in answer.content.decode().replace("\xa0", " ")
    assert promise.amount == 25_00


def test_a_pause_ends_on_its_day_and_the_first_charge_after_it_is_told(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    day = timezone.localdate() + timedelta(days=75)
    send(her, promise, "promise_pause", giorno=day.isoformat())
    assert promise.state == State.PAUSED
    assert timezone.localtime(promise.paused_until).date() == day
    told = memory_stripe.subscriptions[str(promise.subscription_id)]
    assert told.paused_until == promise.paused_until
    first = promise.first_charge
    assert first and promise.paused_until and first >= promise.paused_until
    assert first - promise.paused_until < timedelta(days=32)
    send(her, promise, "promise_resume")
    assert promise.state == State.ACTIVE and promise.first_charge == promise.next_charge


def test_a_day_that_was_is_no_pause(her: Client, promise: RecurringDonation) -> None:
    answer = send(her, promise, "promise_pause", giorno=timezone.localdate().isoformat())
    assert answer.status_code == 422 and promise.state == State.ACTIVE


def test_skipping_once_leaves_out_one_charge(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    send(her, promise, "promise_skip")
    until, due = promise.paused_until, promise.next_charge
    assert until and due and timedelta(0) < until - due < timedelta(days=2)
    assert promise.first_charge and promise.first_charge > until
    assert promise.skipped_charge == due
    page = her.get(at(promise)).content.decode()
    skipped, following = (spell(day, "j F Y") for day in (due, promise.first_charge))
    assert (
        f"L’addebito del {skipped} è saltato" in page and f"Il prossimo è il {following}." in page
    )
    assert "In pausa" not in page and "Un addebito saltato" in page
    assert send(her, promise, "promise_skip").status_code == 409  # it is skipped already


def test_two_clicks_end_it(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    assert "Ferma" in her.get(at(promise, "promise_end")).content.decode()
    send(her, promise, "promise_end", motivo="money")
    assert (promise.state, promise.end_reason) == (State.ENDED, "donor")
    assert memory_stripe.subscriptions[str(promise.subscription_id)].status == "canceled"
    assert promise.changes.get().reason == "money"
    assert Acknowledgement.objects.filter(kind="promise_ended", state="due").count() == 1
    write_due()
    send_due()
    assert any("25,00" in one.body and "strada" in one.subject for one in mailoutbox)
    assert send(her, promise, "promise_amount", cifra="30").status_code == 409


def test_a_debit_that_is_on_its_way_is_told_when_it_ends(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = begin(every="month", amount=12_50).donation
    memory_stripe.promise_debit(session_of(gift))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    promise = RecurringDonation.objects.get()
    her = entered(promise.donor)
    asked = her.get(at(promise, "promise_end")).content.decode().replace("\xa0", " ")
    assert "sta già addebitando 12,50 €" in asked
    send(her, promise, "promise_end")
    after = her.get(at(promise) + "?done=cancel").content.decode().replace("\xa0", " ")
    assert promise.state == State.ENDED and "sta già addebitando 12,50 €" in after
    write_due()
    send_due()
    ended = next(one for one in mailoutbox if "strada" in one.subject)
    said = ended.body.replace("\xa0", " ")
    assert "sta già addebitando 12,50 €" in said and "0,00" not in said


def test_of_a_break_and_its_end_only_what_holds_is_told(
    her: Client, promise: RecurringDonation, mailoutbox: list[Any]
) -> None:
    day = timezone.localdate() + timedelta(days=60)
    send(her, promise, "promise_pause", giorno=day.strftime("%d/%m/%Y"))
    send(her, promise, "promise_resume")
    write_due()
    send_due()
    changed = [one for one in mailoutbox if "è cambiato come volevi" in one.subject]
    assert len(changed) == 1 and "La pausa è finita" in changed[0].body


def test_what_stripe_does_not_answer_is_asked_again_and_done_once(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.mute = True  # it is done, and the answer gets lost
    answer = send(her, promise, "promise_amount", cifra="40")
    assert "done=" not in answer["Location"] and promise.amount == 25_00
    assert "preso nota" in her.get(at(promise)).content.decode()
    memory_stripe.mute = False
    PromiseChange.objects.update(next_at=timezone.now())
    changing.ask_stripe()
    promise.refresh_from_db()
    assert promise.amount == 40_00 and PromiseChange.objects.get().state == "done"


def test_of_two_that_wait_the_older_one_is_asked_first(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.down = True
    send(her, promise, "promise_amount", cifra="40")
    send(her, promise, "promise_amount", cifra="50")
    memory_stripe.down = False
    PromiseChange.objects.update(next_at=timezone.now())
    changing.ask_stripe()
    promise.refresh_from_db()
    assert promise.amount == 50_00


def test_the_card_is_changed_on_stripes_page_and_charged_from_then_on(
    her: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    answer = her.post(at(promise, "promise_card"))
    assert answer["Location"] == f"https://billing.stripe.test/{promise.customer_id}"
    memory_stripe.another_card(str(promise.subscription_id), "pm_9999")
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    changing.ask_stripe()
    promise.refresh_from_db()
    assert promise.method_reference == "9999"
    assert memory_stripe.subscriptions[str(promise.subscription_id)].wanted == ""
    assert promise.changes.get().kind == "card"


def test_nobody_reaches_the_promise_of_somebody_else(
    promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    from dataclasses import replace

    other = promised(memory_stripe, donor=replace(MARIA, email="anna@example.org"))
    stranger = entered(other.donor)
    assert stranger.get(at(promise)).status_code == 404
    assert stranger.get(at(promise, "promise_end")).status_code == 404
    for name in (*DOINGS, "promise_card"):
        data = {"chiave": str(uuid.uuid4()), "cifra": "40", "giorno": "2027-01-01"}
        assert stranger.post(at(promise, name), data).status_code == 404
    assert not PromiseChange.objects.exists()
    assert str(promise.public_id) not in stranger.get(reverse("area:page")).content.decode()


def test_who_has_not_entered_is_sent_to_the_door(promise: RecurringDonation) -> None:
    for name in ("promise", *DOINGS, "promise_card"):
        answer = Client().post(at(promise, name))
        assert answer.status_code == 303 and answer["Location"].startswith("/dona/area/?")


def test_months_that_lack_the_day_take_their_last_one() -> None:
    promise = RecurringDonation(
        interval="month",
        state=State.ACTIVE,
        started_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
        next_charge=datetime(2026, 2, 28, 12, tzinfo=UTC),
    )
    days = [promise.charge_after(steps).strftime("%m-%d") for steps in range(4)]
    assert days == ["02-28", "03-31", "04-30", "05-31"]
