"""A mail sent once more: a copy that says so, its receipt under a stamp, one however often clicked."""

import uuid
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader
from wagtail.models import ModelLogEntry

from donations.models import Receipt, SentAgain
from donations.services import inbox
from donations.services.acknowledging import write_due
from giving_support import process, session_of
from mail.models import Message
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import Cast, gifts, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(memory_stripe: MemoryStripe, mailoutbox: list[Any]) -> Cast:
    made = gifts(memory_stripe)
    send_due()
    mailoutbox.clear()
    return made


def again(client: Any, mail: Message, token: str) -> Any:
    address = reverse("treasury:send_again", args=[mail.pk])
    return client.post(address, {"foglio": token}, follow=True)


def test_a_copy_leaves_once_with_its_receipt_stamped(cast: Cast, mailoutbox: list[Any]) -> None:
    treasurer = member(roles.TREASURY, first_name="Elio", last_name="Conti")
    page = treasurer.get(reverse("treasury:mail", args=[cast.mail.pk])).content.decode()
    token = page.split('name="foglio" value="')[1].split('"')[0]
    for _click in range(2):
        assert "Una copia sta partendo" in again(treasurer, cast.mail, token).content.decode()
    send_due()
    (mail,) = mailoutbox
    first = Message.objects.get(pk=cast.mail.pk)
    assert mail.subject == f"Copia: {first.subject}" and mail.body == first.body_text
    name, paper, _kind = mail.attachments[0]
    assert name == f"ricevuta-{cast.receipt.label.replace('/', '-')}-duplicato.pdf"
    assert "DUPLICATO" in PdfReader(BytesIO(paper)).pages[0].extract_text()
    assert mail.extra_headers["Message-ID"] != first.message_id
    copy = SentAgain.objects.get()
    assert copy.by and copy.by.first_name == "Elio"
    assert ModelLogEntry.objects.filter(action="donations.mail_again").count() == 1
    story = treasurer.get(reverse("treasury:donation", args=[cast.settled.public_id]))
    assert f"Copia: {first.subject}" in story.content.decode()
    shown = treasurer.get(reverse("treasury:mail", args=[copy.mail_id])).content.decode()
    assert "Una copia che ha mandato" in shown and 'name="foglio"' not in shown
    assert treasurer.get(reverse("treasury:mail_body", args=[copy.mail_id])).status_code == 200
    kept = reverse("treasury:attachment", args=[copy.mail.attachments.get().pk])
    assert b"".join(treasurer.get(kept).streaming_content) == paper
    again(treasurer, cast.mail, str(uuid.uuid4()))  # another time it is another copy
    assert SentAgain.objects.count() == 2


def test_a_receipt_that_is_void_now_goes_out_as_void(
    cast: Cast, memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    memory_stripe.give_back(session_of(cast.settled), 50_00)
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    write_due()
    send_due()
    mailoutbox.clear()
    again(member(roles.TREASURY), cast.mail, str(uuid.uuid4()))
    send_due()
    assert mailoutbox[0].attachments[0][0].endswith("-annullata.pdf")


def test_what_cannot_be_sent_is_said(cast: Cast) -> None:
    treasurer = member(roles.TREASURY)
    assert "troppo vecchia" in again(treasurer, cast.mail, "x").content.decode()
    token = str(uuid.uuid4())
    Receipt.objects.filter(pk=cast.receipt.pk).get().file.storage.delete(cast.receipt.file.name)
    assert "Non si può rimandare" in again(treasurer, cast.mail, token).content.decode()
    Message.objects.filter(pk=cast.mail.pk).update(state="unknown", sent_at=None)
    page = treasurer.get(reverse("treasury:mail", args=[cast.mail.pk])).content.decode()
    assert 'name="foglio"' not in page
    assert not SentAgain.objects.exists()
    reader = member(roles.COORDINATION)
    address = reverse("treasury:send_again", args=[cast.mail.pk])
    assert reader.post(address, {"foglio": token})["Location"] == "/admin/"
