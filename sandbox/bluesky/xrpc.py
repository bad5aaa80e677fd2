"""The calls of a Bluesky server: https://docs.bsky.app/docs/category/http-reference.

Messages and statuses are those a real server (PDS 0.4) gave on loopback.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from sqlite3 import Connection, Row
from time import time
from typing import Any, NoReturn

from werkzeug.wrappers import Response

from sandbox import allowance, faults
from sandbox.bluesky import cid, lexicon, store
from sandbox.web import Context, answer

MOST_UPLOAD = 5 * 1024 * 1024
HANDLE = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
# docs/advanced-guides/rate-limits: sessions 30 in 5 minutes, 300 a day; 5000 points an hour
SESSIONS, SESSION_WINDOW, SESSIONS_A_DAY = 30, 300, 300
POINTS, HOUR, DAY = 5000, 3600, 86400
COST = {"create": 3, "put": 2, "delete": 1}

Endpoint = Callable[..., Response]


class Refused(Exception):
    """An error in XRPC's shape, https://atproto.com/specs/xrpc#error-responses."""

    def __init__(
        self, status: int, error: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.response = answer({"error": error, "message": message}, status, headers)


@dataclass(frozen=True)
class Caller:
    did: str
    handle: str


def called(work: Endpoint) -> Endpoint:
    """Faults, then the work; refusals in XRPC's shape."""

    @wraps(work)
    def endpoint(ctx: Context, **kwargs: Any) -> Response:
        def run() -> Response:
            try:
                return work(ctx, **kwargs)
            except Refused as refused:
                return refused.response

        return faults.around(ctx, "bluesky", run, _refuse)

    return endpoint


def _refuse(fault: faults.Fault) -> Response:
    """The fault's status in the server's own words; a wait as the rate-limit headers tell it."""
    if fault.status == 429:
        headers = _limit_headers(3000, 0, int(time() + fault.seconds), 300)
        data = {"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}
        return answer(data, 429, headers)
    words = {
        400: ("ExpiredToken", "Token has expired"),
        401: ("AuthenticationRequired", "Invalid identifier or password"),
        503: ("ServiceUnavailable", "Service Unavailable"),
    }
    error, message = words.get(fault.status, ("InternalServerError", "Internal Server Error"))
    wait = {"Retry-After": str(int(fault.seconds))} if fault.seconds else {}
    return answer({"error": error, "message": message}, fault.status, wait)


def _limit_headers(limit: int, remaining: int, reset: int, window: int) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(reset),
        "RateLimit-Policy": f"{limit};w={window}",
    }


def _spend(ctx: Context, bucket: str, limit: int, window: int, points: int = 1) -> dict[str, str]:
    left = allowance.spend(ctx.store, bucket, limit=limit, window=window, points=points)
    headers = _limit_headers(limit, left.remaining, left.reset, window)
    if not left.granted:
        raise Refused(429, "RateLimitExceeded", "Rate Limit Exceeded", headers)
    return headers


def _invalid(message: str) -> NoReturn:
    raise Refused(400, "InvalidRequest", message)


def _token(ctx: Context, kind: str) -> Row:
    """The valid token of a call. Expired is 400 ``ExpiredToken``, as seen on a real server."""
    scheme, _space, value = ctx.request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        raise Refused(401, "AuthMissing", "Authentication Required")
    with ctx.store.tx() as db:
        row = store.token(db, value)
    if row is None:
        raise Refused(400, "InvalidToken", "Token could not be verified")
    if row["kind"] != kind:
        raise Refused(400, "InvalidToken", "Invalid token type")
    if row["until"] < time():
        raise Refused(400, "ExpiredToken", "Token has expired")
    return row


def _caller(ctx: Context) -> Caller:
    row = _token(ctx, "accessJwt")
    return Caller(row["did"], row["handle"])


def _body(ctx: Context) -> dict[str, Any]:
    data = ctx.request.get_json(silent=True)
    return data if isinstance(data, dict) else _invalid("A request body is expected")


# sessions


@called
def create_session(ctx: Context) -> Response:
    """com.atproto.server.createSession: any handle, a password that begins with ``sandbox-``."""
    data = _body(ctx)
    handle = str(data.get("identifier", "")).lower()
    headers = _spend(ctx, f"bluesky:session:{handle}", SESSIONS, SESSION_WINDOW)
    _spend(ctx, f"bluesky:sessions:{handle}", SESSIONS_A_DAY, DAY)
    known = HANDLE.fullmatch(handle) and str(data.get("password", "")).startswith("sandbox-")
    with ctx.store.tx() as db:
        row = store.account(db, handle, make=True) if known else None
        if row is None or row["revoked"]:
            raise Refused(401, "AuthenticationRequired", "Invalid identifier or password")
        pair = store.open_session(db, row["did"])
    who = {"did": row["did"], "handle": row["handle"], "active": True}
    return answer(pair | who, headers=headers)


@called
def refresh_session(ctx: Context) -> Response:
    """com.atproto.server.refreshSession, signed with the refresh token.

    The old one may be used again for two hours, so that two workers may renew at once.
    """
    old = _token(ctx, "refreshJwt")
    with ctx.store.tx() as db:
        pair = store.open_session(db, old["did"])
        store.retire(db, old["token"])
    return answer(pair | {"did": old["did"], "handle": old["handle"], "active": True})


@called
def get_session(ctx: Context) -> Response:
    """com.atproto.server.getSession."""
    caller = _caller(ctx)
    return answer({"did": caller.did, "handle": caller.handle, "active": True})


@called
def resolve_handle(ctx: Context) -> Response:
    """com.atproto.identity.resolveHandle; needs no token."""
    with ctx.store.tx() as db:
        row = store.account(db, ctx.request.args.get("handle", "").lower())
    if row is None:
        _invalid("Unable to resolve handle")
    return answer({"did": row["did"]})


# records


@called
def upload_blob(ctx: Context) -> Response:
    """com.atproto.repo.uploadBlob: the size of a picture is checked at the record, not here."""
    caller = _caller(ctx)
    content = ctx.request.get_data()
    if len(content) > MOST_UPLOAD:
        raise Refused(413, "PayloadTooLarge", "request entity too large")
    name, mime = cid.of_blob(content), ctx.request.mimetype or "application/octet-stream"
    with ctx.store.tx() as db:
        store.add_blob(db, caller.did, name, mime, content)
    blob = {"$type": "blob", "ref": {"$link": name}, "mimeType": mime, "size": len(content)}
    return answer({"blob": blob})


@called
def put_record(ctx: Context) -> Response:
    """com.atproto.repo.putRecord: repeating it gives the same cid and one record."""
    return _write(ctx, "put")


@called
def create_record(ctx: Context) -> Response:
    """com.atproto.repo.createRecord: an existing rkey is a 500, as seen on a real server."""
    return _write(ctx, "create")


def _write(ctx: Context, how: str) -> Response:
    caller, data = _caller(ctx), _body(ctx)
    collection, rkey, record = _checked(caller, data)
    headers = _spend(ctx, f"bluesky:write:{caller.did}", POINTS, HOUR, COST[how])
    name = cid.of_record(record)
    with ctx.store.tx() as db:
        if how == "create" and store.record(db, caller.did, collection, rkey):
            raise Refused(500, "InternalServerError", "Internal Server Error")
        for blob in lexicon.blobs(record):
            if store.blob(db, caller.did, blob) is None:
                raise Refused(400, "BlobNotFound", f"Could not find blob: {blob}")
        store.put(db, caller.did, collection, rkey, name, record)
    uri = f"at://{caller.did}/{collection}/{rkey}"
    return answer({"uri": uri, "cid": name, "validationStatus": "valid"}, headers=headers)


def _checked(caller: Caller, data: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Collection, key and record of a write that passes the server's rules."""
    if data.get("repo") not in (caller.did, caller.handle):
        raise Refused(401, "AuthenticationRequired", "Invalid repo")
    collection, record = str(data.get("collection", "")), data.get("record")
    if collection != lexicon.POST or not isinstance(record, dict):
        _invalid(f"Only {lexicon.POST} is kept here")
    rkey = str(data.get("rkey") or _new_key())
    try:
        lexicon.check_key(rkey)
        lexicon.check_post(record)
    except lexicon.Invalid as wrong:
        _invalid(str(wrong))
    return collection, rkey, record


def _new_key() -> str:
    number = int(time() * 1_000_000) << 10
    letters = "234567abcdefghijklmnopqrstuvwxyz"
    return "".join(letters[number >> shift & 31] for shift in range(60, -1, -5))


def _repo(db: Connection, name: str) -> Row:
    return store.account(db, name) or _invalid(f"Could not find repo: {name}")


@called
def get_record(ctx: Context) -> Response:
    """com.atproto.repo.getRecord: nothing there is 400 ``RecordNotFound``."""
    query = ctx.request.args
    collection, rkey = query.get("collection", ""), query.get("rkey", "")
    with ctx.store.tx() as db:
        did = _repo(db, query.get("repo", ""))["did"]
        row = store.record(db, did, collection, rkey)
    if row is None:
        uri = f"at://{did}/{collection}/{rkey}"
        raise Refused(400, "RecordNotFound", f"Could not locate record: {uri}")
    return answer(_record(row))


def _record(row: Row) -> dict[str, Any]:
    uri = f"at://{row['did']}/{row['collection']}/{row['rkey']}"
    return {"uri": uri, "cid": row["cid"], "value": json.loads(row["value"])}


@called
def list_records(ctx: Context) -> Response:
    """com.atproto.repo.listRecords: ``limit`` 1 to 100, ``cursor``, ``reverse``."""
    query = ctx.request.args
    with ctx.store.tx() as db:
        rows = store.records(
            db,
            _repo(db, query.get("repo", ""))["did"],
            query.get("collection", ""),
            limit=min(max(query.get("limit", 50, int), 1), 100),
            cursor=query.get("cursor", ""),
            reverse=query.get("reverse", "") == "true",
        )
    more = {"cursor": rows[-1]["rkey"]} if rows else {}
    return answer({"records": [_record(row) for row in rows]} | more)


@called
def delete_record(ctx: Context) -> Response:
    """com.atproto.repo.deleteRecord: also 200 when there is nothing."""
    caller, data = _caller(ctx), _body(ctx)
    headers = _spend(ctx, f"bluesky:write:{caller.did}", POINTS, HOUR, COST["delete"])
    with ctx.store.tx() as db:
        db.execute(
            "DELETE FROM bluesky_record WHERE did = ? AND collection = ? AND rkey = ?",
            (caller.did, data.get("collection"), data.get("rkey")),
        )
    return answer({}, headers=headers)
