"""One way to make a mail, one way to send it. A mail that may have left is never sent again by
itself: it waits, `unknown`, for a person."""

import hashlib
import logging
import time
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac

from brand.models import BrandSettings
from mail import transport
from mail.models import Attachment, Message, Sender
from mail.wire import Wired
from outbox.services import LeaseLost, backoff, claim, expired, finish

State = Message.State
LEASE = timedelta(minutes=5)  # many times EMAIL_TIMEOUT, which bounds each step of a sending
RUN = 20.0  # seconds after which a run begins no other mail
TURN = timedelta(minutes=1)  # a run and one mail that hangs; who is killed keeps the others so long
REST = timedelta(seconds=30)  # after the server did not answer
# stands for `secret_of` in a mail's words until it leaves: whoever reads the row reads this
SECRET = "il-codice-sta-solo-nella-mail"  # noqa: S105  the place of one
GIVE_UP_AFTER = 75  # attempts, about three days

log = logging.getLogger(__name__)


class Decided(Exception):
    """Somebody else was quicker, or the mail does not wait for a decision."""


def compose(
    *,
    key: str,
    kind: str,
    to: str,
    language: str,
    template: str,
    context: dict[str, Any],
    attachments: Iterable[tuple[str, str, bytes]] = (),
    reply_to: str = "",
) -> Message:
    """Renders `<template>/{subject.txt,body.txt,body.html}` in `language` and freezes the mail.

    The same `key` gives the mail that exists already. `attachments`: (name, content type, bytes).
    `reply_to` is where answers go; without one they go where the mail came from.
    May be called inside the caller's transaction; nothing is sent here.
    """
    found = Message.objects.filter(key=key).first()
    if found:
        return found
    subject, text, html = rendered(template, context, language)
    return freeze(
        key=key,
        kind=kind,
        to=to,
        language=language,
        subject=subject,
        text=text,
        html=html,
        attachments=attachments,
        reply_to=reply_to,
    )


def rendered(template: str, context: dict[str, Any], language: str) -> tuple[str, str, str]:
    """Subject, text and formatted text, as `compose` freezes them."""
    with translation.override(language):
        subject = " ".join(_plain(f"{template}/subject.txt", context).split())
        text = _plain(f"{template}/body.txt", context).strip() + "\n"
        html = render_to_string(f"{template}/body.html", context)
    return subject, text, html


def freeze(
    *,
    key: str,
    kind: str,
    to: str,
    language: str,
    subject: str,
    text: str,
    html: str = "",
    attachments: Iterable[tuple[str, str, bytes]] = (),
    reply_to: str = "",
) -> Message:
    """A mail whose words stand already; as `compose` in everything else."""
    with transaction.atomic():
        message, made = Message.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "to": to,
                "reply_to": reply_to,
                "language": language,
                "subject": subject[:250],
                "body_text": text,
                "body_html": html,
                "message_id": _message_id(),
                "headers": {"Auto-Submitted": "auto-generated", "From": _sender()},
                "next_at": timezone.now(),
            },
        )
        if made:
            for name, content_type, content in attachments:
                _attach(message, name, content_type, content)
    return message


def send_due(*, limit: int = 50) -> int:
    """Sends what is due, one at a time and one process at a time; returns how many it tried.

    A server that is away or hangs costs one mail's wait, not the queue's: the run ends there, and
    nobody asks again for REST. Otherwise every worker would stand in line and the posts with them.
    """
    reconcile()
    if not _waiting().filter(next_at__lte=timezone.now()).exists():
        return 0
    turn = _turn()
    if turn is None:
        return 0
    rest = REST
    try:
        tried, answered = _work(_waiting(), limit)
        rest = timedelta() if answered else REST
    finally:
        with suppress(LeaseLost):
            finish(turn, next_at=timezone.now() + rest)
    return tried


def send_urgent(*, kind: str) -> int:
    """Sends what is due of this kind, past the others and their turn; returns how many it tried."""
    return _work(_waiting().filter(kind=kind), limit=50)[0]


def _waiting() -> QuerySet[Message]:
    """Not what was emptied while somebody tried to send it."""
    return Message.objects.filter(state__in=[State.QUEUED, State.RETRY_WAIT]).exclude(to="")


def _turn() -> Sender | None:
    Sender.objects.get_or_create(pk=1, defaults={"next_at": timezone.now()})
    expired(Sender.objects.all()).update(lease_token=None, lease_until=None)
    return next(iter(claim(Sender.objects.all(), limit=1, lease=TURN)), None)


def _work(waiting: QuerySet[Message], limit: int) -> tuple[int, bool]:
    """How many were tried, and whether the server answered to the last."""
    until = time.monotonic() + RUN
    for tried in range(limit):
        taken = claim(waiting, limit=1, lease=LEASE, state=State.SENDING)
        if not taken:
            return tried, True
        if not _send(taken[0]):
            return tried + 1, False
        if time.monotonic() >= until:
            return tried + 1, True
    return limit, True


