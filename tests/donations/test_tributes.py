"""Gifts in somebody's honour or memory: the form, the card at its hour, changed, stopped, forgotten."""

import re
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from area_support import entered
from donations.models import Acknowledgement, Donation, Tribute
from donations.services import acknowledging, erasure_requests, guarding, own_data, tributes
from donations.services.acknowledging import write_due
from donations.services.by_hand import today
from donations.services.tributes import Wish
from form_support import open_fund, typed
from giving_support import begin, session_of
from mail.models import Attachment, Message
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from people.limits import Limit
from treasury_support import member, tell

pytestmark = pytest.mark.django_db
FORM = "/dona/"
State = Tribute.State
SOON = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
FOR_ROSA = {
    "dedica": "onore",
    "dedicato": "Nonna Rosa",
    "per_chi": "Lucia",
    "per_mail": "Lucia@example.org",
    "biglietto": "Ci hai insegnato\nil pane condiviso.",
}


def day_in(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def give(stripe: MemoryStripe, *, came: bool = True, **changes: Any) -> Donation:
    """From the form to the books."""
    open_fund()
    answer = Client().post(FORM, typed(**{**FOR_ROSA, **changes}))
    assert answer.status_code == 303, re.findall(r'class="errore"[^>]*>[^<]+', answer.text)
    gift = Donation.objects.latest("pk")
    if came:
        stripe.pay_by_card(session_of(gift))
        tell(stripe)
        gift.refresh_from_db()
    return gift


def card_of(gift: Donation) -> Tribute:
    return Tribute.objects.select_related("donation").get(donation=gift)


def duty_of(gift: Donation) -> Acknowledgement:
    return Acknowledgement.objects.get(donation=gift, kind=tributes.CARD)


def its_hour_comes(gift: Donation) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Acknowledgement.objects.filter(donation=gift, kind=tributes.CARD).update(next_at=past)


def cards_sent() -> list[Any]:
    write_due()
    send_due()
    return [one for one in mail.outbox if "cartolina per te" in one.subject]


def test_the_card_leaves_once_the_gift_is_here_at_its_hour_and_once(
    memory_stripe: MemoryStripe,
) -> None:
    gift = give(memory_stripe, came=False, giorno=day_in(3), ora="18:30")
    assert tributes.state_of(card_of(gift)) == State.WAITING
    assert not Acknowledgement.objects.filter(kind=tributes.CARD).exists()
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    tell(memory_stripe)
    tribute = card_of(gift)
    assert tributes.state_of(tribute) == State.PLANNED
    assert duty_of(gift).next_at == tribute.due_at
    here = timezone.localtime(tribute.due_at)
    assert (here.date(), here.time()) == (today() + timedelta(days=3), time(18, 30))
    assert not cards_sent()
    thanks = next(one for one in mail.outbox if one.to == ["anna@example.org"])
    for part in (thanks.body, thanks.alternatives[0][0]):
        assert "in onore di Nonna Rosa" in part and "18.30" in part
    its_hour_comes(gift)
    (sent,) = cards_sent()
    assert len(cards_sent()) == 1
    assert tributes.state_of(card_of(gift)) == State.SENT
    assert sent.to == ["lucia@example.org"] and sent.reply_to != ["anna@example.org"]


def test_what_the_recipient_reads(memory_stripe: MemoryStripe) -> None:
    give(memory_stripe)
    (sent,) = cards_sent()  # no day: at once
    for part in (sent.body, sent.alternatives[0][0]):
        text = " ".join(re.sub(r"<[^>]+>", " ", part).split())
        assert "Lucia" in text and "Anna Esempio ha fatto un dono in onore di Nonna Rosa." in text
        assert "Ci hai insegnato" in text and "il pane condiviso." in text
        assert "30 giorni" in text and "/privacy/" in part  # art. 14 GDPR
        assert not re.search(r"50[,.]00|50\s€|€50", text) and "anna@example.org" not in text
    raw = message_from_bytes(sent.message().as_bytes())
    picture, file = [part for part in raw.walk() if part.get_content_type() == "image/jpeg"]
    assert file.get_content_disposition() == "attachment"  # to be kept
    assert (
        picture["Content-ID"] == "<cartolina.jpg>"
        and 'src="cid:cartolina.jpg"' in (sent.alternatives[0][0])
    )
    assert picture.get_payload(decode=True)[:2] == b"\xff\xd8"


@pytest.mark.parametrize(
    "name", ["Massimiliano Alessandro Bonaventura de’ Medici-Borghese", "李雷"]
)
def test_every_name_has_a_picture(memory_stripe: MemoryStripe, name: str) -> None:
    give(memory_stripe, dedicato=name, dedica="memoria")
    (sent,) = cards_sent()
    assert f"in memoria di {name}." in sent.body


@pytest.mark.parametrize(
    ("fields", "target", "told"),
    [
        ({"dedicato": ""}, "dedicato", "Scrivi di chi"),
        ({"dedicato": "Vinci su premi.com"}, "dedicato", "senza indirizzi"),
        ({"per_chi": "www.premi.it"}, "per_chi", "senza indirizzi"),
        ({"dedicato": "x" * 81}, "dedicato", "troppo lungo"),
        ({"per_mail": ""}, "per_mail", "dove va la cartolina"),
        ({"per_mail": "lucia"}, "per_mail", "chiocciola"),
        ({"biglietto": "guarda https://premi.example"}, "biglietto", "senza link"),
        ({"biglietto": "guarda premi.top/x"}, "biglietto", "senza link"),
        ({"biglietto": "x" * 501}, "biglietto", "troppo lungo"),
        ({"ora": "10:00"}, "giorno", "anche il giorno"),
        ({"giorno": "domani"}, "giorno", "31/12/2026"),
        ({"giorno": "9999-12-31"}, "giorno", "entro un anno"),
        ({"giorno": "2020-01-01"}, "giorno", "entro un anno"),
        ({"giorno": day_in(1), "ora": "25:00"}, "ora", "09:30"),
        ({"frequenza": "mese"}, "dedicato", "una volta"),
    ],
)
def test_what_is_amiss_is_said_and_what_was_typed_stays(
    memory_stripe: MemoryStripe, fields: dict[str, str], target: str, told: str
) -> None:
    open_fund()
    answer = Client().post(FORM, typed(**{**FOR_ROSA, **fields}))
    page = answer.content.decode()
    assert answer.status_code == 422 and not Donation.objects.exists()
    assert told in page and f'href="#{target}"' in page
    assert "il pane condiviso." in page or "biglietto" in fields
    assert re.search(r"<details[^>]* open>\s*<summary>In onore o in memoria", page)


def test_words_need_no_card_and_a_full_stop_is_no_link(memory_stripe: MemoryStripe) -> None:
    blank = dict.fromkeys(("per_chi", "per_mail", "biglietto"), "")
    gift = give(memory_stripe, dedicato="S. Giovanni", **blank)
    assert tributes.state_of(card_of(gift)) == State.NO_CARD
    assert not cards_sent()
    give(memory_stripe, biglietto="Auguri. Ti penso...\nS.Giovanni, l’alba alle 5.30!")
    assert len(cards_sent()) == 1


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # skipped
        (date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # twice
        (date(2027, 7, 1), time(9), datetime(2027, 7, 1, 7, tzinfo=UTC)),
    ],
)
def test_the_hour_is_the_clocks_here(
    memory_stripe: MemoryStripe, day: date, at: time, utc: datetime
) -> None:
    gift = begin().donation
    wish = Wish("honour", "Rosa", email="lucia@example.org", day=day, at=at)
    tributes.dedicate(gift=gift, wish=wish)
    tribute = card_of(gift)
    assert tribute.due_at == utc
    assert tribute.planned and bool(tribute.planned.oddity) == (at == time(2, 30))


