"""Mastodon's REST API, as far as publishing needs it.

Each rule names the page of the documentation it was written from (2026).
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from sqlite3 import Connection, Row
from time import time
from typing import Any, Concatenate, ParamSpec

from PIL import Image
from werkzeug.wrappers import Response

from sandbox import allowance, faults, graphemes
from sandbox.mastodon import store, text
from sandbox.web import Context, answer

# 300 requests in 5 minutes, for an account: https://docs.joinmastodon.org/api/rate-limits/
WINDOW = 300
MEDIA_SECONDS = 0.4  # how long an attachment is "processing"
# the defaults of a server: https://docs.joinmastodon.org/entities/Instance/
MOST_FILES = 4
MOST_BYTES = 16 * 1024 * 1024
MOST_PIXELS = 33_177_600
LONGEST_ALT = 1500
MIMES = ("image/jpeg", "image/png", "image/gif", "image/webp")

Rest = ParamSpec("Rest")


class Refused(Exception):
    """An error in Mastodon's shape: https://docs.joinmastodon.org/entities/Error/"""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


@dataclass(frozen=True)
class Caller:
    """Who calls, and what the server is set to."""

    account: Row
    settings: dict[str, int]


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return answer({"error": message}, status, headers)


def _refuse(fault: faults.Fault) -> Response:
    """The fault's status in Mastodon's own words; a wait is told by headers:
    https://docs.joinmastodon.org/api/rate-limits/"""
    if fault.status == 429:
        reset = datetime.now(UTC) + timedelta(seconds=fault.seconds)
        return _error(429, "Too many requests", _limit_headers(300, 0, reset))
    if fault.status == 503 and fault.seconds:
        return _error(503, "Service unavailable", {"Retry-After": str(int(fault.seconds))})
    words = {401: "The access token was revoked", 422: "Validation failed: Text can't be blank"}
    return _error(fault.status, words.get(fault.status, "Internal server error"))


def _limit_headers(limit: int, remaining: int, reset: datetime) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": reset.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }


def signed_in(
    work: Callable[Concatenate[Context, Caller, Rest], Response],
) -> Callable[Concatenate[Context, Rest], Response]:
    """Faults, then the token, then the rate limit, then the work."""

    @wraps(work)
    def endpoint(ctx: Context, *args: Rest.args, **kwargs: Rest.kwargs) -> Response:
        def run() -> Response:
            try:
                caller = _caller(ctx)
                left = _allowed(ctx, caller)
                response = work(ctx, caller, *args, **kwargs)
            except Refused as refused:
                return _error(refused.status, refused.message, refused.headers)
            response.headers.update(left)
            return response

        return faults.around(ctx, "mastodon", run, _refuse)

    return endpoint


def _caller(ctx: Context) -> Caller:
    """401 "The access token is invalid":
    https://docs.joinmastodon.org/methods/statuses/#create"""
    scheme, _space, token = ctx.request.headers.get("Authorization", "").partition(" ")
    found = re.fullmatch(r"sandbox-([a-z0-9_]{1,30})", token)
    if scheme != "Bearer" or not found:
        raise Refused(401, "The access token is invalid")
    with ctx.store.tx() as db:
        account = store.account(db, found[1], make=True)
        settings = store.settings(db)
    assert account
    if account["revoked"]:
        raise Refused(401, "The access token was revoked")
    return Caller(account, settings)


def _allowed(ctx: Context, caller: Caller) -> dict[str, str]:
    bucket, limit = f"mastodon:{caller.account['id']}", caller.settings["requests"]
    left = allowance.spend(ctx.store, bucket, limit=limit, window=WINDOW)
    headers = _limit_headers(limit, left.remaining, datetime.fromtimestamp(left.reset, UTC))
    if not left.granted:
        raise Refused(429, "Too many requests", headers)
    return headers


def instance(ctx: Context) -> Response:
    """https://docs.joinmastodon.org/methods/instance/#v2
    https://docs.joinmastodon.org/entities/Instance/"""

    def run() -> Response:
        with ctx.store.tx() as db:
            settings = store.settings(db)
        return answer(_instance(ctx.world.base_url, settings))

    return faults.around(ctx, "mastodon", run, _refuse)


