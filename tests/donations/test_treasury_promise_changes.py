"""Whoever telephones has it done for her: as on her own page, once, with who did it."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from donations.models import PromiseChange, RecurringDonation
from donations.services import own_data
from donations.services.acknowledging import write_due
from giving_support import promised
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db
State = RecurringDonation.State
PHONE = "al telefono"


@pytest.fixture
def promise(memory_stripe: MemoryStripe) -> RecurringDonation:
    return promised(memory_stripe)


@pytest.fixture
def treasurer() -> Client:
    return member(roles.TREASURY, first_name="Elio", last_name="Conti")


def at(promise: RecurringDonation, act: str) -> str:
    return reverse("treasury:change_promise", args=[promise.public_id, act])


def page(client: Client, promise: RecurringDonation) -> str:
    address = reverse("treasury:promise", args=[promise.public_id])
    return client.get(address).content.decode().replace("\xa0", " ")


def send(client: Client, promise: RecurringDonation, act: str, **data: Any) -> Any:
    sheet = {"chiave": str(uuid.uuid4()), "nota": PHONE}
    answer = client.post(at(promise, act), sheet | data, follow=True)
    promise.refresh_from_db()
    return answer


def kept(stripe: MemoryStripe, promise: RecurringDonation) -> Any:
    return stripe.subscriptions[str(promise.subscription_id)]


def test_another_amount_reaches_stripe_the_donor_and_the_story(
    treasurer: Client,
    promise: RecurringDonation,
    memory_stripe: MemoryStripe,
    mailoutbox: list[Any],
) -> None:
    assert "Quando lo chiede a noi" in page(treasurer, promise)
    assert 'value="25"' in treasurer.get(at(promise, "importo")).content.decode()
    answer = send(treasurer, promise, "importo", cifra="40").content.decode()
    assert "chi dona ha una mail" in answer
    assert promise.amount == kept(memory_stripe, promise).amount == 40_00
    row = promise.changes.get()
    assert row.by and row.by.last_name == "Conti" and row.note == PHONE
    story = page(treasurer, promise)
    assert "Elio Conti" in story and f"come ha chiesto: {PHONE}" in story
    assert ModelLogEntry.objects.filter(action="donations.promise_changed").count() == 1
    write_due()
    send_due()
    (mail,) = [one for one in mailoutbox if "è cambiato come volevi" in one.subject]
    assert "40,00" in mail.body and "lo abbiamo fatto noi" in mail.body
    (told,) = own_data.of(donor=promise.donor)["recurring_gifts"][0]["changes"]
    assert told["done_for_her"] == PHONE


def test_sent_twice_it_is_done_once(
    treasurer: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    sheet = str(uuid.uuid4())
    for _click in range(2):
        send(treasurer, promise, "importo", chiave=sheet, cifra="40")
    assert PromiseChange.objects.count() == 1
    assert len([one for one in memory_stripe.calls if one.startswith("change")]) == 1
    assert ModelLogEntry.objects.filter(action="donations.promise_changed").count() == 1


def test_a_pause_and_its_end(
    treasurer: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    day = timezone.localdate() + timedelta(days=40)
    send(treasurer, promise, "pausa", giorno=f"{day:%d/%m/%Y}")
    assert promise.state == State.PAUSED
    assert timezone.localtime(kept(memory_stripe, promise).paused_until).date() == day
    assert treasurer.get(at(promise, "salta")).status_code == 302  # nothing to skip now
    send(treasurer, promise, "riprendi")
    assert promise.state == State.ACTIVE and not kept(memory_stripe, promise).paused


def test_one_charge_is_skipped(
    treasurer: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    send(treasurer, promise, "salta")
    assert promise.skipped_charge and kept(memory_stripe, promise).paused_until


def test_the_end_says_that_we_ended_it_for_the_donor(
    treasurer: Client,
    promise: RecurringDonation,
    memory_stripe: MemoryStripe,
    mailoutbox: list[Any],
) -> None:
    send(treasurer, promise, "ferma", motivo="money")
    assert (promise.state, promise.end_reason) == (State.ENDED, "office")
    assert kept(memory_stripe, promise).status == "canceled"
    row = promise.changes.get()
    assert (row.reason, row.note) == ("money", PHONE)
    story = page(treasurer, promise)
    assert "Fermato da noi, come chiesto da chi dona" in story
    assert "Quando lo chiede a noi" not in story
    write_due()
    send_due()
    assert any("strada" in one.subject for one in mailoutbox)
    for act in ("importo", "pausa", "salta", "riprendi", "ferma"):
        data = {"cifra": "30", "giorno": f"{timezone.localdate() + timedelta(days=9):%d/%m/%Y}"}
        answer = send(treasurer, promise, act, **data)
        assert "non si può più fare" in answer.content.decode()
    assert promise.changes.count() == 1


@pytest.mark.parametrize(
    ("act", "data", "sentence"),
    [
        ("importo", {"cifra": "25"}, "quello che dona già"),
        ("importo", {"cifra": "1"}, "2 €"),
        ("importo", {"cifra": ""}, "Scrivi il nuovo importo"),
        ("importo", {"cifra": "40", "nota": ""}, "Scrivi come l’ha chiesto"),
        ("pausa", {"giorno": "1/1/2020"}, "da domani"),
        ("pausa", {"giorno": ""}, "Scegli il giorno"),
        ("ferma", {"nota": " "}, "Scrivi come l’ha chiesto"),
    ],
)
def test_what_cannot_be_done_says_why(
    treasurer: Client, promise: RecurringDonation, act: str, data: dict[str, str], sentence: str
) -> None:
    answer = send(treasurer, promise, act, **data)
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("\xa0", " ")
    assert not promise.changes.exists() and promise.amount == 25_00


def test_a_silent_stripe_is_asked_again(
    treasurer: Client, promise: RecurringDonation, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.down = True
    answer = send(treasurer, promise, "importo", cifra="40")
    assert "richiesto da sé" in answer.content.decode()
    assert promise.changes.get().state == "asked" and promise.amount == 25_00


def test_the_coordination_only_reads(promise: RecurringDonation) -> None:
    reader = member(roles.COORDINATION)
    assert "Quando lo chiede a noi" not in page(reader, promise)
    assert reader.post(at(promise, "ferma"), {"nota": PHONE})["Location"] == "/admin/"
    assert not promise.changes.exists()
    assert member(roles.TREASURY).get(at(promise, "regala")).status_code == 404
