"""Every mail to donors as a real mail server takes it: what spam filters and phones look at."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink

from donations.letters import defaults
from donations.services import letters
from donations.services.acknowledging import write_due
from mail.models import Message
from mail.services import freeze, send_due
from memory_stripe import MemoryStripe
from ports import free_port
from treasury_support import gifts

pytestmark = pytest.mark.django_db
EVERY = [(kind, language) for kind in letters.kinds() for language in letters.languages()]
LINE = 998  # RFC 5322 2.1.1, without the line's end
CLIPPED = 100_000  # bytes; Gmail hides what comes after
PDF = b"%PDF-1.7\r\n" + bytes(range(256)) * 20


class Post(Sink):
    """Keeps what it is given, byte for byte."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(envelope.original_content)
        return "250 taken"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    handler = Post()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.DEFAULT_FROM_EMAIL = "grazie@rete.example"
    yield handler
    controller.stop()


class Eye(HTMLParser):
    """Words and links as a reader finds them; the hidden line that mail lists show, apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: dict[str, str] = {}
        self.tags: set[str] = set()
        self.href = ""
        self.hidden: re.Match[str] | None = re.search(r'(?s)display:none[^>]*">(.*?)</div>', html)
        self.feed(
            re.sub(r"(?s)<style>.*?</style>|<title>.*?</title>|display:none.*?</div>", "", html)
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.href = dict(attrs)["href"] or ""
            self.links[self.href] = ""

    def handle_endtag(self, tag: str) -> None:
        self.href = "" if tag == "a" else self.href

    def handle_data(self, data: str) -> None:
        self.words += data.split()
        if self.href:
            self.links[self.href] += data


def bare(words: list[str]) -> set[str]:
    stripped = (re.sub(r"^[\W_]+|[\W_]+$", "", word).lower() for word in words)
    return {word for word in stripped if word and not word.startswith("http")}


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_it_arrives_as_filters_and_phones_like_it(
    post: Post, kind: str, language: str, own: bool
) -> None:
    """`own`: in words that staff have kept."""
    words = defaults.letter(kind, language).default if own else None
    subject, text, html = letters.looked_at(kind=kind, language=language, words=words)
    message = freeze(
        key="one",
        kind=kind,
        to="maria@posta.example",
        language=language,
        subject=subject,
        text=text,
        html=html,
        attachments=[("ricevuta-2026-000001.pdf", "application/pdf", PDF)],
        reply_to="ciao@rete.example",
    )
    assert send_due() == 1
    (raw,) = post.taken
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines) and max(map(len, lines)) <= LINE
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    headers(mail, message)
    plain, formatted = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain and formatted
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "ricevuta-2026-000001.pdf"
    assert attached.get_content() == PDF
    for part, said in ((plain, text), (formatted, html)):
        assert part.get_content_charset() == "utf-8"
        assert part.get_content().replace("\r\n", "\n").rstrip("\n") == said.rstrip("\n")
    assert len(raw) - len(attached.as_bytes()) < CLIPPED
    same_words(text, html, subject)
    honest(html, subject)


def headers(mail: EmailMessage, message: Message) -> None:
    assert not mail.defects and not any(part.defects for part in mail.walk())
    assert mail["Message-ID"] == message.message_id and "@rete.example>" in mail["Message-ID"]
    assert mail["Date"].datetime.tzinfo and mail["MIME-Version"] == "1.0"
    assert mail["From"].addresses[0].addr_spec == "grazie@rete.example"
    assert mail["From"].addresses[0].display_name
    assert [one.addr_spec for one in mail["To"].addresses] == ["maria@posta.example"]
    assert mail["Reply-To"].addresses[0].addr_spec == "ciao@rete.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].strip() == message.subject  # a long one begins on a line of its own
    # about one's own gift, never a mailing: there is nothing to unsubscribe from
    assert "List-Unsubscribe" not in mail and "Bcc" not in mail and "Precedence" not in mail
    for name in ("Message-ID", "Date", "From", "To", "Subject"):
        assert len(mail.get_all(name, [])) == 1
    top = [part.get_content_type() for part in mail.walk()]
    assert top[:4] == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html"]


def same_words(text: str, html: str, subject: str) -> None:
    """Neither part says what the other keeps from its reader; the title may stand in the subject."""
    eye = Eye(html)
    written, seen = bare(text.split()), bare(eye.words)
    assert written <= seen | bare(subject.split()), written - seen
    brand = {"segni", "positivi"}  # above the title
    assert seen <= written | bare(subject.split()) | brand, seen - written
    for href in eye.links:
        assert href.removeprefix("mailto:") in text
    for address in re.findall(r"https?://\S+", text):
        assert address.rstrip(".>") in eye.links


def honest(html: str, subject: str) -> None:
    eye = Eye(html)
    assert 0 < len(subject) <= 78 and subject != subject.upper()
    assert not re.search(r"!|€{2}|gratis|urgent", subject, re.IGNORECASE)
    assert eye.hidden and 10 < len(eye.hidden[1].strip()) < 160
    assert eye.hidden[1].strip() != subject
    assert not eye.tags & {"script", "form", "iframe", "link", "object", "video"}
    assert not re.search(r"url\(|@import|srcset=|background=", html)
    # nothing is fetched: a picture comes along
    assert html.count("<img") == html.count("src=") == html.count('src="cid:')
    assert 'width="600"' in html and "max-width: 620px" in html and "color-scheme" in html
    assert len(eye.links) <= 6
    for href, label in eye.links.items():
        assert urlsplit(href).scheme in ("http", "https", "mailto") and label.strip()
        shown = label.strip()
        if "@" in shown or "://" in shown:
            assert href.removeprefix("mailto:").startswith(shown)


def test_what_donors_really_get_comes_through_too(post: Post, memory_stripe: MemoryStripe) -> None:
    gifts(memory_stripe)
    write_due()
    sent = send_due()
    assert sent == len(post.taken) == Message.objects.filter(state="sent").count() >= 3
    mails = [message_from_bytes(raw, policy=policy.default) for raw in post.taken]
    assert len({mail["Message-ID"] for mail in mails}) == sent
    papers = [part for mail in mails for part in mail.walk() if part.get_filename()]
    assert papers and all(one.get_content().startswith(b"%PDF-") for one in papers)
