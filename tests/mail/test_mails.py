"""One mail, frozen, sent once; and what the server's answers prove."""

import smtplib
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from brand.models import BrandSettings
from mail import services
from mail.models import Attachment, Message, Sender
from mail.services import Decided, compose, decide, send_due

pytestmark = pytest.mark.django_db
State = Message.State


@pytest.fixture(autouse=True)
def templates(settings: Any, tmp_path: Any) -> None:
    folder = tmp_path / "templates" / "hello"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Ciao {{ name }}\n")
    (folder / "body.txt").write_text("Grazie, {{ name }} & co.\n")
    (folder / "body.html").write_text("<p>Grazie, {{ name }}</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path / "templates"]}]
    settings.DEFAULT_FROM_EMAIL = "Segno+ <grazie@example.org>"


def hello(**changes: Any) -> Message:
    given: dict[str, Any] = {
        "key": "hello:1",
        "kind": "hello",
        "to": "maria@example.org",
        "language": "it",
        "template": "hello",
        "context": {"name": "Maria <3"},
        **changes,
    }
    return compose(**given)


def test_frozen_with_its_attachment() -> None:
    message = hello(attachments=[("ricevuta.pdf", "application/pdf", b"%PDF-1")])
    assert message.subject == "Ciao Maria <3"
    assert message.body_text == "Grazie, Maria <3 & co.\n"
    assert message.body_html == "<p>Grazie, Maria &lt;3</p>"
    assert message.message_id.endswith("@example.org>")
    attached = Attachment.objects.get()
    assert attached.file.read() == b"%PDF-1"
    assert len(attached.sha256) == 64


def test_the_same_key_is_the_same_mail() -> None:
    assert hello().pk == hello(context={"name": "Another"}).pk
    assert Message.objects.get().subject == "Ciao Maria <3"


def test_the_callers_transaction_takes_it_back() -> None:
    with transaction.atomic():
        hello()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_sent_once_with_its_own_message_id(mailoutbox: list[Any]) -> None:
    message = hello(attachments=[("r.pdf", "application/pdf", b"%PDF-1")])
    assert send_due() == 1
    assert send_due() == 0
    message.refresh_from_db()
    assert message.state == State.SENT and message.sent_at and message.next_at is None
    (sent,) = mailoutbox
    assert sent.message()["Message-ID"] == message.message_id
    assert sent.attachments[0][:2] == ("r.pdf", b"%PDF-1")


def test_it_comes_from_the_network_by_its_name(mailoutbox: list[Any]) -> None:
    """The name as it was when the mail was written, the address of the environment."""
    brand = BrandSettings.load()
    brand.name = "Valle più, «segni» & c."
    brand.save()
    hello()
    brand.name = "Another"
    brand.save()
    send_due()
    sender = message_from_bytes(mailoutbox[0].message().as_bytes(), policy=policy.default)
    (address,) = sender["From"].addresses
    assert (address.display_name, address.addr_spec) == (
        "Valle più, «segni» & c.",
        "grazie@example.org",
    )


def test_a_line_break_in_the_subject_cannot_add_a_header(mailoutbox: list[Any]) -> None:
    hello(context={"name": "x\r\nBcc: all@example.org"})
    send_due()
    assert mailoutbox[0].subject == "Ciao x Bcc: all@example.org"


class Server(socketserver.ThreadingTCPServer):
    """Says what it is told to, at the step it is told."""

    allow_reuse_address = True
    daemon_threads = True
    answers: dict[str, bytes | None]
    taken: list[bytes]


class Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        answers = self.server.answers  # type: ignore[attr-defined]
        self.wfile.write(answers.get("hello", b"220 test\r\n"))
        while line := self.rfile.readline():
            word = line[:4].upper().strip().decode()
            answer = answers.get(word, b"250 ok\r\n")
            if word == "DATA" and word not in answers:
                self.wfile.write(b"354 go on\r\n")
                body = b""
                while (part := self.rfile.readline()) not in (b".\r\n", b""):
                    body += part
                self.server.taken.append(body)  # type: ignore[attr-defined]
                answer = answers.get("end", b"250 taken\r\n")
            if answer is None:
                return  # the line goes dead
            self.wfile.write(answer)
            if word == "QUIT":
                return


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Talk)
    made.answers, made.taken = {}, []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.server_address[1]
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield made
    made.shutdown()
    made.server_close()


