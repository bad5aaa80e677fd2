"""What Django and Wagtail mail by themselves (a page's approval, a new password): rows like all
others. Nobody who clicks waits for a mail server, and a change that is undone mails nothing."""

from collections.abc import Sequence
from email.utils import parseaddr
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import get_language

from mail import services
from mail.models import Message


class Queue(BaseEmailBackend):
    """Django's EMAIL_BACKEND. The worker sends the rows through MAIL_TRANSPORT."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for email in email_messages:
            for address in email.recipients():
                _freeze(email, parseaddr(address)[1])
        return len(email_messages)


def _freeze(email: EmailMessage, to: str) -> None:
    formatted = email.alternatives if isinstance(email, EmailMultiAlternatives) else []
    html = [content for content, kind in formatted if kind == "text/html"]
    services.freeze(
        key=f"{Message.STAFF}:{uuid4().hex}",
        kind=Message.STAFF,
        to=to,
        language=get_language() or settings.LANGUAGE_CODE,
        subject=str(email.subject),
        text=str(email.body),
        html=str(html[0]) if html else "",
    )
