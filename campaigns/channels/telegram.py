"""Telegram channels, by a bot that is their administrator.

https://core.telegram.org/bots/api (Bot API 9, 2026): #sendmessage, #sendphoto, #sendmediagroup, #getchat,
#getchatmember, #making-requests, #responseparameters
"""

from __future__ import annotations

import json
from collections.abc import Mapping
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
    Uncertain,
)
from campaigns.channels.http import Reply, Server, address, is_loopback
from campaigns.channels.rules import named, over_limit, pictures, presence

API = "https://api.telegram.org"
CAPTION = 1024
SIDES = 10_000  # pixels, width and height together
RATIO = 20
# what the API says where the bot may not, or not any more, write there
SHUT = regex.compile(
    r"chat not found|not enough rights|need administrator rights|CHAT_WRITE_FORBIDDEN|bot was kicked|"
    r"bot is not a member|CHAT_ADMIN_REQUIRED|group chat was (?:deleted|upgraded)",
    regex.IGNORECASE,
)


class Telegram(Channel):
    """Without proof after an unknown result: a bot cannot read what is in its channel, so a person
    looks. Telegram has no description of a picture for those who cannot see it."""

    key = "telegram"
    label = gettext_lazy("Telegram")
    limits = Limits(
        text=4096,
        media=10,
        media_bytes=10 * 1024 * 1024,
        mimes=("image/jpeg", "image/png"),
    )
    fields = (
        Credential(
            "token",
            gettext_lazy("The bot's token"),
            gettext_lazy(
                "In Telegram write to @BotFather: /newbot, then a name. Copy here the token that it "
                "answers with."
            ),
            secret=True,
            example="123456789:AA…",
        ),
        Credential(
            "chat",
            gettext_lazy("Channel"),
            gettext_lazy(
                "Its public name, or its number if it is private. In the channel: Administrators, add "
                "the bot, with the permission to post messages."
            ),
            example="@piusegnipositivi",
        ),
        Credential(
            "server",
            gettext_lazy("Server"),
            gettext_lazy("Leave it empty, unless you run a Bot API server of your own."),
            example=API,
        ),
    )

    @classmethod
    def clean(cls, values: Mapping[str, str]) -> dict[str, str]:
        cleaned, errors = super().clean(values), {}
        if not regex.fullmatch(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}", cleaned["token"]):
            errors["token"] = _("Copy the whole token: figures, a colon, then letters and figures.")
        cleaned["chat"] = _chat(cleaned["chat"])
        if not regex.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-[0-9]{5,20}", cleaned["chat"]):
            errors["chat"] = _(
                "Write the channel's name, such as @piusegnipositivi, or its number."
            )
        try:
            cleaned["server"] = address(cleaned["server"] or API)
        except ValueError:
            errors["server"] = _("Write the server's address, or leave it empty.")
        if errors:
            raise InvalidCredentials(errors)
        return cleaned

    def verify(self) -> Identity:
        server = self._server()
        bot = _result(server.call("GET", "/getMe"))
        chat = _result(server.call("GET", "/getChat", params=self._to()))
        asked = self._to() | {"user_id": str(bot.get("id", ""))}
        member = _result(server.call("GET", "/getChatMember", params=asked))
        if not _may_post(chat, member):
            raise Disconnected(
                _("The bot may not post there: make it an administrator who may post messages.")
            )
        name = str(chat.get("username") or "")
        return Identity(
            remote_id=str(chat["id"]),
            handle=f"@{name}" if name else str(chat.get("title", ""))[:200],
            url=f"{self._pages()}/{name}" if name else "",
        )

    def count(self, draft: Draft) -> list[Count]:
        # code points, as measured against the service in 2026; entities count in UTF-16, lengths do not
        most = CAPTION if draft.media else self.limits.text
        return [Count("characters", _("characters"), len(draft.text), most)]

    def check(self, draft: Draft) -> list[Problem]:
        problems = presence(draft) + over_limit(self.count(draft)) + pictures(draft, self.limits)
        for name, media in named(draft):
            problems += _shape(name, media)
        if draft.media:
            words = gettext_lazy(
                "Telegram shows no description of a picture: what matters in it should be in the text."
            )
            problems.append(Problem("alt_unsent", words, "warning"))
        return problems

    def publish(self, draft: Draft, key: str) -> Published:
        server = self._server()
        if not draft.media:
            sent = {"json": self._to() | {"text": draft.text}}
            reply = server.call("POST", "/sendMessage", publishing=True, **sent)
        elif len(draft.media) == 1:
            files = {"photo": _file(draft.media[0], 0)}
            form = self._to() | {"caption": draft.text}
            reply = server.call("POST", "/sendPhoto", publishing=True, data=form, files=files)
        else:
            files = {f"photo{at}": _file(one, at) for at, one in enumerate(draft.media)}
            form = self._to() | {"media": json.dumps(_album(draft))}
            reply = server.call("POST", "/sendMediaGroup", publishing=True, data=form, files=files)
        _accept(reply)
        message = _first(reply)
        if message is None:
            raise Uncertain(_("The server's answer makes no sense: the post may be out."))
        return self._published(message, server)

    def find(self, key: str, draft: Draft) -> Published | None:
        raise Uncertain(_("Telegram does not show a bot what is in its channel: look there."))

    def _server(self) -> Server:
        return Server(f"{self.credentials['server']}/bot{self.credentials['token']}")

    def _to(self) -> dict[str, str]:
        return {"chat_id": self.credentials["chat"]}

    def _pages(self) -> str:
        """Where its pages are for people; of a server on this machine, its own."""
        server = self.credentials["server"]
        return server if is_loopback(urlsplit(server).hostname or "") else "https://t.me"

    def _published(self, message: Mapping[str, Any], server: Server) -> Published:
        chat, number = message.get("chat") or {}, str(message["message_id"])
        private = str(chat.get("id", "")).removeprefix("-100")
        place = chat.get("username") or f"c/{private}"
        return Published(number, f"{self._pages()}/{place}/{number}", server.rest)


