"""Answers that look well and are not: nothing counts as sent, and nothing as proved absent."""

import json
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from campaigns.channels import http, registry
from campaigns.channels.base import Draft, Media, Rejected, Unavailable, Uncertain

LINK = "https://www.example.org/s/abcdefgh"
DRAFT = Draft(text=f"Vieni {LINK}", link=LINK, at=datetime(2026, 11, 27, 8, tzinfo=UTC))
SESSION = {"did": "did:plc:1", "handle": "a.test", "accessJwt": "a", "refreshJwt": "r"}
PICTURE = Media(b"x", "image/jpeg", 1, 1, "Un punto")
MEANINGLESS = [b"<html><body>Sorry</body></html>", b'{"error": "oops"}', b"[]", b"", b"null", b"7"]


@contextmanager
def network(answers, context=None):
    """A server that answers a path's beginning as told (status, body); the paths it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(f"{self.command} {self.path}")
            found = [told for path, told in answers.items() if self.path.startswith(path)]
            status, body = found[0] if found else (404, b"{}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_arguments: None
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


def mastodon(url):
    return registry.connect("mastodon", {"instance": url, "token": "t" * 20})


def bluesky(url):
    keys = {"service": url, "handle": "a.test", "password": "secret"}
    return registry.connect("bluesky", keys, session=SESSION)


@pytest.mark.parametrize("body", MEANINGLESS)
@pytest.mark.parametrize("channel", [mastodon, bluesky])
def test_200_without_sense_is_no_publication(channel, body):
    with network({"/": (200, body)}) as (url, _asked), pytest.raises(Uncertain):
        channel(url).publish(DRAFT, "key")


@pytest.mark.parametrize("body", [body for body in MEANINGLESS if body != b"[]"])
def test_200_without_sense_does_not_prove_that_nothing_is_there(body):
    me = json.dumps({"id": "1", "username": "a"}).encode()
    answers = {"/api/v1/accounts/verify": (200, me), "/api/v1/accounts/1/statuses": (200, body)}
    with network(answers) as (url, _asked), pytest.raises(Unavailable):
        mastodon(url).find("key", DRAFT)
    answers["/api/v1/accounts/1/statuses"] = (200, b"[]")
    with network(answers) as (url, _asked):
        assert mastodon(url).find("key", DRAFT) is None


@pytest.mark.parametrize("body", MEANINGLESS)
def test_a_record_that_makes_no_sense_proves_nothing(body):
    with network({"/": (200, body)}) as (url, _asked), pytest.raises(Unavailable):
        bluesky(url).find("key", DRAFT)


def test_a_picture_that_is_never_ready_ends_in_time_and_nothing_is_published(monkeypatch):
    """https://docs.joinmastodon.org/methods/media/#get: 206 while it is processed."""
    answers = {"/api/v2/media": (202, b'{"id": "9"}'), "/api/v1/media/9": (206, b'{"id": "9"}')}
    with network(answers) as (url, asked):
        channel = mastodon(url)
        monkeypatch.setattr(channel, "_server", lambda: http.Server(url, seconds=4))
        with pytest.raises(Unavailable):
            channel.publish(Draft(text="Vieni", media=(PICTURE,)), "key")
    assert asked.count("GET /api/v1/media/9") > 1
    assert "POST /api/v1/statuses" not in asked


def test_a_picture_that_cannot_be_prepared_is_refused():
    answers = {"/api/v2/media": (202, b'{"id": "9"}'), "/api/v1/media/9": (422, b'{"error": "no"}')}
    with network(answers) as (url, asked), pytest.raises(Rejected, match="no"):
        mastodon(url).publish(Draft(text="Vieni", media=(PICTURE,)), "key")
    assert "POST /api/v1/statuses" not in asked


# TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unknown(tmp_path_factory):
    """A server's side of TLS, with a certificate that nobody has signed."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    made = made.public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    form = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(form)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("channel", [mastodon, bluesky])
def test_a_certificate_nobody_vouches_for_is_certain_and_told(channel, unknown):
    with network({}, unknown) as (url, asked):
        with pytest.raises(Unavailable, match="certificato"):
            channel(url).publish(DRAFT, "key")
        assert not asked


@pytest.mark.parametrize("channel", [mastodon, bluesky])
def test_a_server_without_tls_is_certain_and_told(channel):
    with network({}) as (url, asked):
        with pytest.raises(Unavailable, match="connessione sicura"):
            channel(url.replace("http:", "https:")).publish(DRAFT, "key")
        assert not asked
