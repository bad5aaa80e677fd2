"""A mail as it goes over the wire, where Django's own way of writing it is not good enough."""

from email.header import Header
from email.message import Message
from email.mime.image import MIMEImage
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart


class Wired(EmailMultiAlternatives):
    """Pictures that the formatted text shows stand beside it in multipart/related (RFC 2387), so that
    no mail program lists them as files; and a long subject begins on the line of its name: Django
    leaves that line empty, and some programs show the break."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pictures: list[MIMEImage] = []

    def show(self, name: str, content: bytes, content_type: str) -> None:
        """The formatted text speaks of it as `cid:` and its name."""
        picture = MIMEImage(content, content_type.partition("/")[2])
        picture.add_header("Content-ID", f"<{name}>")
        picture.add_header("Content-Disposition", "inline", filename=name)
        self.pictures.append(picture)

    def message(self) -> Any:  # type: ignore[override]
        whole = super().message()
        subject = str(self.subject)
        charset = None if subject.isascii() else "utf-8"
        # what Django refuses in a subject, it has refused by now
        whole.replace_header("Subject", Header(subject, charset, header_name="Subject"))
        return whole

    def _create_alternatives(self, msg: Any) -> Any:
        whole = super()._create_alternatives(msg)  # type: ignore[misc]
        if not self.pictures or not self.alternatives:
            return whole
        parts: list[Message] = whole.get_payload()
        together = SafeMIMEMultipart(
            "related", encoding=self.encoding or settings.DEFAULT_CHARSET, type="text/html"
        )
        for part in (parts[-1], *self.pictures):
            together.attach(part)
        parts[-1] = together
        return whole
