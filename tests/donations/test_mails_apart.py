"""The mails that hang on no gift: read as they were sent, sent again as a copy, told in their true state."""

import uuid
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from donations.models import CodeRequest, ErasureRequest, SentAgain, StatementRun
from donations.services import (
    asking_codes,
    erasing,
    erasure_requests,
    merging,
    sending_again,
    yearly_statements,
)
from donations.services.by_hand import today
from giving_support import MARIA
from mail.forgetting import delete_files
from mail.models import Message
from mail.services import send_due
from mail.storage import private_storage
from people import roles
from people.models import User
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
LAST = timezone.now().year - 1
ELSA = replace(MARIA, email="elsa@posta.example", first_name="Elsa", codice_fiscale="")


@pytest.fixture
def run() -> StatementRun:
    """One statement, whose mail is written."""
    by_hand(method="bank_transfer", thanks=False, amount=20_00, day=date(LAST, 3, 10))
    made = yearly_statements.start(year=LAST, by=None)
    yearly_statements.work(seconds=600)
    for sample in made.statements.filter(sample=True):
        yearly_statements.see(statement=sample)
    yearly_statements.release(run=made, by=None)
    yearly_statements.work(seconds=600)
    made.refresh_from_db()
    return made


@pytest.fixture
def treasurer() -> Client:
    return member(roles.TREASURY, first_name="Elio", last_name="Conti")


def mail_of(run: StatementRun) -> Message:
    found = run.statements.get().mail
    assert found
    return found


def shown(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(f"treasury:{name}", args=args)).content.decode()


def again(client: Client, mail: Message, token: str) -> str:
    address = reverse("treasury:send_again", args=[mail.pk])
    return client.post(address, {"foglio": token}, follow=True).content.decode()


def test_a_statement_leaves_again_once_under_its_stamp(
    run: StatementRun, treasurer: Client, mailoutbox: list[Any]
) -> None:
    send_due()
    mailoutbox.clear()
    mail, statement = mail_of(run), run.statements.get()
    page = shown(treasurer, "mail", mail.pk)
    token = page.split('name="foglio" value="')[1].split('"')[0]
    for _click in range(2):
        assert "Una copia sta partendo" in again(treasurer, mail, token)
    send_due()
    (copy,) = mailoutbox
    assert copy.subject == f"Copia: {mail.subject}" and copy.body == mail.body_text
    name, paper, _kind = copy.attachments[0]
    assert name == f"riepilogo-{LAST}-duplicato.pdf"
    assert "DUPLICATO" in PdfReader(BytesIO(paper)).pages[0].extract_text()
    row = SentAgain.objects.get()
    assert row.first == mail and row.by and row.by.last_name == "Conti"
    assert "Una copia che ha mandato" in shown(treasurer, "mail", row.mail_id)
    story = shown(treasurer, "donor", statement.donor.public_id)
    assert reverse("treasury:mail", args=[mail.pk]) in story
    assert reverse("treasury:mail", args=[row.mail_id]) in story


def test_an_overtaken_or_altered_statement_is_not_sent_again(
    run: StatementRun, treasurer: Client
) -> None:
    send_due()
    mail, statement = mail_of(run), run.statements.get()
    statement.file.storage.delete(statement.file.name)
    assert "Non si può rimandare" in again(treasurer, mail, str(uuid.uuid4()))
    assert not SentAgain.objects.exists()


@pytest.mark.parametrize(
    ("state", "word", "desk"),
    [
        ("queued", "In attesa", False),
        ("sent", "", False),
        ("unknown", "non è partita, o nessuno sa", True),
        ("failed", "non è partita, o nessuno sa", True),
    ],
)
def test_the_run_says_what_became_of_each_mail(
    run: StatementRun, treasurer: Client, state: str, word: str, desk: bool
) -> None:
    mail = mail_of(run)
    sent_at = timezone.now() if state == "sent" else None
    Message.objects.filter(pk=mail.pk).update(state=state, sent_at=sent_at)
    page = shown(treasurer, "statement_run", run.pk)
    assert str(Message.State(state).label) in page and "Mail scritta" not in page
    assert ("nessuno sa se è partita" in page) == desk
    assert ("Tutti scritti, non tutti mandati" in page) == (state != "sent")
    assert reverse("treasury:mail", args=[mail.pk]) in page
    one = reverse("treasury:statement_run", args=[run.pk])
    assert (
        run.statements.get().name
        in treasurer.get(one, {"stato": f"posta-{state}"}).content.decode()
    )