def test_an_hour_that_is_past_when_the_gift_comes_means_at_once(
    memory_stripe: MemoryStripe,
) -> None:
    gift = give(memory_stripe, came=False, giorno=day_in(3))
    Tribute.objects.update(due_at=timezone.now() - timedelta(days=2))
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    assert len(cards_sent()) == 1


def test_a_form_sent_again_says_what_holds_until_it_is_paid(memory_stripe: MemoryStripe) -> None:
    open_fund()
    data = typed(**FOR_ROSA)
    Client().post(FORM, data)
    Client().post(FORM, {**data, "dedicato": "Piero", "dedica": "memoria"})
    gift = Donation.objects.get()
    assert (card_of(gift).kind, card_of(gift).honouree) == ("memory", "Piero")
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    Client().post(FORM, data)  # the address of a form that was sent may be opened by anybody
    assert card_of(gift).honouree == "Piero"


def test_what_was_typed_comes_back_after_the_payment_was_given_up(
    memory_stripe: MemoryStripe,
) -> None:
    open_fund()
    client = Client()
    client.post(FORM, typed(**FOR_ROSA, giorno=day_in(3), ora="18:30"))
    gift = Donation.objects.get()
    page = client.get(FORM, {"annullato": gift.public_id}).content.decode()
    for value in ("Nonna Rosa", "lucia@example.org", "il pane condiviso.", day_in(3), "18:30"):
        assert value in page


