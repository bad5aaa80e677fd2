"""Bluesky's tables: accounts, tokens, blobs, records."""

import base64
import hashlib
import json
import secrets
import time
from sqlite3 import Connection, Row
from typing import Any

from sandbox.store import Store

ACCESS_SECONDS = 2 * 3600
REFRESH_SECONDS = 90 * 86400
GRACE_SECONDS = 2 * 3600


def setup(store: Store) -> None:
    store.setup("""
        CREATE TABLE IF NOT EXISTS bluesky_account (
            did TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE, revoked INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE IF NOT EXISTS bluesky_token (
            token TEXT PRIMARY KEY, did TEXT NOT NULL, kind TEXT NOT NULL, until REAL NOT NULL
        );
        CREATE TABLE IF NOT EXISTS bluesky_blob (
            did TEXT NOT NULL, cid TEXT NOT NULL, mime TEXT NOT NULL, content BLOB NOT NULL,
            PRIMARY KEY (did, cid)
        );
        CREATE TABLE IF NOT EXISTS bluesky_record (
            did TEXT NOT NULL, collection TEXT NOT NULL, rkey TEXT NOT NULL, cid TEXT NOT NULL,
            value TEXT NOT NULL, created REAL NOT NULL,
            PRIMARY KEY (did, collection, rkey)
        );
    """)


def account(db: Connection, name: str, *, make: bool = False) -> Row | None:
    """The account of that handle or DID; made by its handle when asked for and missing."""
    if make:
        letters = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()
        db.execute(
            "INSERT OR IGNORE INTO bluesky_account (did, handle) VALUES (?, ?)",
            (f"did:plc:{letters[:24]}", name),
        )
    row: Row | None = db.execute(
        "SELECT * FROM bluesky_account WHERE handle = ? OR did = ?", (name, name)
    ).fetchone()
    return row


def open_session(db: Connection, did: str) -> dict[str, str]:
    """A new pair of tokens."""
    pair = {"accessJwt": secrets.token_urlsafe(32), "refreshJwt": secrets.token_urlsafe(32)}
    now = time.time()
    for name, seconds in (("accessJwt", ACCESS_SECONDS), ("refreshJwt", REFRESH_SECONDS)):
        db.execute(
            "INSERT INTO bluesky_token VALUES (?, ?, ?, ?)", (pair[name], did, name, now + seconds)
        )
    return pair


def token(db: Connection, value: str) -> Row | None:
    row: Row | None = db.execute(
        "SELECT t.*, a.handle FROM bluesky_token t JOIN bluesky_account a USING (did)"
        " WHERE token = ?",
        (value,),
    ).fetchone()
    return row


def expire(db: Connection, did: str, kind: str) -> None:
    """End an account's tokens of a kind now; every kind when it is empty."""
    db.execute("UPDATE bluesky_token SET until = 0 WHERE did = ? AND ? IN ('', kind)", (did, kind))


def retire(db: Connection, value: str) -> None:
    """Let a refresh token that was used live on for its time of grace."""
    db.execute(
        "UPDATE bluesky_token SET until = min(until, ?) WHERE token = ?",
        (time.time() + GRACE_SECONDS, value),
    )


def add_blob(db: Connection, did: str, cid: str, mime: str, content: bytes) -> None:
    db.execute("INSERT OR IGNORE INTO bluesky_blob VALUES (?, ?, ?, ?)", (did, cid, mime, content))


def blob(db: Connection, did: str, cid: str) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM bluesky_blob WHERE did = ? AND cid = ?", (did, cid)
    ).fetchone()
    return row


def record(db: Connection, did: str, collection: str, rkey: str) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM bluesky_record WHERE did = ? AND collection = ? AND rkey = ?",
        (did, collection, rkey),
    ).fetchone()
    return row


def records(
    db: Connection,
    did: str,
    collection: str,
    *,
    limit: int,
    cursor: str = "",
    reverse: bool = False,
) -> list[Row]:
    """By key, the greatest first; ``reverse`` turns that round. After ``cursor``."""
    order, past = ("ASC", ">") if reverse else ("DESC", "<")
    return db.execute(
        f"SELECT * FROM bluesky_record WHERE did = ? AND collection = ?"  # noqa: S608 - two words of ours
        f" AND (? = '' OR rkey {past} ?) ORDER BY rkey {order} LIMIT ?",
        (did, collection, cursor, cursor, limit),
    ).fetchall()


def put(db: Connection, did: str, collection: str, rkey: str, cid: str, value: Any) -> None:
    """Write the record, over what was there."""
    db.execute(
        "INSERT INTO bluesky_record (did, collection, rkey, cid, value, created)"
        " VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (did, collection, rkey) DO UPDATE SET cid = excluded.cid,"
        " value = excluded.value",
        (did, collection, rkey, cid, json.dumps(value), time.time()),
    )
