"""What the treasury hears the same minute, and what then stands on its desk."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from wagtail.users.models import UserProfile

from brand.templatetags.brand_tags import spell
from donations.models import ClosedDoor, Dispute, Donation, FraudWarning, GiftTry
from donations.services import alerting
from donations.services.guarding import key_of
from donations.treasury import desk_counts
from giving_support import session_of
from mail.models import Message
from memory_stripe import MemoryStripe
from people import roles
from people.models import User
from treasury_support import Cast, gifts, member, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


@pytest.fixture
def treasury() -> Client:
    client = member(roles.TREASURY, email="elio@example.org")
    elio = User.objects.get(email="elio@example.org")
    UserProfile.objects.create(user=elio, preferred_language="en")
    member(roles.TREASURY, email="ida@example.org")
    member(roles.TREASURY)  # has no address
    member(roles.COORDINATION, email="carla@example.org")
    member(roles.TREASURY, email="gone@example.org", is_active=False)
    return client


def alerts() -> list[Message]:
    return list(Message.objects.filter(kind=alerting.KIND).order_by("to"))


def test_a_dispute_is_told_to_each_in_their_language_once(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    alerting.tell()
    english, italian = alerts()
    assert (english.to, italian.to) == ("elio@example.org", "ida@example.org")
    assert english.state == Message.State.SENT
    assert "disputed: answer by" in english.subject
    assert "contestati: rispondi entro" in italian.subject
    assert "ora di Roma" in italian.body_text
    assert reverse("treasury:donation", args=[cast.settled.public_id]) in italian.body_text
    assert alerting.tell() == 0
    Dispute.objects.update(alert="needs_response")  # killed before the end of the duty
    alerting.tell()
    assert len(alerts()) == 2


def test_what_is_lost_before_anybody_was_told_asks_for_no_answer(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    session = session_of(cast.settled)
    disputed = memory_stripe.dispute(session, 50_00)
    tell(memory_stripe)
    memory_stripe.decide_dispute(session, disputed, "lost")
    tell(memory_stripe)
    alerting.tell()
    english, _italian = alerts()
    assert "has taken" in english.subject and "answer by" not in english.subject


def test_another_deadline_is_told_again(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    alerting.tell()
    row = Dispute.objects.get()
    assert row.answer_by
    row.answer_by, row.alert = row.answer_by + timedelta(days=5), "needs_response"
    row.save()
    alerting.tell()
    assert len(alerts()) == 4


def test_nobody_reads_who_gave(memory_stripe: MemoryStripe, cast: Cast, treasury: Client) -> None:
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    memory_stripe.warn(session_of(cast.refunded))
    tell(memory_stripe)
    alerting.tell()
    mails = list(alerts())
    assert len({mail.subject for mail in mails}) == 4  # two troubles in two languages
    for mail in mails:
        whole = mail.subject + mail.body_text + mail.body_html
        for word in ("Maria", "Rossi", "RSSMRA", "Elsa", "posta.example", "Via Roma"):
            assert word not in whole


def test_the_deadline_is_told_in_the_time_of_rome(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    due = Dispute.objects.get().answer_by
    assert due
    alerting.tell()
    assert f"{due.astimezone(ZoneInfo('Europe/Rome')):%H:%M}" in alerts()[1].subject


def test_an_inquiry_that_becomes_a_dispute_is_told_again(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    at = session_of(cast.settled)
    made = memory_stripe.dispute(at, 50_00, status="warning_needs_response")
    tell(memory_stripe)
    alerting.tell()
    assert "no money has moved" in alerts()[0].body_text
    memory_stripe.decide_dispute(at, made, "needs_response")
    tell(memory_stripe)
    alerting.tell()
    assert len(alerts()) == 4
    memory_stripe.decide_dispute(at, made, "won")
    tell(memory_stripe)
    assert alerting.tell() == 0


def test_a_debit_lost_at_once_is_told_and_asks_for_nothing(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.collect_debit(session_of(cast.processing))
    memory_stripe.dispute(session_of(cast.processing), 25_00, status="lost")
    tell(memory_stripe)
    alerting.tell()
    assert "Una banca ha ripreso" in alerts()[1].subject
    assert "da-decidere" not in alerts()[1].body_text


def test_the_desk_says_who_is_held_back_by_a_warning(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    now = timezone.now()
    held = {"mail": "m" * 32, "device": "d" * 32}
    key = key_of(cast.settled.form_token)[0]
    GiftTry.objects.create(key=key, first_at=now, at=now, state="passed", **held)
    memory_stripe.warn(session_of(cast.settled))
    tell(memory_stripe)
    until = ClosedDoor.objects.latest("until").until
    page = treasury.get(reverse("treasury:desk")).content.decode()
    with override("en"):
        assert f"Until {spell(until, 'j F Y, H:i')} we hold back" in page
    assert f'href="{reverse("treasury:abuse")}"' in page
    ClosedDoor.objects.update(lifted_at=now)
    assert "we hold back" not in treasury.get(reverse("treasury:desk")).content.decode()


def test_a_fraud_warning_stands_with_its_deadline_until_the_gift_goes_back(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.warn(session_of(cast.settled))
    tell(memory_stripe)
    row = FraudWarning.objects.get()
    assert row.act_by - row.opened_at == timedelta(hours=48)
    alerting.tell()
    assert "may be a fraud: decide by" in alerts()[0].subject
    page = treasury.get(reverse("treasury:desk")).content.decode()
    assert "may be a fraud" in page and "stolen card" in page
    assert "1 thing to decide" in treasury.get("/admin/").content.decode()
    assert "The first deadline is" in treasury.get("/admin/").content.decode()
    refund = reverse("treasury:refund", args=[cast.settled.public_id])
    assert f'href="{refund}?frode=1"' in page
    memory_stripe.give_back(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    assert not desk_counts.fraud_warnings().exists()


def test_a_warning_left_alone_leaves_the_desk(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.warn(session_of(cast.settled))
    tell(memory_stripe)
    row = FraudWarning.objects.get()
    address = reverse("treasury:leave_warning", args=[row.pk])
    treasury.post(address, {"scelta": "x"})
    assert desk_counts.fraud_warnings().exists()
    treasury.post(address, {"scelta": "lascia"})
    assert not desk_counts.fraud_warnings().exists()
    assert "already" in treasury.post(address, {"scelta": "lascia"}, follow=True).content.decode()


def test_a_warning_of_a_disputed_gift_gives_way_to_the_dispute(
    memory_stripe: MemoryStripe, cast: Cast
) -> None:
    memory_stripe.warn(session_of(cast.settled))
    tell(memory_stripe)
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    assert FraudWarning.objects.exists()
    assert not desk_counts.fraud_warnings().exists()
    assert desk_counts.disputes_to_answer().count() == 1
    assert Donation.objects.get(pk=cast.settled.pk).state == "disputed"


def test_one_that_cannot_be_told_does_not_stop_the_others(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client, monkeypatch
) -> None:
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    memory_stripe.warn(session_of(cast.refunded))
    tell(memory_stripe)
    FraudWarning.objects.update(alert="fraud")
    real = alerting._tell

    def broken(row, template):
        if template == "dispute_alert":
            raise ValueError
        real(row, template)

    monkeypatch.setattr(alerting, "_tell", broken)
    assert alerting.tell() == 1
    monkeypatch.undo()
    assert alerting.tell() == 1


def test_a_key_that_may_not_read_warnings_holds_up_no_euro(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    memory_stripe.hides_warnings = True
    memory_stripe.warn(session_of(cast.settled))
    memory_stripe.give_back(session_of(cast.settled), 5_00)
    tell(memory_stripe)
    cast.settled.refresh_from_db()
    assert cast.settled.refunded_amount == 5_00
    tell(memory_stripe)
    (event,) = desk_counts.stuck_events()
    assert event.type == "radar.early_fraud_warning.created"
    assert "PermissionError" in treasury.get(reverse("treasury:desk")).content.decode()
