"""The Bot API, as far as publishing needs it: https://core.telegram.org/bots/api (read 2026)."""

import io
import json
import re
from collections.abc import Callable
from sqlite3 import Connection, Row
from typing import Any

from PIL import Image
from werkzeug.wrappers import Response

from sandbox import faults
from sandbox.telegram import store
from sandbox.web import Context, answer

# #sendmessage: "1-4096 characters after entities parsing"; #sendphoto: "0-1024 characters"; code points,
# as others measured in 2026
LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
# #sendphoto: "at most 10 MB in size. The photo's width and height must not exceed 10000 in total. Width
# and height ratio must be at most 20"
MOST_BYTES, MOST_SIDES, MOST_RATIO = 10 * 1024 * 1024, 10_000, 20
ALBUM = range(2, 11)  # #sendmediagroup: "must include 2-10 items"
TOKEN = re.compile(r"(\d+):sandbox-[\w-]*")


class Refused(Exception):
    """#making-requests: "In case of an unsuccessful request, 'ok' equals false and the error is explained in
    the 'description'"."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status, self.description = status, description


def _error(status: int, description: str, wait: int = 0) -> Response:
    """#responseparameters; the header is what the open server sends beside them."""
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if wait:
        told["parameters"] = {"retry_after": wait}
    return answer(told, status, {"Retry-After": str(wait)} if wait else None)


def _refuse(fault: faults.Fault) -> Response:
    wait = int(fault.seconds) if fault.status == 429 else 0
    words = {401: "Unauthorized", 403: "Forbidden: bot was kicked from the channel chat"}
    words[429] = f"Too Many Requests: retry after {wait}"
    return _error(fault.status, words.get(fault.status, "Internal Server Error"), wait)


def called(work: Callable[[Context, int], Any]) -> Callable[..., Response]:
    """Faults, then the token (#authorizing-your-bot), then the work."""

    def endpoint(ctx: Context, token: str, **_rest: str) -> Response:
        def run() -> Response:
            try:
                if not (found := TOKEN.fullmatch(token)):
                    raise Refused(401, "Unauthorized")
                return answer({"ok": True, "result": work(ctx, int(found[1]))})
            except Refused as refused:
                return _error(refused.status, refused.description)

        return faults.around(ctx, "telegram", run, _refuse)

    return endpoint


@called
def unknown(ctx: Context, bot: int) -> Any:
    raise Refused(404, "Not Found")


@called
def me(ctx: Context, bot: int) -> Any:
    """#getme"""
    return {"id": bot, "is_bot": True, "first_name": "Bot di prova", "username": f"prova{bot}_bot"}


@called
def chat(ctx: Context, bot: int) -> Any:
    """#getchat"""
    with ctx.store.tx() as db:
        return _chat(_channel(ctx, db))


@called
def member(ctx: Context, bot: int) -> Any:
    """#getchatmember, #chatmemberadministrator"""
    with ctx.store.tx() as db:
        rights = _channel(ctx, db)["rights"]
    user = {"id": bot, "is_bot": True, "first_name": "Bot di prova"}
    if rights == "out":
        return {"status": "left", "user": user}
    return {"status": "administrator", "user": user, "can_post_messages": rights == "post"}


@called
def message(ctx: Context, bot: int) -> Any:
    """#sendmessage"""
    words = _read(ctx).get("text", "").strip()
    if not words:
        raise Refused(400, "Bad Request: message text is empty")
    if len(words) > LONGEST_TEXT:
        raise Refused(400, "Bad Request: message is too long")
    with ctx.store.tx() as db:
        row = _writable(ctx, db)
        return _told(row, store.add(db, row["id"], words, "", None), {"text": words})


@called
def photo(ctx: Context, bot: int) -> Any:
    """#sendphoto"""
    words = _caption(_read(ctx).get("caption", ""))
    picture = _picture(ctx, "photo")
    with ctx.store.tx() as db:
        row = _writable(ctx, db)
        return _told(row, store.add(db, row["id"], words, "", picture), {"caption": words})


@called
def album(ctx: Context, bot: int) -> Any:
    """#sendmediagroup: "On success, an array of Message objects that were sent is returned"."""
    try:
        items = json.loads(_read(ctx).get("media", ""))
    except ValueError:
        raise Refused(400, "Bad Request: can't parse media JSON object") from None
    if len(items) not in ALBUM:
        raise Refused(400, "Bad Request: wrong number of items in the album")
    parts = [
        (
            _caption(str(item.get("caption", ""))),
            _picture(ctx, str(item["media"])[len("attach://") :]),
        )
        for item in items
    ]
    with ctx.store.tx() as db:
        row = _writable(ctx, db)
        sent = f"{row['id']}.{row['last'] + 1}"
        return [
            _told(row, store.add(db, row["id"], words, sent, picture), {"media_group_id": sent})
            for words, picture in parts
        ]


def _read(ctx: Context) -> dict[str, str]:
    """#making-requests: query string, form, JSON or multipart."""
    if ctx.request.is_json:
        return {name: str(value) for name, value in ctx.request.get_json().items()}
    return ctx.request.values.to_dict()


def _channel(ctx: Context, db: Connection) -> Row:
    name = _read(ctx).get("chat_id", "")
    if not re.fullmatch(r"@[A-Za-z][A-Za-z0-9_]{3,31}", name):
        raise Refused(400, "Bad Request: chat not found")
    row = store.channel(db, name[1:], make=True)
    assert row
    return row


def _writable(ctx: Context, db: Connection) -> Row:
    row = _channel(ctx, db)
    if row["rights"] == "out":
        raise Refused(403, "Forbidden: bot is not a member of the channel chat")
    if row["rights"] == "none":
        raise Refused(400, "Bad Request: not enough rights to send text messages to the chat")
    return row


def _caption(words: str) -> str:
    if len(words.strip()) > LONGEST_CAPTION:
        raise Refused(400, "Bad Request: message caption is too long")
    return words.strip()


def _picture(ctx: Context, name: str) -> tuple[bytes, str, int, int]:
    file = ctx.request.files.get(name)
    if file is None:
        raise Refused(400, "Bad Request: there is no photo in the request")
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise Refused(413, "Request Entity Too Large")
    try:
        with Image.open(io.BytesIO(content)) as opened:
            width, height = opened.size
    except Exception:
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED") from None
    if width + height > MOST_SIDES or max(width, height) > MOST_RATIO * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return content, file.mimetype, width, height


def _chat(row: Row) -> dict[str, Any]:
    """#chatfullinfo"""
    identity = int(f"-100{row['id']:010}")
    return {"id": identity, "type": "channel", "title": row["name"], "username": row["name"]}


def _told(row: Row, number: int, more: dict[str, str]) -> dict[str, Any]:
    """#message"""
    return {"message_id": number, "chat": _chat(row), "sender_chat": _chat(row), **more}