def _chat(text: str) -> str:
    """The name as Telegram wants it, from what people copy: a link, or a name without its sign."""
    name = regex.sub(r"^(?:https?://)?t\.me/", "", text)
    return f"@{name}" if regex.match(r"[A-Za-z]", name) else name


def _may_post(chat: Mapping[str, Any], member: Mapping[str, Any]) -> bool:
    if member.get("status") == "creator":
        return True
    if chat.get("type") != "channel":
        return member.get("status") in ("administrator", "member")
    return member.get("status") == "administrator" and bool(member.get("can_post_messages"))


def _shape(name: Any, media: Media) -> list[Problem]:
    """https://core.telegram.org/bots/api#sendphoto"""
    sides = sorted((media.width, media.height))
    problems = []
    if sum(sides) > SIDES:
        told = gettext_lazy(
            "%(picture)s is too large: width and height may be %(most)d pixels together."
        )
        problems.append(Problem("media_large", told % {"picture": name, "most": SIDES}))
    if sides[1] > RATIO * sides[0]:
        told = gettext_lazy("%(picture)s is too long for its breadth: at most %(most)d times.")
        problems.append(Problem("media_narrow", told % {"picture": name, "most": RATIO}))
    return problems


def _file(media: Media, at: int) -> tuple[str, bytes, str]:
    return f"photo{at}.{media.mime.rpartition('/')[2]}", media.read(), media.mime


def _album(draft: Draft) -> list[dict[str, str]]:
    """The first one's caption is the album's."""
    rows = [{"type": "photo", "media": f"attach://photo{at}"} for at in range(len(draft.media))]
    rows[0]["caption"] = draft.text
    return rows


def _accept(reply: Reply) -> None:
    """Reads a refusal; returns when there is none."""
    if reply.ok:
        return
    said = reply.said("description")
    # a token that is none at all is answered with 404, https://core.telegram.org/bots/api#authorizing-your-bot
    if reply.status in (401, 403, 404) or SHUT.search(said):
        raise Disconnected(
            _("Telegram no longer lets the bot post in this channel: connect it again."),
            detail=said,
        )
    if reply.status == 413:
        raise Rejected(_("A picture is too heavy for this server."), detail=said)
    raise Rejected(
        _("Telegram refused the post: %(reason)s") % {"reason": said or f"HTTP {reply.status}"},
        detail=said,
    )


def _result(reply: Reply) -> Mapping[str, Any]:
    _accept(reply)
    found = reply.data.get("result") if isinstance(reply.data, dict) else None
    if not isinstance(found, dict) or ("id" not in found and "status" not in found):
        raise Rejected(_("No Telegram server answers at this address."))
    return found


def _first(reply: Reply) -> Mapping[str, Any] | None:
    """The message, or the first of an album: its address shows all of them."""
    found = reply.data.get("result") if isinstance(reply.data, dict) else None
    if isinstance(found, list):
        found = found[0] if found else None
    return found if isinstance(found, dict) and found.get("message_id") else None
