"""One careful way to speak to a network over HTTP.

It answers one question the plain client leaves open: when something breaks, may the post be out?
Before the request was written, or when the server said "not now", it certainly is not
(Unavailable). After that, and only for the one call that publishes, nobody knows (Uncertain).
"""

from __future__ import annotations

import ipaddress
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3.exceptions as broken
from django.utils.translation import gettext as _

from campaigns.channels.base import PUBLISH_SECONDS, ChannelError, Rejected, Unavailable, Uncertain

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
MOST_BYTES = 4 * 1024 * 1024
LONGEST_WAIT = timedelta(days=1)
REST = timedelta(seconds=30)
"""After a call without an answer the account is left alone for so long."""
AGENT = "SegnoPiu/1 (+https://pypi.org/project/segnopiu/)"

_SILENCE = (requests.Timeout, broken.TimeoutError, TimeoutError)
_NO_TLS = {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNSUPPORTED_PROTOCOL", "NO_SHARED_CIPHER"}
_NO_TLS |= {"SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION"}
_BEFORE_SENDING = (broken.NewConnectionError, broken.ConnectTimeoutError, broken.LocationParseError)


@dataclass(frozen=True)
class Reply:
    """What the server said, 2xx or 4xx: the channel reads the rest. `data` is {} if not JSON."""

    status: int
    data: Any
    headers: Mapping[str, str] = field(repr=False)
    ok: bool = True

    def said(self, *names: str) -> str:
        """The server's own words, shortened for a message or a log line."""
        found = [self.data.get(name) for name in names] if isinstance(self.data, dict) else []
        return ": ".join(str(word) for word in found if word)[:300]


def address(value: str) -> str:
    """A server's address as it is stored; ValueError for one that must not be called.

    https everywhere; plain http only to this machine. No user, query or fragment.
    """
    parts = urlsplit(value.strip() if "://" in value else f"https://{value.strip()}")
    host = parts.hostname or ""
    if parts.username or parts.password or parts.query or parts.fragment or " " in value.strip():
        raise ValueError(value)
    if not host or ("." not in host and not is_loopback(host)):
        raise ValueError(value)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError(value)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by name or number; nothing is looked up."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def web_address(value: object) -> str:
    """An address told by a server, fit to stand in a link; empty otherwise."""
    text = str(value or "")
    return text if urlsplit(text).scheme in {"http", "https"} else ""


class Server:
    """Calls to one base address that together end within `seconds`.

    Redirects are not followed, environment proxies and .netrc not used (the latter would replace
    the token), answers above 4 MB not read.
    """

    def __init__(self, base: str, *, seconds: float = PUBLISH_SECONDS) -> None:
        self.base = base
        self.rest: timedelta | None = None
        self._ends = time.monotonic() + seconds
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = AGENT

    def left(self) -> float:
        """Seconds until all must be done."""
        return self._ends - time.monotonic()

    def pause(self, seconds: float) -> None:
        """Waits; Unavailable when there is no time for it."""
        if seconds >= self.left():
            raise Unavailable(_("The network takes too long. We try again by ourselves."))
        time.sleep(seconds)

    def call(self, method: str, path: str, *, publishing: bool = False, **options: Any) -> Reply:
        """One request. Options as `requests` takes them. Only one call a post is `publishing`.

        Raises Unavailable (certainly no effect that counts), Uncertain (publishing only) and
        Rejected (the address leads elsewhere).
        """
        if self.left() <= 1:
            raise Unavailable(_("The network takes too long. We try again by ourselves."))
        timeout = (min(CONNECT_SECONDS, self.left()), min(READ_SECONDS, self.left()))
        try:
            with self._session.request(
                method,
                self.base + path,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
                **options,
            ) as response:
                return self._judged(response, publishing)
        except (requests.RequestException, broken.HTTPError, OSError, _Unreadable) as error:
            raise _broken(error, publishing) from error

    def _judged(self, response: requests.Response, publishing: bool) -> Reply:
        status = response.status_code
        wait = waiting(response.headers)
        if status == 429 or (status == 503 and wait is not None):
            raise Unavailable(
                _("The network asks us to wait. We try again by ourselves."),
                retry_after=wait,
                detail=f"HTTP {status}",
            )
        if status >= 500 or status == 408:
            raise _unknown_or_later(publishing, f"HTTP {status}")
        if 300 <= status < 400:
            raise Rejected(
                _("This address leads elsewhere: write the server's own address (%(address)s).")
                % {"address": web_address(response.headers.get("Location"))[:200] or "?"},
                detail=f"HTTP {status}",
            )
        self._note_rest(response.headers)
        content = _content(response, self._ends)
        return Reply(status, _parsed(content, strict=response.ok), response.headers, response.ok)

    def _note_rest(self, headers: Mapping[str, str]) -> None:
        left = headers.get("X-RateLimit-Remaining", headers.get("RateLimit-Remaining", ""))
        self.rest = waiting(headers) if left.strip() == "0" else None


class _Unreadable(Exception):
    """The answer is too long, too slow or not what it says it is."""


def _content(response: requests.Response, ends: float) -> bytes:
    content = bytearray()
    while chunk := response.raw.read1(65536, decode_content=True):  # what has come, not all of it
        content += chunk
        if len(content) > MOST_BYTES or time.monotonic() > ends:
            raise _Unreadable("answer too long or too slow")
    return bytes(content)


def _parsed(content: bytes, *, strict: bool) -> Any:
    if not content.strip():
        return {}
    try:
        return json.loads(content)
    except ValueError:
        if strict:
            raise _Unreadable("answer is not JSON") from None
        return {}


def _broken(error: BaseException, publishing: bool) -> ChannelError:
    """Reads a failure of the connection: certain before the request was written."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Unavailable(
                _("The server's certificate is not valid: ask who runs it."), detail=str(cause)
            )
        if isinstance(cause, ssl.SSLError) and cause.reason in _NO_TLS:
            return Unavailable(
                _("No secure connection to the server can be made: ask who runs it."),
                detail=str(cause.reason),
            )
        if isinstance(cause, (*_BEFORE_SENDING, requests.ConnectTimeout)):
            return Unavailable(
                _("The server does not answer. We try again by ourselves."),
                detail=type(cause).__name__,
                rest=REST,
            )
        if isinstance(cause, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
            return Rejected(_("The server's address is not valid."))
    hung = any(isinstance(cause, _SILENCE) for cause in _causes(error))
    return _unknown_or_later(publishing, type(error).__name__, rest=REST if hung else None)


def _unknown_or_later(publishing: bool, detail: str, rest: timedelta | None = None) -> ChannelError:
    if publishing:
        return Uncertain(
            _("The network broke off while we were publishing: the post may be out."),
            detail=detail,
            rest=rest,
        )
    return Unavailable(
        _("The network has a fault. We try again by ourselves."), detail=detail, rest=rest
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = next((a for a in error.args if isinstance(a, BaseException)), None)
        error = getattr(error, "reason", None) or inner or error.__cause__ or error.__context__
        if not isinstance(error, BaseException):
            return


def waiting(headers: Mapping[str, str], now: datetime | None = None) -> timedelta | None:
    """How long the server asks us to wait, at most a day; None when it does not say.

    Reads `Retry-After` (seconds or HTTP date), `X-RateLimit-Reset` (Mastodon: ISO 8601) and
    `RateLimit-Reset` (Bluesky: Unix seconds).
    """
    now = now or datetime.now(UTC)
    after = headers.get("Retry-After", "").strip()
    if after.isdecimal():
        return min(timedelta(seconds=int(after[:9])), LONGEST_WAIT)
    reset = headers.get("X-RateLimit-Reset", headers.get("RateLimit-Reset", ""))
    moment = _moment(after) or _moment(reset.strip())
    if moment is None:
        return None
    return min(max(moment - now, timedelta(0)), LONGEST_WAIT)


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        if text[:1].isdecimal():
            found = datetime.fromisoformat(text)
        else:
            found = parsedate_to_datetime(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