def reconcile() -> int:
    """Who sent these died on the way, before or after the server took them: a person decides."""
    return expired(Message.objects.filter(state=State.SENDING)).update(
        state=State.UNKNOWN,
        next_at=None,
        lease_token=None,
        lease_until=None,
        last_error="the sending process ended before it could say what happened",
    )


def decide(*, message: Message, sent: bool) -> Message:
    """A person knows better: "è partita" (`sent`) or "rimanda". A refused mail can be sent again.

    Raises Decided when there is nothing (any more) to decide.
    """
    now = timezone.now()
    fields: dict[str, Any] = (
        {"state": State.SENT, "sent_at": now, "next_at": None}
        if sent
        else {"state": State.QUEUED, "next_at": now, "attempts": 0}
    )
    states = [State.UNKNOWN] if sent else [State.UNKNOWN, State.FAILED]
    waiting = Message.objects.filter(pk=message.pk, state__in=states).exclude(to="")  # forgotten
    if not waiting.update(**fields):
        raise Decided(message.key)
    message.refresh_from_db()
    return message


def email_of(message: Message) -> Wired:
    """The mail as it goes over the wire: always the same for the same row."""
    headers = {"Message-ID": message.message_id, **message.headers}
    secret = secret_of(message.key)
    email = Wired(
        subject=message.subject,
        body=message.body_text.replace(SECRET, secret),
        from_email=headers.pop("From", None),  # mails of the first days have none: the setting's
        to=[message.to],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=headers,
    )
    if message.body_html:
        email.attach_alternative(message.body_html.replace(SECRET, secret), "text/html")
    for attachment in message.attachments.all():
        with attachment.file.open("rb") as file:
            content = file.read()
        if f"cid:{attachment.name}" in message.body_html:
            email.show(attachment.name, content, attachment.content_type)
        # also as a file, to be kept: programs do not list what the text shows
        email.attach(attachment.name, content, attachment.content_type)
    return email


def secret_of(key: str) -> str:
    """What the mail of this key brings in the place of SECRET. It can be made again for every try,
    and neither the database nor who reads the mail on the staff's side has it."""
    return salted_hmac("mail.secret", key, algorithm="sha256").hexdigest()


def _send(message: Message) -> bool:
    """Whether the server answered."""
    answered = True
    try:
        transport.deliver(email_of(message))
        outcome: dict[str, Any] = {"state": State.SENT, "sent_at": timezone.now()}
        if message.kind == Message.STAFF:  # may hold the link to a new password: not kept
            outcome |= {"body_text": "", "body_html": ""}
    except transport.NotSent as error:
        outcome = _later(message, str(error))
        answered = not isinstance(error, transport.Unreachable)
    except transport.Refused as error:
        outcome = {"state": State.FAILED, "last_error": str(error)}
    except transport.Unknown as error:
        outcome = {"state": State.UNKNOWN, "last_error": str(error)}
        answered = False
    except OSError as error:  # an attachment's file cannot be read now
        outcome = _later(message, str(error))
    log.info("mail %s", outcome["state"], extra={"mail": message.pk, "kind": message.kind})
    try:
        finish(message, **outcome)
    except LeaseLost:
        # meanwhile it was put down as unknown; that it left is proof enough
        if outcome["state"] == State.SENT:
            Message.objects.filter(pk=message.pk, state=State.UNKNOWN).update(**outcome)
    return answered


def _later(message: Message, error: str) -> dict[str, Any]:
    if message.attempts >= GIVE_UP_AFTER:
        return {"state": State.FAILED, "last_error": error}
    return {
        "state": State.RETRY_WAIT,
        "next_at": timezone.now() + backoff(message.attempts),
        "last_error": error,
    }


def _plain(template: str, context: dict[str, Any]) -> str:
    """Text is not markup: nothing is escaped."""
    return get_template(template).template.render(Context(context, autoescape=False))  # type: ignore[attr-defined]


def _sender() -> str:
    """The network by its name, whoever installed it; the address is the environment's."""
    return formataddr((" ".join(BrandSettings.load().name.split()), _address()))


def _address() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _message_id() -> str:
    domain = _address().rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4().hex}@{domain}>"


def _attach(message: Message, name: str, content_type: str, content: bytes) -> None:
    """The file is written first: a transaction that fails leaves an orphan, never a row without."""
    attachment = Attachment(
        message=message,
        name=name,
        content_type=content_type,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    attachment.file.save(f"{uuid.uuid4().hex}.bin", ContentFile(content), save=False)
    attachment.save()
