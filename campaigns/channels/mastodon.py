"""Mastodon and the servers that speak its API.

https://docs.joinmastodon.org/methods/statuses/ · /methods/media/ · /methods/accounts/
· /methods/instance/ · /api/rate-limits/ (2026)
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import regex
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.channels.base import (
    Channel,
    Count,
    Credential,
    Disconnected,
    Draft,
    Identity,
    InvalidCredentials,
    Limits,
    Media,
    Problem,
    Published,
    Rejected,
    Unavailable,
    Uncertain,
)
from campaigns.channels.http import Reply, Server, address, web_address
from campaigns.channels.rules import over_limit, pictures, presence
from campaigns.channels.text import graphemes

PAGES = 25
PAGE = 40
CLOCKS_APART = timedelta(minutes=10)


class Mastodon(Channel):
    """Proof after an unknown result: own statuses since the attempt, matched by the short link.

    `Idempotency-Key` guards a repeat within the hour on top of that.
    """

    key = "mastodon"
    label = gettext_lazy("Mastodon")
    settle = timedelta(minutes=1)
    limits = Limits(
        text=500,
        link_length=23,
        media=4,
        media_bytes=16 * 1024 * 1024,
        media_pixels=33_177_600,
        alt=1500,
    )
    fields = (
        Credential(
            "instance",
            gettext_lazy("Server"),
            gettext_lazy("The address of the Mastodon server the profile lives on."),
            example="https://mastodon.uno",
        ),
        Credential(
            "token",
            gettext_lazy("Access token"),
            gettext_lazy(
                "In Mastodon: Preferences, Development, New application, with the permissions "
                "read, write:media and write:statuses. Copy “Your access token” here."
            ),
            secret=True,
        ),
    )

    @classmethod
    def clean(cls, values: Mapping[str, str]) -> dict[str, str]:
        cleaned, errors = super().clean(values), {}
        try:
            cleaned["instance"] = address(cleaned["instance"])
        except ValueError:
            errors["instance"] = _("Write the server's address, such as https://mastodon.uno.")
        if not regex.fullmatch(r"[\x21-\x7e]{10,500}", cleaned["token"]):
            errors["token"] = _("Copy the whole access token, without spaces.")
        if errors:
            raise InvalidCredentials(errors)
        return cleaned

    def verify(self) -> Identity:
        account = self._account(self._server())
        host = urlsplit(self.credentials["instance"]).netloc
        return Identity(
            remote_id=str(account["id"]),
            handle=f"@{account.get('username', '')}@{host}",
            url=web_address(account.get("url")),
        )

    def fetch_limits(self) -> Limits:
        reply = self._server().call("GET", "/api/v2/instance")
        settings = reply.data.get("configuration") if isinstance(reply.data, dict) else None
        if not reply.ok or not isinstance(settings, dict):
            raise Rejected(_("No Mastodon server answers at this address."))
        self.limits = _limits(settings, Mastodon.limits)
        return self.limits

    def count(self, draft: Draft) -> list[Count]:
        used = length(draft.text, self.limits.link_length or 23)
        return [Count("characters", _("characters"), used, self.limits.text)]

    def check(self, draft: Draft) -> list[Problem]:
        return presence(draft) + over_limit(self.count(draft)) + pictures(draft, self.limits)

    def publish(self, draft: Draft, key: str) -> Published:
        server = self._server()
        media = [self._upload(server, picture) for picture in draft.media]
        for identity, ready in media:
            if not ready:
                self._await_media(server, identity)
        reply = server.call(
            "POST",
            "/api/v1/statuses",
            publishing=True,
            headers=self._auth() | {"Idempotency-Key": key},
            json={
                "status": draft.text,
                "media_ids": [identity for identity, _ready in media],
                "language": draft.language,
                "visibility": "public",
            },
        )
        _accept(reply)
        if not isinstance(reply.data, dict) or not reply.data.get("id"):
            raise Uncertain(_("The server's answer makes no sense: the post may be out."))
        return _published(reply.data, server.rest)

    def find(self, key: str, draft: Draft) -> Published | None:
        if not draft.link:
            raise Uncertain(_("Without a link of its own the post cannot be recognised."))
        server = self._server()
        since = draft.at - CLOCKS_APART if draft.at else datetime.min.replace(tzinfo=UTC)
        for status in self._own_statuses(server, self._account(server)["id"], since):
            if mentions(str(status.get("content", "")), draft.link):
                return _published(status, server.rest)
        return None

    def _server(self) -> Server:
        return Server(self.credentials["instance"])

    def _auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.credentials['token']}"}

    def _account(self, server: Server) -> dict[str, Any]:
        reply = server.call("GET", "/api/v1/accounts/verify_credentials", headers=self._auth())
        _accept(reply)
        if not isinstance(reply.data, dict) or not reply.data.get("id"):
            raise Rejected(_("No Mastodon server answers at this address."))
        return reply.data

    def _upload(self, server: Server, picture: Media) -> tuple[str, bool]:
        """The attachment's id, and whether it is ready to be attached (202: not yet)."""
        suffix = picture.mime.rpartition("/")[2]
        reply = server.call(
            "POST",
            "/api/v2/media",
            headers=self._auth(),
            files={"file": (f"image.{suffix}", picture.read(), picture.mime)},
            data={"description": picture.alt},
        )
        _accept(reply)
        identity = reply.said("id")
        if not identity:
            raise Unavailable(_("The network has a fault. We try again by ourselves."))
        return identity, reply.status != 202

    def _await_media(self, server: Server, identity: str) -> None:
        wait = 0.25
        while True:
            server.pause(wait)
            reply = server.call("GET", f"/api/v1/media/{identity}", headers=self._auth())
            _accept(reply)
            if reply.status != 206:
                return
            wait = min(wait * 2, 4)

    def _own_statuses(
        self, server: Server, account: str, since: datetime
    ) -> Iterator[dict[str, Any]]:
        """Newest first, back to `since`. Uncertain when that lies too far back to read."""
        query: dict[str, Any] = {"limit": PAGE, "exclude_reblogs": "true"}
        for _page in range(PAGES):
            reply = server.call(
                "GET", f"/api/v1/accounts/{account}/statuses", headers=self._auth(), params=query
            )
            _accept(reply)
            if not isinstance(reply.data, list):  # no list is no proof that it is not there
                raise Unavailable(_("The network has a fault. We try again by ourselves."))
            if not reply.data:
                return
            for status in reply.data:
                if datetime.fromisoformat(status["created_at"]) < since:
                    return
                yield status
            query["max_id"] = reply.data[-1]["id"]
        raise Uncertain(_("Too many posts have gone out since: look on Mastodon yourself."))


