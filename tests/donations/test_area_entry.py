"""The way into the donor's page: by mail, once, for half an hour; and nobody learns who gives."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from area_support import PAGE, ask, entered, link
from donations.models import Donor, DonorSession, EntryLink, EntryRequest
from donations.services import entering
from giving_support import begin
from mail.models import Message
from mail.services import SECRET
from memory_stripe import MemoryStripe
from treasury_support import Cast, gifts, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


def test_the_link_opens_once_and_looking_at_it_uses_nothing_up(cast: Cast) -> None:
    client = Client()
    ask(client, cast.settled.donor.email.upper())
    there = link()
    for _scanner in range(3):
        assert "Entra" in Client().get(there).content.decode()
        Client().head(there)
    assert client.post(there).status_code == 303
    assert cast.receipt.label in client.get(PAGE).content.decode()
    for late in (client.post(there), client.get(there)):
        assert late.status_code == 410 and "non si apre più" in late.content.decode()


def test_the_answer_is_the_same_whether_or_not_anybody_gives_from_there(cast: Cast) -> None:
    told = []
    for email in (cast.settled.donor.email, "nobody@example.org"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            answer = Client().post(PAGE, {"email": email})
        page = Client().get(answer["Location"])
        told.append((answer.status_code, answer["Location"], len(queries), page.status_code))
        assert not mail.outbox and email not in page.content.decode()
    assert told[0] == told[1]
    before = Message.objects.count()
    assert entering.write_due() == 2
    assert Message.objects.count() == before + 1 and len(mail.outbox) == 1
    assert not EntryRequest.objects.exists()  # the address of who gave nothing is not kept


def test_who_only_began_a_gift_has_no_page(memory_stripe: MemoryStripe) -> None:
    gift = begin().donation
    ask(Client(), gift.donor.email)
    assert not mail.outbox and not EntryLink.objects.exists()


def test_the_link_stands_nowhere_but_in_the_mail(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ask(Client(), cast.settled.donor.email)
    token = link().rstrip("/").rpartition("/")[2]
    assert len(token) == 64 and token not in caplog.text
    assert cast.settled.donor.email not in caplog.text
    kept = Message.objects.get(kind=entering.KIND)
    assert SECRET in kept.body_text and SECRET in kept.body_html
    assert token not in kept.body_text + kept.body_html + kept.key
    sent = mail.outbox[-1]
    assert SECRET not in sent.body + sent.alternatives[0][0]  # type: ignore[attr-defined]
    assert token in sent.alternatives[0][0]  # type: ignore[attr-defined]
    assert EntryLink.objects.get().digest != token


def test_it_goes_past_the_other_mails(cast: Cast) -> None:
    ask(Client(), cast.settled.donor.email)
    assert [one.subject for one in mail.outbox] == ["Il link per i tuoi doni"]
    assert Message.objects.filter(state=Message.State.QUEUED).exists()


def test_a_link_and_a_session_end(cast: Cast) -> None:
    donor = cast.settled.donor
    client = entered(donor)
    ask(Client(), donor.email)
    there = link()
    EntryLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(there).status_code == 410
    DonorSession.objects.update(until=timezone.now() - timedelta(seconds=1))
    answer = client.get("/dona/area/copia/")
    assert answer.status_code == 303 and answer["Location"] == f"{PAGE}?scaduta"
    assert "La tua ora è finita" in client.get(answer["Location"]).content.decode()
    entering.forget_over()
    assert not EntryLink.objects.exists() and not DonorSession.objects.exists()


def test_leaving_ends_the_session_and_not_only_the_cookie(cast: Cast) -> None:
    client = entered(cast.settled.donor)
    stolen = client.cookies["area"].value
    assert client.post(f"{PAGE}esci/").status_code == 303
    other = Client()
    other.cookies["area"] = stolen
    for one in (client, other):
        assert cast.receipt.label not in one.get(PAGE).content.decode()


def test_the_cookie_is_closed_to_scripts_and_no_login(cast: Cast, settings: Any) -> None:
    settings.BEHIND_HTTPS = True
    client = entered(cast.settled.donor)
    cookie = client.cookies["area"]
    assert cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Lax"
    assert cookie["path"] == "/dona/" and int(cookie["max-age"]) == 3600
    assert client.get("/admin/").status_code == 302
    altered = Client()
    altered.cookies["area"] = cookie.value[:-1] + ("a" if cookie.value[-1] != "a" else "b")
    assert cast.receipt.label not in altered.get(PAGE).content.decode()
    staff = member("Tesoreria")
    assert "Mandami il link" in staff.get(PAGE).content.decode()


def test_nobody_asks_without_end(cast: Cast) -> None:
    donor = cast.settled.donor
    answers = [Client().post(PAGE, {"email": donor.email}).status_code for _try in range(7)]
    assert answers == [303] * 5 + [429] * 2
    late = Client().post(PAGE, {"email": donor.email})
    assert int(late["Retry-After"]) and "Troppi tentativi" in late.content.decode()
    many = [Client().post(PAGE, {"email": f"u{n}@example.org"}).status_code for n in range(20)]
    assert many[-1] == 429


@pytest.mark.parametrize("typed", ["", "anna", "anna@example", "a b@example.org"])
def test_what_is_no_address_is_told(db: None, typed: str) -> None:
    answer = Client().post(PAGE, {"email": typed})
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert not EntryRequest.objects.exists()


def test_one_that_cannot_be_written_waits_and_stops_nobody(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = entering.compose

    def breaks(**words: Any) -> Any:
        if words["to"] == "elsa@posta.example":
            raise RuntimeError("no template for elsa@posta.example")
        return real(**words)

    monkeypatch.setattr(entering, "compose", breaks)
    for email in ("elsa@posta.example", cast.settled.donor.email):
        Client().post(PAGE, {"email": email})
    assert entering.write_due() == 2
    assert [one.to for one in mail.outbox] == [[cast.settled.donor.email]]
    waiting = EntryRequest.objects.get()
    assert waiting.next_at and "elsa@" not in waiting.last_error
    assert EntryLink.objects.count() == 1
    monkeypatch.setattr(entering, "compose", real)
    EntryRequest.objects.update(next_at=timezone.now())
    assert entering.write_due() == 1 and mail.outbox[-1].to == ["elsa@posta.example"]


def test_in_english_for_who_reads_english(cast: Cast) -> None:
    client = Client(headers={"accept-language": "en"})
    assert "Send me the link" in client.get(PAGE).content.decode()
    ask(client, cast.settled.donor.email)
    assert mail.outbox[-1].subject == "Your link to your gifts"
    client.post(link())
    page = client.get(PAGE).content.decode()
    assert (
        "Gifts and receipts" in page and "It has arrived" in page and "Doni e ricevute" not in page
    )


def test_form_thanks_and_mail_lead_here(cast: Cast, client: Client) -> None:
    for address in ("/dona/", cast.settled.get_absolute_url()):
        assert f'href="{PAGE}"' in client.get(address).content.decode(), address
    thanks = Message.objects.get(kind="thank_you", acknowledgement__donation=cast.settled)
    assert PAGE in thanks.body_text and PAGE in thanks.body_html


def test_donors_are_not_users(cast: Cast) -> None:
    client = entered(cast.settled.donor)
    assert "_auth_user_id" not in client.session and Donor.objects.count() == 2


def test_a_slip_in_the_mail_is_asked_about_before_a_link_goes_nowhere(cast: Cast) -> None:
    client = Client()
    answer = client.post(PAGE, {"email": "maria@gmial.com"})
    assert answer.status_code == 422 and "maria@gmail.com" in answer.content.decode()
    assert not EntryRequest.objects.exists()
    again = {"email": "maria@gmial.com", "mail_vista": "maria@gmial.com"}
    assert client.post(PAGE, again).status_code == 303 and EntryRequest.objects.exists()
