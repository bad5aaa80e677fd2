"""A mail that went out goes out once more, as a copy that says so."""

from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from donations.models import Acknowledgement, SentAgain, Statement, Tribute
from donations.receipts import DUPLICATE, render_statement
from donations.services import details, reprinting, tributes, yearly_statements
from donations.services.merging import mailbox
from mail.models import Message
from mail.services import freeze
from people.models import User

File = tuple[str, str, bytes]


class CannotSend(Exception):
    """It has not left yet, nobody can be written to, its paper is not what was stored, or it is
    overtaken by now."""


def can_be(mail: Message) -> bool:
    """Of a kind of which there are copies: a mail about a gift, a year's statement, a question for the
    codice fiscale. What lets somebody in, and what answers about an erasure, is never copied."""
    return any(hasattr(mail, name) for name in ("acknowledgement", "statement", "code_request"))


def send_again(*, first: Message, token: UUID, by: User) -> bool:
    """The words as they were sent, a paper under its stamp, to the address of now. One
    mail a `token`, however often the button is clicked: False when it had been. Raises CannotSend."""
    to = address_of(first)
    if first.state != Message.State.SENT or not (to and first.to) or _overtaken(first):
        raise CannotSend(first.key)
    files = _files(first)
    with translation.override(first.language):
        subject = gettext("Copy: %(subject)s") % {"subject": first.subject}
    duty: Acknowledgement | None = getattr(first, "acknowledgement", None)
    source = {"acknowledgement": duty} if duty else {"first": first}
    with transaction.atomic():
        message = freeze(
            key=f"again:{duty.pk}:{token}" if duty else f"again:mail:{first.pk}:{token}",
            kind=first.kind,
            to=to,
            language=first.language,
            subject=subject,
            text=first.body_text,
            html=first.body_html,
            attachments=files,
            reply_to=first.reply_to,
        )
        _row, made = SentAgain.objects.get_or_create(mail=message, defaults={**source, "by": by})
    return made


def address_of(first: Message) -> str:
    """ "" when nobody can be written to: a recipient is forgotten after some time."""
    if duty := getattr(first, "acknowledgement", None):
        if duty.kind == tributes.CARD:
            found = Tribute.objects.filter(donation=duty.donation).first()
            return found.email if found else ""
        return duty.donation.donor.email or ""
    about = getattr(first, "statement", None) or getattr(first, "code_request", None)
    if about is None:
        return ""
    donor = about.donor.kept or about.donor
    return mailbox(donor) if donor.erased_at is None else ""


def _overtaken(first: Message) -> bool:
    """A newer statement of that year has taken its place, or the code is known by now."""
    if one := getattr(first, "statement", None):
        newer = Statement.objects.told().filter(
            donor=one.donor_id,
            organisation=one.organisation,
            run__year=one.run.year,
            run__issuer=one.run.issuer,
            run__version__gt=one.run.version,
        )
        return newer.exists()
    if asked := getattr(first, "code_request", None):
        return bool(details.last_written(donor=asked.donor).codice_fiscale)
    return False


def _files(first: Message) -> list[File]:
    """What came with it; a receipt is a DUPLICATO from now on, or ANNULLATA, a statement a DUPLICATO."""
    duty: Acknowledgement | None = getattr(first, "acknowledgement", None)
    statement: Statement | None = getattr(first, "statement", None)
    receipt = duty.receipt if duty else None
    files: list[File] = []
    own = f"{reprinting.name(receipt)}.pdf" if receipt else ""
    for one in first.attachments.all():
        if receipt and one.name == own:
            paper = reprinting.stamped(receipt=receipt)
            if paper is None:
                raise CannotSend(own)
            files.append((f"{paper[0]}.pdf", one.content_type, paper[1]))
        elif statement and one.content_type == "application/pdf":
            files.append((*_renamed(one.name), _stamped(statement)))
        else:
            with one.file.open("rb") as file:
                files.append((one.name, one.content_type, bytes(file.read())))
    return files


def _renamed(name: str) -> tuple[str, str]:
    return f"{name.removesuffix('.pdf')}-{DUPLICATE.lower()}.pdf", "application/pdf"


def _stamped(statement: Statement) -> bytes:
    """Drawn from the same data as the stored file, which must be there as it was."""
    if yearly_statements.stored(statement=statement) is None:
        raise CannotSend(str(statement.pk))
    return render_statement(statement.data, stamp=DUPLICATE)