def _accept(reply: Reply) -> None:
    """Reads a refusal; returns when there is none."""
    if reply.ok:
        return
    said = reply.said("error", "error_description")
    if reply.status in (401, 403):
        raise Disconnected(
            _("Mastodon no longer lets this profile in: connect it again."), detail=said
        )
    if "finished processing" in said:
        raise Unavailable(_("The pictures are still being prepared. We try again."), detail=said)
    if reply.status == 404:
        raise Rejected(_("No Mastodon server answers at this address."), detail=said)
    if reply.status == 413:
        raise Rejected(_("A picture is too heavy for this server."), detail=said)
    raise Rejected(
        _("Mastodon refused the post: %(reason)s") % {"reason": said or f"HTTP {reply.status}"},
        detail=said,
    )


def _published(status: Mapping[str, Any], rest: timedelta | None) -> Published:
    return Published(str(status["id"]), web_address(status.get("url")), rest)


def _limits(told: Mapping[str, Any], usual: Limits) -> Limits:
    """Instance#configuration, https://docs.joinmastodon.org/entities/Instance/."""
    statuses = told.get("statuses") or {}
    media = told.get("media_attachments") or {}
    kinds = tuple(kind for kind in media.get("supported_mime_types") or () if "image/" in kind)
    return Limits(
        text=statuses.get("max_characters") or usual.text,
        link_length=statuses.get("characters_reserved_per_url") or usual.link_length,
        media=statuses.get("max_media_attachments") or usual.media,
        media_bytes=media.get("image_size_limit") or usual.media_bytes,
        media_pixels=media.get("image_matrix_limit") or usual.media_pixels,
        mimes=kinds or usual.mimes,
        alt=media.get("description_limit") or usual.alt,
    )


def mentions(content: str, link: str) -> bool:
    """Whether a status (HTML) carries the link: as an address, or in its words."""
    words = html.unescape(regex.sub(r"<[^>]*>", "", content))
    return any(
        regex.search(rf"{regex.escape(link)}(?![\w-])", text) is not None
        for text in (html.unescape(content), words)
    )


# How Mastodon counts: an address it will link counts `reserved`, a mention without its domain,
# the rest by grapheme clusters (app/validators/status_length_validator.rb, 4.x, and
# https://docs.joinmastodon.org/user/posting/#text). Names reserved by RFC 2606 and RFC 6761 are
# no addresses to Mastodon, since its list of top-level domains lacks them.
_WORD = r"[\p{L}\p{M}\p{Nd}\p{Pc}]"
_PART = r"[^\s<>()?]"
_PARENS = rf"\((?:{_PART}+|{_PART}*\({_PART}+\){_PART}*)\)"
_PATH = rf"/(?:(?:{_PART}|{_PARENS})*(?:[^\s()?!*\"'「」<>;:=,.$%\[\]~&|@]|{_PARENS}))?"
_QUERY = r"\?[\p{L}\p{N}!?*'();:&=+$/%#\[\]\-_.,~|@^]*[\p{L}\p{N}_&=#/\-]"
_RESERVED = "test|example|invalid|localhost|local|internal|onion"
_ADDRESS = (
    r"(?<![A-Za-z0-9@＠$#＃])[Hh][Tt][Tt][Pp][Ss]?://"
    r"(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+"
    rf"(?!(?i:{_RESERVED})(?![\p{{L}}\p{{N}}-]))(?:\p{{L}}{{2,}}|[Xx][Nn]--[A-Za-z0-9-]+)"
    rf"(?![\p{{L}}\p{{N}}@+-])(?::[0-9]+)?(?:{_PATH})?(?:{_QUERY})?"
)
_MENTION = (
    rf"(?<![=/]|{_WORD})(?>(?P<name>@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)"
    rf"(?:@{_WORD}+(?:[.-]+{_WORD}+)*)?)(?!@|://)"
)
_ENTITY = regex.compile(f"(?P<address>{_ADDRESS})|{_MENTION}")


def length(text: str, reserved: int = 23) -> int:
    """Characters of the text as Mastodon counts them."""
    return graphemes(
        _ENTITY.sub(lambda found: "x" * reserved if found["address"] else found["name"], text)
    )