def _instance(base: str, settings: dict[str, int]) -> dict[str, Any]:
    return {
        "domain": base.partition("://")[2],
        "title": "Mastodon di prova",
        "version": "4.4.0",
        "configuration": {
            "statuses": {
                "max_characters": settings["max_characters"],
                "max_media_attachments": MOST_FILES,
                "characters_reserved_per_url": text.LINK_LENGTH,
            },
            "media_attachments": {
                "description_limit": LONGEST_ALT,
                "supported_mime_types": [*MIMES, "video/mp4"],
                "image_size_limit": MOST_BYTES,
                "image_matrix_limit": MOST_PIXELS,
            },
        },
    }


@signed_in
def verify(ctx: Context, caller: Caller) -> Response:
    """https://docs.joinmastodon.org/methods/accounts/#verify_credentials"""
    return answer(_account(ctx, caller.account["id"], caller.account["name"]))


def _account(ctx: Context, identity: int, name: str) -> dict[str, Any]:
    url = f"{ctx.world.base_url}/mastodon/@{name}"
    return {
        "id": str(identity),
        "username": name,
        "acct": name,
        "display_name": name,
        "url": url,
        "uri": url,
    }


@signed_in
def upload(ctx: Context, caller: Caller) -> Response:
    """202 while it is processed, ``url`` null until then:
    https://docs.joinmastodon.org/methods/media/#v2"""
    file = ctx.request.files.get("file")
    if file is None:
        raise Refused(422, "Validation failed: File can't be blank")
    content = file.read(MOST_BYTES + 1)
    size = _size(content, file.mimetype)
    alt = _description(ctx.request.form.get("description", ""))
    with ctx.store.tx() as db:
        identity = store.add_media(
            db, caller.account["id"], content, file.mimetype, size, alt, MEDIA_SECONDS
        )
        row = store.media(db, identity)
    assert row
    return answer(_media(ctx, row), 202)


def _size(content: bytes, mime: str) -> tuple[int, int]:
    """422 "Validation failed: …": https://docs.joinmastodon.org/methods/media/#v2"""
    if len(content) > MOST_BYTES:
        raise Refused(422, "Validation failed: File file size must be less than 16 MB")
    try:
        with Image.open(io.BytesIO(content)) as picture:
            size = picture.size
    except Exception:
        raise Refused(422, "Validation failed: File content type is invalid") from None
    if mime not in MIMES:
        raise Refused(422, "Validation failed: File content type is invalid, File is invalid")
    if size[0] * size[1] > MOST_PIXELS:
        raise Refused(422, f"Validation failed: {size[0]}x{size[1]} images are not supported")
    return size


def _description(alt: str) -> str:
    """configuration[media_attachments][description_limit]:
    https://docs.joinmastodon.org/entities/Instance/"""
    if graphemes.count(alt) > LONGEST_ALT:
        raise Refused(
            422, f"Validation failed: Description is too long (maximum is {LONGEST_ALT} characters)"
        )
    return alt


def _media(ctx: Context, row: Row) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/MediaAttachment/"""
    url = f"{ctx.world.base_url}/mastodon/media/{row['id']}"
    width, height = row["width"], row["height"]
    return {
        "id": str(row["id"]),
        "type": "image",
        "url": url if row["ready"] <= time() else None,
        "preview_url": url,
        "remote_url": None,
        "meta": {"original": {"width": width, "height": height, "aspect": width / height}},
        "description": row["description"] or None,
        "blurhash": None,
    }


@signed_in
def media(ctx: Context, caller: Caller, identity: int) -> Response:
    """206 until the file was processed: https://docs.joinmastodon.org/methods/media/#get"""
    row = _own_media(ctx, caller, identity)
    return answer(_media(ctx, row), 200 if row["ready"] <= time() else 206)


@signed_in
def describe(ctx: Context, caller: Caller, identity: int) -> Response:
    """https://docs.joinmastodon.org/methods/media/#update"""
    _own_media(ctx, caller, identity)
    alt = _description(str(_parameters(ctx).get("description", "")))
    with ctx.store.tx() as db:
        db.execute("UPDATE mastodon_media SET description = ? WHERE id = ?", (alt, identity))
    return answer(_media(ctx, _own_media(ctx, caller, identity)))


def _own_media(ctx: Context, caller: Caller, identity: int) -> Row:
    """Only before it is attached: https://docs.joinmastodon.org/methods/media/#get"""
    with ctx.store.tx() as db:
        row = store.media(db, identity, caller.account["id"])
    if row is None or row["status"] is not None:
        raise Refused(404, "Record not found")
    return row