def test_a_gift_that_went_back_sends_no_card(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, giorno=day_in(3))
    memory_stripe.give_back(session_of(gift), gift.amount)
    tell(memory_stripe)
    assert tributes.state_of(card_of(gift)) == State.STOPPED
    its_hour_comes(gift)
    assert not cards_sent() and duty_of(gift).state == "skipped"
    with pytest.raises(tributes.TooLate):
        tributes.send_now(tribute=card_of(gift))


def test_who_gave_changes_it_until_it_leaves(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, giorno=day_in(3))
    anna = entered(gift.donor)
    page = reverse("area:tribute", args=[gift.public_id])
    assert page in anna.get("/dona/area/").content.decode()
    assert "il pane condiviso." in anna.get(page).content.decode()
    other = {**FOR_ROSA, "dedicato": "Zia Pia", "per_mail": "ugo@example.org", "per_chi": "Ugo"}
    wrong = anna.post(page, {**other, "giorno": "2020-01-01"})
    assert wrong.status_code == 422 and "Zia Pia" in wrong.content.decode()
    assert anna.post(page, {**other, "giorno": day_in(5), "ora": "07:15"}).status_code == 303
    tribute = card_of(gift)
    assert duty_of(gift).next_at == tribute.due_at
    assert timezone.localtime(tribute.due_at).date() == today() + timedelta(days=5)
    its_hour_comes(gift)
    (sent,) = cards_sent()
    assert sent.to == ["ugo@example.org"] and "Zia Pia" in sent.body and "Lucia" not in sent.body
    late = anna.post(page, other)
    assert late.status_code == 409 and "partita" in late.content.decode()
    assert anna.post(reverse("area:tribute_stop", args=[gift.public_id])).status_code == 409
    assert len(cards_sent()) == 1


def test_who_gave_stops_it(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, giorno=day_in(3))
    anna = entered(gift.donor)
    assert anna.post(reverse("area:tribute_stop", args=[gift.public_id])).status_code == 303
    its_hour_comes(gift)
    Acknowledgement.objects.filter(kind=tributes.CARD).update(state="due")  # even then
    assert not cards_sent()
    assert tributes.state_of(card_of(gift)) == State.STOPPED


def test_stopped_before_the_gift_comes_it_stays_stopped(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, came=False)
    tributes.stop(tribute=card_of(gift))
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    assert not cards_sent()


