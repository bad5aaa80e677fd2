"""The contract every social network fulfils: what goes in, what comes out, what can go wrong.

A channel knows no database row and no Django model. It gets plain dataclasses and answers with
plain dataclasses, so that it can be tried alone. See docs/adding-a-channel.md.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from django.utils.functional import Promise

Text = str | Promise
Level = Literal["error", "warning"]
Session = dict[str, Any]

PUBLISH_SECONDS = 100
"""No `publish` or `find` takes longer than this, all its requests together; a lease outlives it."""


@dataclass(frozen=True)
class Media:
    """One picture as it is sent: its bytes (or the file that holds them), pixels, alt text."""

    content: bytes | Path = field(repr=False)
    mime: str
    width: int
    height: int
    alt: str = ""

    @property
    def size(self) -> int:
        """Bytes; OSError when the file is gone."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    def read(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


@dataclass(frozen=True)
class Draft:
    """A post ready for one account: `text` is final, with `link` (absolute, unique) inside it.

    `language` is an ISO 639-1 code. `at` is the UTC moment frozen with the payload before the
    first attempt and the same at every later one; `find` looks for the post from there on.
    """

    text: str
    link: str = ""
    media: tuple[Media, ...] = ()
    language: str = "it"
    at: datetime | None = None


@dataclass(frozen=True)
class Problem:
    """Something the editor can change. An `error` stops scheduling, a `warning` does not."""

    code: str
    message: Text
    level: Level = "error"


@dataclass(frozen=True)
class Count:
    """One figure beside the text: `used` of `limit` (None: free), in the network's own unit."""

    code: str
    label: Text
    used: int
    limit: int | None

    @property
    def over(self) -> int:
        """How much is too much; 0 when it fits."""
        return max(0, self.used - self.limit) if self.limit is not None else 0


@dataclass(frozen=True)
class Limits:
    """What a network takes. None means that it sets no bound. Sizes in bytes."""

    text: int | None = None
    text_bytes: int | None = None
    link_length: int | None = None
    media: int = 4
    media_bytes: int | None = None
    media_pixels: int | None = None
    mimes: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp", "image/gif")
    alt: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """For storing between calls; `from_dict` reads it back."""
        return asdict(self) | {"mimes": list(self.mimes)}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Limits:
        """Unknown names are ignored: an older version may have stored them."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        return cls(**known | {"mimes": tuple(known.get("mimes", cls.mimes))})


@dataclass(frozen=True)
class Published:
    """Proof that a post is out. `rest`: leave this account alone for so long (the server's wish).

    An empty `url` means that the post has no address of its own on the network.
    """

    remote_id: str
    url: str
    rest: timedelta | None = None


@dataclass(frozen=True)
class Identity:
    """Who the credentials belong to, as the network says."""

    remote_id: str
    handle: str
    url: str


@dataclass(frozen=True)
class Credential:
    """One field of the form that connects an account. A secret is never shown again."""

    name: str
    label: Text
    help: Text = ""
    secret: bool = False
    example: str = ""


class ChannelError(Exception):
    """What went wrong, in a sentence for the person who wrote the post."""

    def __init__(self, message: Text, *, detail: str = "", rest: timedelta | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        """What the server said: for the log, without secrets."""
        self.rest = rest
        """Leave this account alone for so long: it did not answer at all."""

    def __str__(self) -> str:
        return str(self.message)


class Rejected(ChannelError):
    """Certainly not sent and never will be as it is: the editor has to change something."""


class Disconnected(Rejected):
    """The network no longer lets this account in: someone has to connect it again."""


class Unavailable(ChannelError):
    """Certainly not sent: try again later, not before `retry_after` when the server named it."""

    def __init__(
        self,
        message: Text,
        *,
        retry_after: timedelta | None = None,
        detail: str = "",
        rest: timedelta | None = None,
    ) -> None:
        super().__init__(message, detail=detail, rest=rest)
        self.retry_after = retry_after


class Uncertain(ChannelError):
    """It may have been sent. Ask `find`; when `find` raises this too, a person decides."""


class InvalidCredentials(ValueError):
    """`errors` maps a field's name to what to write there."""

    def __init__(self, errors: Mapping[str, Text]) -> None:
        super().__init__(", ".join(errors))
        self.errors = dict(errors)


class Channel(ABC):
    """One account on one network.

    `credentials` are what `clean` returned. `limits` are the stored ones of this account, when
    there are any. `session` is what `on_session` was last given: it holds tokens, the caller
    keeps it encrypted. `on_session` is called outside any transaction of the channel's, before
    the token it carries is used.
    """

    key: ClassVar[str]
    label: ClassVar[Text]
    limits: Limits = Limits()
    fields: ClassVar[tuple[Credential, ...]] = ()
    settle: ClassVar[timedelta] = timedelta(0)
    """How long after an attempt `find` may say "it is not there" and be believed."""

    def __init__(
        self,
        credentials: Mapping[str, str] | None = None,
        *,
        limits: Limits | None = None,
        session: Session | None = None,
        on_session: Callable[[Session], None] | None = None,
    ) -> None:
        self.credentials = dict(credentials or {})
        self.session = dict(session or {})
        self.on_session = on_session or (lambda session: None)
        if limits is not None:
            self.limits = limits

    @classmethod
    def clean(cls, values: Mapping[str, str]) -> dict[str, str]:
        """The credentials as they are stored. Raises InvalidCredentials. No network."""
        return {item.name: values.get(item.name, "").strip() for item in cls.fields}

    @abstractmethod
    def verify(self) -> Identity:
        """Ask who we are: changes nothing. Raises Rejected, Disconnected, Unavailable."""

    def fetch_limits(self) -> Limits:
        """The limits as the server tells them now, for the caller to keep. Raises as `verify`."""
        return type(self).limits

    @abstractmethod
    def count(self, draft: Draft) -> list[Count]:
        """The figures of the composer, by the network's own way of counting. No network."""

    @abstractmethod
    def check(self, draft: Draft) -> list[Problem]:
        """Everything that would stop this draft here. No network, nothing is shortened."""

    @abstractmethod
    def publish(self, draft: Draft, key: str) -> Published:
        """Send it. The same `key` is given at every attempt and never for another post.

        Raises Rejected, Unavailable or Uncertain.
        """

    @abstractmethod
    def find(self, key: str, draft: Draft) -> Published | None:
        """Proof that the post is out, or None when it certainly is not (see `settle`).

        Raises Uncertain where the network gives no proof, Unavailable when it cannot be asked
        now, Disconnected when the account is no longer let in.
        """