@signed_in
def publish(ctx: Context, caller: Caller) -> Response:
    """A known Idempotency-Key gives the status it made:
    https://docs.joinmastodon.org/methods/statuses/#create"""
    owner, key = caller.account["id"], ctx.request.headers.get("Idempotency-Key", "")
    data = _parameters(ctx)
    with ctx.store.tx() as db:
        identity = store.remembered(db, owner, key) if key else None
        if identity is None:
            identity = _create(db, caller, data)
            if key:
                store.remember(db, owner, key, identity)
        return answer(_status(ctx, db, identity))


def _parameters(ctx: Context) -> dict[str, Any]:
    """Form data or JSON, and arrays as ``name[]``: https://docs.joinmastodon.org/client/intro/"""
    if ctx.request.is_json:
        data = ctx.request.get_json()
        return data if isinstance(data, dict) else {}
    form: dict[str, Any] = ctx.request.form.to_dict()
    return form | {"media_ids": ctx.request.form.getlist("media_ids[]")}


def _create(db: Connection, caller: Caller, data: dict[str, Any]) -> int:
    """Text or media, within the server's limit: https://docs.joinmastodon.org/methods/statuses/#create"""
    words = str(data.get("status") or "").strip()
    spoiler = str(data.get("spoiler_text") or "")
    attached = _attachable(db, caller, data.get("media_ids") or [])
    if not words and not attached:
        raise Refused(422, "Validation failed: Text can't be blank")
    most = caller.settings["max_characters"]
    if graphemes.count(spoiler) + text.length(words) > most:
        raise Refused(422, f"Validation failed: Text character limit of {most} exceeded")
    values = {
        "text": words,
        "spoiler": spoiler,
        "language": str(data.get("language") or ""),
        "visibility": str(data.get("visibility") or "public"),
    }
    return store.add_status(db, caller.account["id"], values, attached)


def _attachable(db: Connection, caller: Caller, identities: list[Any]) -> list[int]:
    """The attachments of a new status, ready and one's own: https://docs.joinmastodon.org/methods/media/"""
    if len(identities) > MOST_FILES:
        raise Refused(422, f"Cannot attach more than {MOST_FILES} files")
    numbers = [int(number) if str(number).isdecimal() else 0 for number in identities]
    rows = [store.media(db, number, caller.account["id"]) for number in numbers]
    if any(row is None or row["status"] is not None for row in rows):
        raise Refused(422, "Media not found or already attached to another post")
    if any(row and row["ready"] > time() for row in rows):
        raise Refused(
            422,
            "Cannot attach files that have not finished processing. Try again in a moment!",
        )
    return numbers


def _status(ctx: Context, db: Connection, identity: int) -> dict[str, Any]:
    """https://docs.joinmastodon.org/entities/Status/"""
    row = store.status(db, identity)
    if row is None:
        raise Refused(404, "Record not found")
    moment = datetime.fromtimestamp(row["created"], UTC)
    url = f"{ctx.world.base_url}/mastodon/@{row['name']}/{identity}"
    return {
        "id": str(identity),
        "created_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "spoiler_text": row["spoiler"],
        "visibility": row["visibility"],
        "language": row["language"] or None,
        "uri": url,
        "url": url,
        "content": text.html(row["text"]),
        "favourites_count": 0,
        "reblogs_count": 0,
        "replies_count": 0,
        "account": _account(ctx, row["account"], row["name"]),
        "media_attachments": [_media(ctx, media) for media in store.media_of(db, identity)],
        "reblog": None,
    }


@signed_in
def listing(ctx: Context, caller: Caller, owner: int) -> Response:
    """``limit`` is 20 by default and at most 40: https://docs.joinmastodon.org/methods/accounts/#statuses"""
    query = ctx.request.args
    limit = min(max(query.get("limit", 20, int), 1), 40)
    with ctx.store.tx() as db:
        if "min_id" in query:
            rows = store.statuses_after(db, owner, query.get("min_id", 0, int), limit)
        else:
            above = query.get("since_id", 0, int)
            rows = store.statuses(
                db, owner, limit=limit, below=query.get("max_id", None, int), above=above
            )
        return answer([_status(ctx, db, row["id"]) for row in rows])