def test_a_question_for_the_code_leaves_again_until_it_is_answered(
    treasurer: Client, mailoutbox: list[Any]
) -> None:
    gift = by_hand(method="bank_transfer", thanks=False, amount=9_00, day=today(), donor=ELSA)
    asked = CodeRequest.objects.create(
        donor=gift.donor, year=LAST, language="it", next_at=timezone.now()
    )
    asking_codes.write_due()
    send_due()
    mailoutbox.clear()
    asked.refresh_from_db()
    assert asked.mail and asked.mail.subject in shown(treasurer, "mail", asked.mail.pk)
    assert "Una copia sta partendo" in again(treasurer, asked.mail, str(uuid.uuid4()))
    send_due()
    assert [one.subject for one in mailoutbox] == [f"Copia: {asked.mail.subject}"]
    assert asked.mail.subject in shown(treasurer, "donor", gift.donor.public_id)
    type(gift).objects.filter(pk=gift.pk).update(codice_fiscale="RSSMRA85T10A562S")
    assert "Non si può rimandare" in again(treasurer, asked.mail, str(uuid.uuid4()))
    assert SentAgain.objects.count() == 1


def test_answers_about_an_erasure_are_read_by_who_gives_them(treasurer: Client) -> None:
    donor = by_hand(method="bank_transfer", thanks=False, amount=9_00, day=today()).donor
    erasure_requests.ask(donor=donor, language="it")
    erasure_requests.answer(request=ErasureRequest.objects.get(), words="Non ancora.", by=None)
    send_due()
    mail = Message.objects.get(kind="erasure_answer")
    page = shown(treasurer, "mail", mail.pk)
    assert "Non ancora." in page and 'name="foglio"' not in page
    assert "Non si può rimandare" in again(treasurer, mail, str(uuid.uuid4()))
    assert reverse("treasury:mail", args=[mail.pk]) in shown(treasurer, "donor", donor.public_id)
    reader = member(roles.COORDINATION)
    assert reader.get(reverse("treasury:mail", args=[mail.pk])).status_code == 404
    Message.objects.filter(pk=mail.pk).update(to="")
    assert treasurer.get(reverse("treasury:mail", args=[mail.pk])).status_code == 404


def test_a_link_that_lets_somebody_in_is_never_shown(treasurer: Client) -> None:
    donor = by_hand(method="bank_transfer", thanks=False, amount=9_00, day=today()).donor
    mail = Message.objects.create(
        key="x",
        kind="entry_link",
        to=donor.email or "",
        language="it",
        subject="Entra",
        body_text="segreto",
        message_id="<x@x>",
    )
    assert treasurer.get(reverse("treasury:mail", args=[mail.pk])).status_code == 404
    assert treasurer.get(reverse("treasury:mail_body", args=[mail.pk])).status_code == 404
    again(treasurer, mail, str(uuid.uuid4()))
    assert not SentAgain.objects.exists()
    assert (
        "Entra"
        not in shown(treasurer, "donor", donor.public_id).split("sp-steps")[1].split("</ol>")[0]
    )


# --- erasing whom they were written to -----------------------------------------------------------


def emptied(rows: list[Message]) -> bool:
    fresh = Message.objects.filter(pk__in=[one.pk for one in rows])
    assert {one.subject for one in fresh} <= {"–", *(one.subject for one in fresh if one.to)}
    labels = ModelLogEntry.objects.filter(content_type__model="message").values_list(
        "label", flat=True
    )
    assert set(labels) <= {"–"}
    return not any(one.to or one.body_text or one.body_html for one in fresh)


def test_erasing_her_empties_the_copies_of_a_statement_mail(run: StatementRun) -> None:
    send_due()
    donor, elio = run.statements.get().donor, User.objects.create_user("elio")
    assert sending_again.send_again(first=mail_of(run), token=uuid.uuid4(), by=elio)
    send_due()
    copy = SentAgain.objects.get().mail
    log(instance=copy, action="donations.mail_decided")  # calls it by its subject
    paper = copy.attachments.get().file.name
    erasing.erase(donor=donor, reason="asked", by=None, tell=False)
    assert emptied([mail_of(run), copy]) and not copy.attachments.exists()
    delete_files()
    assert not private_storage().exists(paper)
    assert SentAgain.objects.get().by == elio  # that it was sent again stays, and by whom


def test_erasing_her_empties_copies_that_went_to_another_address() -> None:
    """They were one person when the copy left, and are two again when one is erased."""
    told = {"method": "bank_transfer", "thanks": False, "amount": 9_00, "day": today()}
    elsa, other = by_hand(**told, donor=ELSA).donor, by_hand(**told).donor
    CodeRequest.objects.create(donor=elsa, year=LAST, language="it", next_at=timezone.now())
    asking_codes.write_due()
    send_due()
    first, elio = CodeRequest.objects.get().mail, User.objects.create_user("elio")
    assert first
    both = merging.merge(kept=other, absorbed=elsa, by=elio)
    sending_again.send_again(first=first, token=uuid.uuid4(), by=elio)
    send_due()
    copy = SentAgain.objects.get().mail
    log(instance=first, action="donations.mail_again")
    assert (first.to, copy.to) == (elsa.email, other.email)
    merging.part(merge=both)
    beside = Message.objects.exclude(pk__in=[first.pk, copy.pk]).count()
    elsa.refresh_from_db()
    erasing.erase(donor=elsa, reason="asked", by=None, tell=False)
    assert emptied([first, copy]) and not CodeRequest.objects.exists()
    assert Message.objects.exclude(to="").count() == beside  # nobody else's
