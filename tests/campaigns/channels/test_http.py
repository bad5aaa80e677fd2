"""What a broken connection means: certainly not sent, or nobody knows."""

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.channels import http
from campaigns.channels.base import Rejected, Unavailable, Uncertain

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"id": "1234"'


@contextmanager
def server(*answers: bytes) -> Iterator[str]:
    """Gives one raw answer a connection, then closes it; an empty one just closes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            for answer in answers:
                connection, _address = listener.accept()
                with connection:
                    connection.settimeout(5)
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)


def answer(status: str, body: bytes = b"{}", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def post(url: str, **options):
    return http.Server(url).call("POST", "/x", publishing=True, json={"a": 1}, **options)


def test_an_answer_is_read():
    with server(answer("201 Created", b'{"id": "7"}')) as url:
        reply = post(url)
    assert (reply.status, reply.data, reply.ok) == (201, {"id": "7"}, True)


def test_a_refusal_is_the_channels_to_read():
    with server(answer("422 Unprocessable", b'{"error": "too long"}')) as url:
        reply = post(url)
    assert (reply.ok, reply.said("error")) == (False, "too long")


def test_nobody_listening_is_certain():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Unavailable):
        post(f"http://127.0.0.1:{port}")


def test_an_unknown_host_is_certain():
    with pytest.raises(Unavailable):
        post("http://no-such-host.invalid")


def test_a_redirect_is_not_followed():
    with (
        server(answer("301 Moved", Location="http://127.0.0.1:1/other")) as url,
        pytest.raises(Rejected, match=r"127\.0\.0\.1:1/other"),
    ):
        post(url)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        answer("200 OK", b"<html>not JSON"),
        answer("500 Internal Server Error"),
        answer("502 Bad Gateway"),
        answer("503 Service Unavailable"),
        answer("504 Gateway Timeout"),
        answer("408 Request Timeout"),
        b"nonsense\r\n\r\n",
    ],
)
def test_what_breaks_after_the_request_is_uncertain_only_when_publishing(raw):
    with server(raw) as url, pytest.raises(Uncertain):
        post(url)
    with server(raw) as url, pytest.raises(Unavailable):
        http.Server(url).call("GET", "/x")


def test_silence_is_uncertain(monkeypatch):
    monkeypatch.setattr(http, "READ_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        pytest.raises(Uncertain) as caught,
    ):
        post(f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert caught.value.rest == http.REST


def test_an_endless_answer_is_not_read(monkeypatch):
    monkeypatch.setattr(http, "MOST_BYTES", 100)
    with server(answer("200 OK", b" " * 1000)) as url, pytest.raises(Uncertain):
        post(url)


@pytest.mark.parametrize("first", [b"Content-Length: 900", b"Transfer-Encoding: chunked"])
def test_a_dripping_answer_ends_in_time(first):
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _address = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + first + b"\r\n\r\n")
                while True:
                    connection.sendall(b"1\r\n \r\n" if b"chunked" in first else b" ")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        asked = http.Server(f"http://127.0.0.1:{listener.getsockname()[1]}", seconds=1.5)
        started = time.monotonic()
        with pytest.raises(Uncertain):
            asked.call("POST", "/x", publishing=True)
        assert time.monotonic() - started < 3


def test_a_chunked_and_packed_answer_is_read():
    body = gzip.compress(b'{"id": "7"}')
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
    with server(head + chunks) as url:
        assert post(url).data == {"id": "7"}


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        (answer("429 Too Many Requests", Retry_After="30"), 30),
        (answer("503 Service Unavailable", Retry_After="120"), 120),
        (answer("429 Too Many Requests"), None),
    ],
)
def test_a_server_that_asks_to_wait_has_not_published(raw, seconds):
    with server(raw) as url, pytest.raises(Unavailable) as caught:
        post(url)
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert caught.value.retry_after == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 12:01:00 GMT"}, 60),
        ({"X-RateLimit-Reset": "2026-11-22T12:05:00.000000Z"}, 300),
        ({"RateLimit-Reset": "1795349100"}, 300),
        ({"RateLimit-Reset": "1"}, 0),
        ({"Retry-After": "999999999"}, 86400),
        ({"Retry-After": "9" * 30}, 86400),
    ],
)
def test_every_way_to_name_a_wait_is_read(headers, seconds):
    now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert http.waiting(headers, now) == expected


def test_the_last_call_allowed_asks_for_a_rest():
    reset = {"X_RateLimit_Remaining": "0", "Retry_After": "9"}
    with server(answer("200 OK", **reset)) as url:
        asked = http.Server(url)
        asked.call("GET", "/x")
    assert asked.rest == timedelta(seconds=9)


def test_no_time_left_is_certain():
    with pytest.raises(Unavailable):
        http.Server("http://127.0.0.1:1", seconds=0.5).call("POST", "/x", publishing=True)
    with pytest.raises(Unavailable):
        http.Server("http://127.0.0.1:1", seconds=5).pause(6)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("mastodon.uno", "https://mastodon.uno"),
        (" https://Mastodon.uno/ ", "https://mastodon.uno"),
        ("http://127.0.0.1:8001/mastodon", "http://127.0.0.1:8001/mastodon"),
        ("http://localhost:8001", "http://localhost:8001"),
    ],
)
def test_addresses_are_kept_tidy(written, kept):
    assert http.address(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "http://mastodon.uno",
        "ftp://mastodon.uno",
        "file:///etc/passwd",
        "https://user:secret@mastodon.uno",
        "https://mastodon.uno/?x=1",
        "https://intranet",
        "https://a b.it",
        "http://10.0.0.1",
        "",
        "https://",
        "https://[::1",
    ],
)
def test_addresses_that_must_not_be_called(written):
    with pytest.raises(ValueError):
        http.address(written)


def test_only_web_addresses_become_links():
    assert http.web_address("javascript:alert(1)") == ""
    assert http.web_address(None) == ""
    assert http.web_address("https://mastodon.uno/@a/1") == "https://mastodon.uno/@a/1"
