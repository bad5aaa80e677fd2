"""The sandbox's mailbox: real files, shown safely, only at home."""

from base64 import b64encode
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from django.test import Client

from mail import transport
from mail.wire import Wired

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.SANDBOX = settings.ON_LOOPBACK = settings.MAIL_IN_FILES = True


def send(html: str = "<h1>Grazie</h1><script>alert(1)</script>") -> None:
    email = EmailMultiAlternatives("Grazie, Nicolò", "In testo <b>", to=["maria@example.org"])
    email.attach_alternative(html, "text/html")
    email.attach("ricevuta.pdf", b"%PDF-1.7 x", "application/pdf")
    email.attach("pagina.html", b"<script>alert(2)</script>", "text/html")
    transport.deliver(email)


def address(client: Client, rest: str = "") -> str:
    page = client.get("/posta-di-prova/").content.decode()
    start = page.index('href="/posta-di-prova/2') + 6
    return page[start : page.index('"', start)] + rest


def test_listed_and_shown() -> None:
    client = Client()
    assert client.get("/posta-di-prova/").status_code == 200
    send()
    assert "Grazie, Nicolò" in client.get("/posta-di-prova/").content.decode()
    page = client.get(address(client))
    text = page.content.decode()
    assert "In testo &lt;b&gt;" in text and "ricevuta.pdf" in text and "Message-ID" in text
    assert "alert(1)" not in text
    assert text.index("<iframe") < text.index("Message-ID")  # the mail first, as its reader sees it


def test_the_mails_own_page_runs_nothing() -> None:
    send()
    client = Client()
    answer = client.get(address(client, "html/"))
    assert b"<h1>Grazie</h1>" in answer.content
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and policy.endswith("sandbox")


def test_a_picture_in_the_text_is_shown_without_loading_anything() -> None:
    email = Wired("Una cartolina", "In testo", to=["maria@example.org"])
    email.attach_alternative('<img src="cid:c.jpg"><img src="cid:altro.jpg">', "text/html")
    email.show("c.jpg", b"\xff\xd8jpeg", "image/jpeg")
    email.attach("c.jpg", b"\xff\xd8jpeg", "image/jpeg")
    transport.deliver(email)
    client = Client()
    answer = client.get(address(client, "html/"))
    data = b64encode(b"\xff\xd8jpeg").decode()
    assert f'<img src="data:image/jpeg;base64,{data}">' in answer.content.decode()
    assert '"cid:altro.jpg"' in answer.content.decode()
    assert "img-src data:;" in answer.headers["Content-Security-Policy"]
    assert client.get(address(client, "allegato/0/")).content == b"\xff\xd8jpeg"
    assert client.get(address(client, "allegato/1/")).status_code == 404


@pytest.mark.parametrize(
    "subject",
    [
        "50,00\u00a0€ contestati: rispondi entro il 5 dicembre 2026, 12:00",
        "Many cards are being refused at the gift form of this very house just now, look",
    ],
)
def test_a_subject_begins_on_the_line_of_its_name(subject: str) -> None:
    wire = Wired(subject, "In testo", to=["maria@example.org"]).message().as_bytes()
    (line,) = [one for one in wire.splitlines() if one.startswith(b"Subject:")]
    assert len(line) > len("Subject: ") + 10 and len(line) < 79
    assert message_from_bytes(wire, policy=policy.default)["Subject"] == subject


def test_no_other_header_can_be_smuggled_in_by_a_subject() -> None:
    with pytest.raises(BadHeaderError):
        Wired("Grazie\nBcc: altri@example.org", "x", to=["maria@example.org"]).message()


def test_the_picture_stands_beside_the_text_that_shows_it() -> None:
    email = Wired("Una cartolina", "In testo", to=["maria@example.org"])
    email.attach_alternative('<img src="cid:c.jpg">', "text/html")
    email.show("c.jpg", b"\xff\xd8jpeg", "image/jpeg")
    email.attach("ricevuta.pdf", b"%PDF-1.7 x", "application/pdf")
    kinds = [part.get_content_type() for part in email.message().walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/jpeg",
        "application/pdf",
    ]


def test_attachments() -> None:
    send()
    client = Client()
    paper = client.get(address(client, "allegato/0/"))
    assert (paper["Content-Type"], paper.content) == ("application/pdf", b"%PDF-1.7 x")
    page = client.get(address(client, "allegato/1/"))
    assert page["Content-Type"] == "application/octet-stream"
    assert page["Content-Disposition"].startswith("attachment")
    assert client.get(address(client, "allegato/2/")).status_code == 404


@pytest.mark.parametrize("switch", ["SANDBOX", "ON_LOOPBACK", "MAIL_IN_FILES"])
def test_nowhere_but_in_the_sandbox(settings: Any, switch: str) -> None:
    setattr(settings, switch, False)
    assert Client().get("/posta-di-prova/").status_code == 404


@pytest.mark.parametrize("name", ["..%2F..%2F.env", "x.log", "20260101-000000-1.log"])
def test_no_other_file_can_be_had(name: str) -> None:
    assert Client().get(f"/posta-di-prova/{name}/0/").status_code == 404


def test_two_mails_in_one_file(settings: Any) -> None:
    send()
    (one,) = Path(settings.EMAIL_FILE_PATH).iterdir()
    one.write_bytes(one.read_bytes() * 2)
    client = Client()
    assert client.get("/posta-di-prova/").content.decode().count("maria@example.org") == 2
    assert client.get(f"/posta-di-prova/{one.name}/1/").status_code == 200
    assert client.get(f"/posta-di-prova/{one.name}/2/").status_code == 404
