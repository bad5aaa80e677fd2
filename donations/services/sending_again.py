"""A mail that went out goes out once more, as a copy that says so."""

from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from donations.models import Acknowledgement, SentAgain, Tribute
from donations.services import reprinting, tributes
from mail.models import Message
from mail.services import freeze
from people.models import User

File = tuple[str, str, bytes]


class CannotSend(Exception):
    """It has not left yet, nobody can be written to, or its paper is not what was stored."""


def send_again(*, duty: Acknowledgement, token: UUID, by: User) -> bool:
    """The words as they were sent, the receipt under its stamp, to the address of now. One
    mail a `token`, however often the button is clicked: False when it had been. Raises CannotSend."""
    first, to = duty.mail, address_of(duty)
    if first is None or first.state != Message.State.SENT or not (to and first.to):
        raise CannotSend(duty.key)
    files = _files(duty, first)
    with translation.override(first.language):
        subject = gettext("Copy: %(subject)s") % {"subject": first.subject}
    with transaction.atomic():
        message = freeze(
            key=f"again:{duty.pk}:{token}",
            kind=first.kind,
            to=to,
            language=first.language,
            subject=subject,
            text=first.body_text,
            html=first.body_html,
            attachments=files,
            reply_to=first.reply_to,
        )
        _row, made = SentAgain.objects.get_or_create(
            mail=message, defaults={"acknowledgement": duty, "by": by}
        )
    return made


def address_of(duty: Acknowledgement) -> str:
    """ "" when nobody can be written to: a recipient is forgotten after some time."""
    if duty.kind == tributes.CARD:
        found = Tribute.objects.filter(donation=duty.donation).first()
        return found.email if found else ""
    return duty.donation.donor.email or ""


def _files(duty: Acknowledgement, first: Message) -> list[File]:
    """What came with it; a receipt is a DUPLICATO from now on, or ANNULLATA."""
    files: list[File] = []
    own = f"{reprinting.name(duty.receipt)}.pdf" if duty.receipt else ""
    for one in first.attachments.all():
        if duty.receipt and one.name == own:
            paper = reprinting.stamped(receipt=duty.receipt)
            if paper is None:
                raise CannotSend(own)
            files.append((f"{paper[0]}.pdf", one.content_type, paper[1]))
        else:
            with one.file.open("rb") as file:
                files.append((one.name, one.content_type, bytes(file.read())))
    return files
