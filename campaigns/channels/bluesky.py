"""Bluesky: a record in the account's own repository on its server (PDS).

https://docs.bsky.app/docs/api/ · https://docs.bsky.app/docs/advanced-guides/post-richtext ·
https://atproto.com/specs/record-key · https://atproto.com/specs/xrpc (2026); what a real server
answers is tried in tests/peers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

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
    Problem,
    Published,
    Rejected,
    Unavailable,
    Uncertain,
)
from campaigns.channels.facets import HANDLE, facets
from campaigns.channels.http import Reply, Server, address, is_loopback
from campaigns.channels.rules import over_limit, pictures, presence
from campaigns.channels.text import graphemes

POST = "app.bsky.feed.post"
STALE = {"ExpiredToken", "InvalidToken"}


class Bluesky(Channel):
    """The record's key comes from the delivery's key, so a repeat overwrites, never doubles.

    The session (access token of 2 hours, refresh token of 90 days) is kept by the caller, since
    new ones are limited to a few hundred a day.
    """

    key = "bluesky"
    label = gettext_lazy("Bluesky")
    limits = Limits(
        text=300,
        text_bytes=3000,
        media=4,
        media_bytes=1_000_000,
        mimes=("image/jpeg", "image/png", "image/webp"),
        alt=2000,
    )
    fields = (
        Credential(
            "handle",
            gettext_lazy("Handle"),
            gettext_lazy("The name of the profile, without @."),
            example="donoday.bsky.social",
        ),
        Credential(
            "password",
            gettext_lazy("App password"),
            gettext_lazy(
                "In Bluesky: Settings, Privacy and security, App passwords. Never the profile's "
                "own password."
            ),
            secret=True,
        ),
        Credential(
            "service",
            gettext_lazy("Server"),
            gettext_lazy("Leave it as it is unless the profile lives on a server of its own."),
            example="https://bsky.social",
        ),
    )

    @classmethod
    def clean(cls, values: Mapping[str, str]) -> dict[str, str]:
        cleaned, errors = super().clean(values), {}
        cleaned["handle"] = cleaned["handle"].removeprefix("@").lower()
        if not HANDLE.fullmatch(cleaned["handle"]):
            errors["handle"] = _("Write the whole handle, such as donoday.bsky.social.")
        if not 6 <= len(cleaned["password"]) <= 256:
            errors["password"] = _("Copy the whole app password.")
        try:
            cleaned["service"] = address(cleaned["service"] or "https://bsky.social")
        except ValueError:
            errors["service"] = _("Write the server's address, such as https://bsky.social.")
        if errors:
            raise InvalidCredentials(errors)
        return cleaned

    def verify(self) -> Identity:
        """A live session is enough proof; the handle is the server's."""
        reply = self._asked(self._server(), "GET", "com.atproto.server.getSession")
        handle, did = str(reply.data.get("handle", "")), str(reply.data.get("did", ""))
        return Identity(remote_id=did, handle=f"@{handle}", url=self._web(handle))

    def count(self, draft: Draft) -> list[Count]:
        return [
            Count("characters", _("characters"), graphemes(draft.text), self.limits.text),
            Count("bytes", _("bytes"), len(draft.text.encode()), self.limits.text_bytes),
        ]

    def check(self, draft: Draft) -> list[Problem]:
        return presence(draft) + over_limit(self.count(draft)) + pictures(draft, self.limits)

    def publish(self, draft: Draft, key: str) -> Published:
        server = self._server()
        self._ensure_session(server)
        body = {
            "repo": self.session["did"],
            "collection": POST,
            "rkey": record_key(key),
            "record": self._record(server, draft),
        }
        reply = self._asked(
            server, "POST", "com.atproto.repo.putRecord", publishing=True, json=body
        )
        if not isinstance(reply.data, dict) or not reply.data.get("uri"):
            raise Uncertain(_("The server's answer makes no sense: the post may be out."))
        return self._published(str(reply.data["uri"]), server.rest)

    def find(self, key: str, draft: Draft) -> Published | None:
        server = self._server()
        self._ensure_session(server)
        query = {"repo": self.session["did"], "collection": POST, "rkey": record_key(key)}
        reply = self._call(server, "GET", "com.atproto.repo.getRecord", params=query)
        if reply.status == 400 and reply.said("error") == "RecordNotFound":
            return None
        self._accept(reply)
        if not isinstance(reply.data, dict) or not reply.data.get("uri"):
            raise Unavailable(_("The network has a fault. We try again by ourselves."))
        return self._published(str(reply.data["uri"]), server.rest)

    # the record

    def _record(self, server: Server, draft: Draft) -> dict[str, Any]:
        moment = (draft.at or datetime.now(UTC)).astimezone(UTC)
        record: dict[str, Any] = {
            "$type": POST,
            "text": draft.text,
            "createdAt": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "langs": [draft.language],
        }
        if found := facets(draft.text, lambda handle: self._resolve(server, handle)):
            record["facets"] = found
        if draft.media:
            record["embed"] = {"$type": "app.bsky.embed.images", "images": []}
        for picture in draft.media:
            record["embed"]["images"].append(
                {
                    "alt": picture.alt,
                    "image": self._upload(server, picture.read(), picture.mime),
                    "aspectRatio": {"width": picture.width, "height": picture.height},
                }
            )
        return record

    def _upload(self, server: Server, content: bytes, mime: str) -> dict[str, Any]:
        reply = self._asked(
            server,
            "POST",
            "com.atproto.repo.uploadBlob",
            data=content,
            headers={"Content-Type": mime},
        )
        blob = reply.data.get("blob")
        if not isinstance(blob, dict):
            raise Unavailable(_("The network has a fault. We try again by ourselves."))
        return blob

    def _resolve(self, server: Server, handle: str) -> str | None:
        reply = self._call(
            server, "GET", "com.atproto.identity.resolveHandle", params={"handle": handle}
        )
        return str(reply.data.get("did") or "") or None if reply.ok else None

    # session and calls

    def _server(self) -> Server:
        return Server(self.credentials["service"])

    def _asked(self, server: Server, method: str, name: str, **options: Any) -> Reply:
        """A call that must succeed."""
        reply = self._call(server, method, name, **options)
        self._accept(reply)
        return reply

    def _call(self, server: Server, method: str, name: str, **options: Any) -> Reply:
        """A call with the session; an expired token is renewed and the call made once more."""
        self._ensure_session(server)
        reply = self._with_token(server, method, name, options)
        if reply.said("error") in STALE or reply.status == 401:
            self._renew_session(server)
            reply = self._with_token(server, method, name, options)
        return reply

    def _with_token(
        self, server: Server, method: str, name: str, options: Mapping[str, Any]
    ) -> Reply:
        headers = _bearer(self.session["accessJwt"]) | options.get("headers", {})
        return server.call(method, f"/xrpc/{name}", **{**options, "headers": headers})

    def _ensure_session(self, server: Server) -> None:
        if not (self.session.get("accessJwt") and self.session.get("did")):
            self._open_session(server)

    def _renew_session(self, server: Server) -> None:
        """By the refresh token; by the password when that is gone too."""
        headers = _bearer(self.session.get("refreshJwt", ""))
        reply = server.call("POST", "/xrpc/com.atproto.server.refreshSession", headers=headers)
        if reply.ok and _is_session(reply.data):
            self._keep(reply.data)
        else:
            self._open_session(server)

    def _open_session(self, server: Server) -> None:
        reply = server.call(
            "POST",
            "/xrpc/com.atproto.server.createSession",
            json={
                "identifier": self.credentials["handle"],
                "password": self.credentials["password"],
            },
        )
        self._accept(reply)
        if not _is_session(reply.data):
            raise Rejected(_("No Bluesky server answers at this address."))
        self._keep(reply.data)

    def _keep(self, told: Mapping[str, Any]) -> None:
        self.session = {
            name: str(told.get(name, "")) for name in ("did", "handle", "accessJwt", "refreshJwt")
        }
        self.on_session(dict(self.session))

    # answers

    def _accept(self, reply: Reply) -> None:
        """Reads a refusal; returns when there is none."""
        if reply.ok:
            return
        code, said = reply.said("error"), reply.said("error", "message")
        if code == "AuthFactorTokenRequired":
            raise Disconnected(
                _("This profile asks for a second code: use an app password."), detail=said
            )
        if reply.status in (401, 403) or code in STALE or code.startswith("Account"):
            raise Disconnected(
                _("Bluesky no longer lets this profile in: connect it again."), detail=said
            )
        if reply.status == 404:
            raise Rejected(_("No Bluesky server answers at this address."), detail=said)
        if reply.status == 413 or code == "BlobTooLarge":
            raise Rejected(_("A picture is too heavy for this server."), detail=said)
        reason = said or f"HTTP {reply.status}"
        raise Rejected(
            _("Bluesky refused the post: %(reason)s") % {"reason": reason}, detail=reason
        )

    def _published(self, uri: str, rest: timedelta | None) -> Published:
        handle = self.session.get("handle") or self.credentials["handle"]
        return Published(uri, f"{self._web(handle)}/post/{uri.rpartition('/')[2]}", rest)

    def _web(self, handle: str) -> str:
        """Where people read: bsky.app, or the server itself when it runs on this machine."""
        service = self.credentials["service"]
        host = urlsplit(service).hostname or ""
        return f"{service if is_loopback(host) else 'https://bsky.app'}/profile/{handle}"


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _is_session(data: Any) -> bool:
    return isinstance(data, dict) and all(
        data.get(name) for name in ("did", "accessJwt", "refreshJwt")
    )


_SORTABLE = "234567abcdefghijklmnopqrstuvwxyz"
_YEAR_2024 = 1_704_067_200_000_000
_MICROSECONDS_A_YEAR = 366 * 86_400_000_000


def record_key(key: str) -> str:
    """A TID (13 characters, https://atproto.com/specs/tid) that depends on the key alone.

    Not on a clock: whatever else changes between two attempts, they write the same record. The
    moment inside it falls in 2024 and means nothing; a post's time is its `createdAt`.
    """
    drawn = int.from_bytes(hashlib.sha256(key.encode()).digest()[:16])
    moment = _YEAR_2024 + (drawn >> 10) % _MICROSECONDS_A_YEAR
    number = moment << 10 | drawn & 1023
    return "".join(_SORTABLE[number >> shift & 31] for shift in range(60, -1, -5))
