"""The mails that the file backend wrote: read back from `EMAIL_FILE_PATH`, never from our rows,
so that what is shown is what would have left."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from mail.shown import with_pictures

RULE = b"\n" + b"-" * 79 + b"\n"  # what the backend writes after each mail
NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]+\.log")
LATEST = 100


def is_open() -> bool:
    """Whether it may be read under /posta-di-prova/: where no mail leaves and nobody else can look."""
    return bool(settings.SANDBOX and settings.ON_LOOPBACK and settings.MAIL_IN_FILES)


@dataclass(frozen=True)
class Found:
    """One mail: the file's name and the mail's number in it are its address."""

    name: str
    number: int
    at: datetime
    mail: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"] or "")

    @property
    def to(self) -> str:
        return str(self.mail["To"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.mail.items()]

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def shown(self) -> str:
        """The formatted text with its pictures in it."""
        pictures = [
            (str(part["Content-ID"]).strip("<> "), part.get_content_type(), part.get_content())
            for part in self.mail.walk()
            if isinstance(part, EmailMessage) and part["Content-ID"]
        ]
        return with_pictures(self.html, pictures)

    @property
    def attachments(self) -> list[EmailMessage]:
        return [part for part in self.mail.iter_attachments() if isinstance(part, EmailMessage)]

    @property
    def file_names(self) -> list[str]:
        return [part.get_filename() or "—" for part in self.attachments]

    def _body(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        return str(part.get_content()) if part else ""


def latest() -> list[Found]:
    """The newest first."""
    files = [path for path in _folder().glob("*.log") if NAME.fullmatch(path.name)]
    files.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    return [found for path in files[:LATEST] for found in reversed(_read(path))][:LATEST]


def one(name: str, number: int) -> Found | None:
    """None for a name that the backend would not have written: no path can be smuggled in."""
    path = _folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    found = _read(path)
    return found[number] if number < len(found) else None


def _folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _read(path: Path) -> list[Found]:
    at = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    mails = [part for part in path.read_bytes().split(RULE) if part.strip()]
    return [
        Found(path.name, number, at, message_from_bytes(raw, policy=policy.default))
        for number, raw in enumerate(mails)
    ]