@pytest.mark.parametrize(
    ("step", "answer", "state"),
    [
        ("none", b"", State.SENT),
        ("hello", b"421 too busy\r\n", State.RETRY_WAIT),
        ("hello", b"554 go away\r\n", State.RETRY_WAIT),
        ("MAIL", b"451 later\r\n", State.RETRY_WAIT),
        ("MAIL", b"550 not you\r\n", State.FAILED),
        ("RCPT", b"450 mailbox busy\r\n", State.RETRY_WAIT),
        ("RCPT", b"550 no such user <maria@example.org>\r\n", State.FAILED),
        ("RCPT", None, State.RETRY_WAIT),
        ("DATA", b"451 not now\r\n", State.RETRY_WAIT),
        ("DATA", b"554 no\r\n", State.FAILED),
        ("end", b"452 disk full\r\n", State.RETRY_WAIT),
        ("end", b"554 looks like spam\r\n", State.FAILED),
        ("end", None, State.UNKNOWN),
        ("QUIT", None, State.SENT),
    ],
)
def test_what_the_servers_answer_proves(
    server: Server, step: str, answer: bytes | None, state: str
) -> None:
    server.answers[step] = answer
    message = hello()
    send_due()
    message.refresh_from_db()
    assert message.state == state
    assert (message.next_at is not None) == (state == State.RETRY_WAIT)
    assert message.lease_token is None
    if state != State.SENT:
        assert message.last_error and message.to not in message.last_error
    if state == State.UNKNOWN:
        Message.objects.update(next_at=timezone.now())
        assert send_due() == 0  # never by itself
        assert len(server.taken) == 1


def test_accents_and_emoji_arrive(server: Server) -> None:
    hello(context={"name": "Nicolò 👩‍👩‍👧"})
    send_due()
    found = message_from_bytes(server.taken[0])
    assert "Nicolò" in found.get_payload()[0].get_payload(decode=True).decode()


@pytest.fixture
def smtp(settings: Any) -> Any:
    """Settings for a mail server on loopback; port 9 refuses."""
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return settings


@pytest.fixture
def mute(smtp: Any) -> Iterator[socket.socket]:
    """Takes every connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        smtp.EMAIL_PORT, smtp.EMAIL_TIMEOUT = listening.getsockname()[1], 0.3
        yield listening


def test_nobody_listens(smtp: Any) -> None:
    message = hello()
    send_due()
    message.refresh_from_db()
    assert message.state == State.RETRY_WAIT and message.next_at > timezone.now()
    assert send_due() == 0  # not before its time


@pytest.mark.parametrize("server_is", ["mute", "smtp"])
def test_a_server_that_is_away_costs_one_mail_a_try_not_the_queue(
    server_is: str, request: pytest.FixtureRequest
) -> None:
    request.getfixturevalue(server_is)
    for number in range(5):
        hello(key=f"hello:{number}")
    began = time.monotonic()
    assert send_due() == 1
    assert send_due() == 0  # it rests
    assert time.monotonic() - began < 2
    states = list(Message.objects.values_list("state", flat=True))
    assert sorted(states) == [State.QUEUED] * 4 + [State.RETRY_WAIT]
    Sender.objects.update(next_at=timezone.now())
    assert send_due() == 1  # and is asked again, with the next mail


def test_a_server_that_falls_silent_makes_one_mail_unknown_not_all(server: Server) -> None:
    server.answers["end"] = None
    for number in range(3):
        hello(key=f"hello:{number}")
    assert send_due() == 1
    assert Message.objects.filter(state=State.UNKNOWN).count() == 1


def test_an_answer_about_one_mail_holds_up_no_other(server: Server) -> None:
    server.answers["RCPT"] = b"450 mailbox busy\r\n"
    hello(key="hello:1"), hello(key="hello:2")
    assert send_due() == 2


def test_one_process_at_a_time(mailoutbox: list[Any]) -> None:
    hello()
    turn = services._turn()
    assert turn and services._turn() is None
    assert send_due() == 0
    Sender.objects.update(lease_until=timezone.now() - timedelta(seconds=1))  # it was killed
    assert send_due() == 1
    assert len(mailoutbox) == 1


def test_a_run_ends_in_time(mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "RUN", 0.0)
    hello(key="hello:1"), hello(key="hello:2")
    assert send_due() == 1
    assert send_due() == 1


def test_after_days_of_trying_it_is_given_up(smtp: Any) -> None:
    message = hello()
    Message.objects.update(attempts=services.GIVE_UP_AFTER)
    send_due()
    message.refresh_from_db()
    assert message.state == State.FAILED


def test_killed_while_sending_waits_for_a_person(mailoutbox: list[Any]) -> None:
    message = hello()
    services.claim(Message.objects.all(), limit=1, lease=services.LEASE, state=State.SENDING)
    Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert send_due() == 0
    message.refresh_from_db()
    assert message.state == State.UNKNOWN
    assert mailoutbox == []


def test_a_person_decides(mailoutbox: list[Any]) -> None:
    message = hello()
    Message.objects.update(state=State.UNKNOWN, next_at=None)
    assert decide(message=message, sent=False).state == State.QUEUED
    send_due()
    assert len(mailoutbox) == 1
    Message.objects.update(state=State.UNKNOWN, sent_at=None)
    assert decide(message=message, sent=True).sent_at
    with pytest.raises(Decided):
        decide(message=message, sent=False)


def test_a_sender_that_lost_its_lease_but_was_answered_says_so(
    monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    message = hello()

    def slow(email: Any) -> None:
        Message.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        services.reconcile()

    monkeypatch.setattr(services.transport, "deliver", slow)
    send_due()
    message.refresh_from_db()
    assert message.state == State.SENT


def test_smtp_names_are_what_we_think() -> None:
    assert issubclass(smtplib.SMTPServerDisconnected, OSError)