@pytest.mark.parametrize("what", ["change", "stop", "forget"])
def test_who_writes_it_at_that_moment_loses(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The mail is being written with the old words: it is never born."""
    gift = give(memory_stripe, giorno=day_in(3))
    its_hour_comes(gift)
    draw, done = acknowledging.KINDS[tributes.CARD], []

    def meanwhile(duty: Acknowledgement) -> Any:
        drawn = draw(duty)
        if not done:
            done.append(what)
            wish = Wish("memory", "Piero", email="ugo@example.org")
            {
                "change": lambda: tributes.change(tribute=card_of(gift), wish=wish),
                "stop": lambda: tributes.stop(tribute=card_of(gift)),
                "forget": lambda: tributes.forget_of(donor=gift.donor),
            }[what]()
        return drawn

    monkeypatch.setitem(acknowledging.KINDS, tributes.CARD, meanwhile)
    sent = cards_sent()
    assert [one.to for one in sent] == ([["ugo@example.org"]] if what == "change" else [])


@pytest.mark.parametrize("step", ["claimed", "drawn", "written"])
def test_killed_between_two_steps_it_leaves_once(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whoever dies leaves the lease behind; another one goes on when it is over."""
    gift = give(memory_stripe, giorno=day_in(3))
    its_hour_comes(gift)

    class Killed(BaseException):
        pass

    def die(*args: Any, **kwargs: Any) -> None:
        raise Killed

    where = {"claimed": "KINDS", "drawn": "compose", "written": "finish"}[step]
    with monkeypatch.context() as patched:
        patched.setattr(acknowledging, where, {tributes.CARD: die} if step == "claimed" else die)
        with pytest.raises(Killed):
            write_due()
    assert not Message.objects.filter(kind=tributes.CARD).exists()
    assert not cards_sent()  # the lease is still somebody's
    Acknowledgement.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert len(cards_sent()) == 1
    assert tributes.state_of(card_of(gift)) == State.SENT


def test_two_workers_write_one_mail(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hangs past its lease and wakes up when the other has written it."""
    gift = give(memory_stripe, giorno=day_in(3))
    its_hour_comes(gift)
    draw, hung = acknowledging.KINDS[tributes.CARD], []

    def slow(duty: Acknowledgement) -> Any:
        if not hung:
            hung.append(duty)
            Acknowledgement.objects.filter(pk=duty.pk).update(
                lease_until=timezone.now() - timedelta(seconds=1)
            )
            write_due()
        return draw(duty)

    monkeypatch.setitem(acknowledging.KINDS, tributes.CARD, slow)
    assert len(cards_sent()) == 1
    assert Message.objects.filter(kind=tributes.CARD).count() == 1
    assert duty_of(gift).state == "done"


def test_the_treasury_sees_stops_and_sends(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, giorno=day_in(3))
    elio = member(roles.TREASURY)
    page = reverse("treasury:donation", args=[gift.public_id])
    decide = reverse("treasury:decide_tribute", args=[gift.public_id])
    seen = elio.get(page).content.decode()
    assert "Nonna Rosa" in seen and "Pianificat" in seen and "lucia@example.org" not in seen
    elio.post(decide, {"scelta": "ferma"})
    assert tributes.state_of(card_of(gift)) == State.STOPPED
    assert "Fermat" in elio.get(page).content.decode()
    elio.post(decide, {"scelta": "manda"})
    elio.post(decide, {"scelta": "manda"})
    assert len(cards_sent()) == 1
    message = duty_of(gift).mail
    assert message
    shown = elio.get(reverse("treasury:mail_body", args=[message.pk]))
    assert 'src="data:image/jpeg;base64,/9j/' in shown.content.decode()
    assert "cid:" not in shown.content.decode() and "cid:cartolina.jpg" in message.body_html
    assert "img-src data:;" in shown["Content-Security-Policy"]
    again = reverse("treasury:send_again", args=[message.pk])
    token = str(uuid4())
    for _click in range(2):
        elio.post(again, {"foglio": token})
    send_due()
    copies = [one for one in mail.outbox if one.to == ["lucia@example.org"]]
    assert [one.subject.startswith("Copia: ") for one in copies] == [False, True]


def test_the_recipient_is_forgotten_after_thirty_days(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe)
    cards_sent()
    now = timezone.now()
    assert tributes.forget_recipients(now=now + timedelta(days=29)) == 0
    kept = Attachment.objects.get(message__kind=tributes.CARD)
    storage: Storage = kept.file.storage
    assert tributes.forget_recipients(now=now + timedelta(days=31)) == 1
    assert tributes.forget_recipients(now=now + timedelta(days=31)) == 0
    tribute, message = card_of(gift), Message.objects.get(kind=tributes.CARD)
    assert (tribute.email, tribute.recipient, tribute.message) == ("", "", "")
    assert "ucia" not in f"{message.to}{message.body_text}{message.body_html}"
    assert not Attachment.objects.filter(message=message).exists() and storage
    assert tributes.state_of(tribute) == State.SENT
    elio = member(roles.TREASURY)
    elio.post(reverse("treasury:send_again", args=[message.pk]), {"foglio": str(uuid4())})
    assert Message.objects.filter(kind=tributes.CARD).count() == 1
    assert elio.get(reverse("treasury:mail", args=[message.pk])).status_code == 200
    page = elio.get(reverse("treasury:donation", args=[gift.public_id])).content.decode()
    assert "cancellati" in page


def test_what_still_has_to_leave_is_not_forgotten(memory_stripe: MemoryStripe) -> None:
    planned = give(memory_stripe, giorno=day_in(60))
    later = timezone.now() + timedelta(days=31)
    assert tributes.forget_recipients(now=later) == 0
    assert tributes.state_of(card_of(planned)) == State.PLANNED


def test_recipients_go_with_the_donor(memory_stripe: MemoryStripe) -> None:
    sent = give(memory_stripe)
    cards_sent()
    planned = give(memory_stripe, giorno=day_in(3))
    assert "lucia@example.org" in str(own_data.of(donor=sent.donor))
    erasure_requests.ask(donor=sent.donor, language="it")
    request = sent.donor.erasure_requests.get()
    erasure_requests.answer(request=request, words="Fatto.", by=None)
    assert not Tribute.objects.exclude(email="", recipient="", message="").exists()
    assert "lucia@example.org" not in str(own_data.of(donor=sent.donor))
    its_hour_comes(planned)
    assert len(cards_sent()) == 1


def test_a_gift_nobody_completed_is_deleted_with_its_card(memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, came=False)
    gift.consents.all().delete()
    gift.delete()
    assert not Tribute.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"honouree": ""},
        {"kind": "other"},
        {"due_at": None},
        {"email": ""},
        {"forgotten_at": SOON},
    ],
)
def test_the_database_refuses_half_a_card(
    memory_stripe: MemoryStripe, wrong: dict[str, Any]
) -> None:
    gift = give(memory_stripe, came=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tribute.objects.filter(donation=gift).update(**wrong)


def test_nobody_is_written_to_by_many(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever fills the form again and again cannot plan cards for one address without end."""
    monkeypatch.setattr(guarding, "RUSH", Limit("t-rush", 60, 15))  # however fast
    open_fund()
    client = Client()
    answers = [
        client.post(FORM, typed(**{**FOR_ROSA, "email": f"uno{number}@example.org"})).status_code
        for number in range(11)
    ]
    assert answers == [303] * 10 + [429]


def held_up(stripe: MemoryStripe) -> Donation:
    """Its card's hour came while the bank had the money; the dispute is won by now."""
    gift = give(stripe, giorno=day_in(3))
    dispute = stripe.dispute(session_of(gift), gift.amount)
    tell(stripe)
    its_hour_comes(gift)
    assert not cards_sent() and duty_of(gift).state == "skipped"
    assert not tributes.held_up().exists()  # the bank still decides
    stripe.decide_dispute(session_of(gift), dispute, "won")
    tell(stripe)
    return gift


def test_a_card_that_waited_for_a_dispute_is_asked_about_on_the_desk(
    memory_stripe: MemoryStripe,
) -> None:
    gift = held_up(memory_stripe)
    treasurer, desk = member(roles.TREASURY), reverse("treasury:desk")
    assert "Una cartolina aspettava una contestazione" in treasurer.get(desk).content.decode()
    address = reverse("treasury:decide_tribute", args=[gift.public_id])
    treasurer.post(address, {"scelta": "manda"})
    assert "Una cartolina aspettava" not in treasurer.get(desk).content.decode()
    write_due()
    send_due()
    assert len(cards_sent()) == 1
    again = treasurer.post(address, {"scelta": "lascia"}, follow=True).content.decode()
    assert "La cartolina è partita" in again or "ferm" in again
    assert tributes.state_of(card_of(gift)) == State.SENT


def test_one_that_makes_no_sense_any_more_is_left(memory_stripe: MemoryStripe) -> None:
    gift = held_up(memory_stripe)
    address = reverse("treasury:decide_tribute", args=[gift.public_id])
    member(roles.TREASURY).post(address, {"scelta": "lascia"})
    assert not tributes.held_up().exists()
    card = card_of(gift)
    assert card.stopped_at and card.stopped_by
    write_due()
    assert not cards_sent()


def test_its_recipient_is_kept_as_long_as_somebody_has_to_decide(
    memory_stripe: MemoryStripe,
) -> None:
    gift = held_up(memory_stripe)
    now = timezone.now()
    assert tributes.forget_recipients(now=now + timedelta(days=60)) == 0
    assert tributes.forget_recipients(now=now + timedelta(days=200)) == 1
    assert not tributes.held_up().exists() and card_of(gift).email == ""
