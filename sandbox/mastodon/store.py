"""Mastodon's tables: accounts, attachments, statuses, idempotency keys."""

import time
from sqlite3 import Connection, Row

from sandbox.store import Store

# "Idempotency keys are stored for up to 1 hour": https://docs.joinmastodon.org/methods/statuses/#create
KEPT_SECONDS = 3600

# the defaults of a server: https://docs.joinmastodon.org/entities/Instance/ and
# https://docs.joinmastodon.org/api/rate-limits/
SETTINGS = {"max_characters": 500, "requests": 300}


def setup(store: Store) -> None:
    store.setup("""
        CREATE TABLE IF NOT EXISTS mastodon_account (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created REAL NOT NULL,
            revoked INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE IF NOT EXISTS mastodon_media (
            id INTEGER PRIMARY KEY, account INTEGER NOT NULL, content BLOB NOT NULL,
            mime TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
            description TEXT NOT NULL, ready REAL NOT NULL, status INTEGER, place INTEGER
        );
        CREATE TABLE IF NOT EXISTS mastodon_status (
            id INTEGER PRIMARY KEY, account INTEGER NOT NULL, text TEXT NOT NULL,
            spoiler TEXT NOT NULL, language TEXT NOT NULL, visibility TEXT NOT NULL,
            created REAL NOT NULL
        );
        CREATE TABLE IF NOT EXISTS mastodon_idempotency (
            account INTEGER NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL,
            until REAL NOT NULL, PRIMARY KEY (account, key)
        );
        CREATE TABLE IF NOT EXISTS mastodon_setting (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    """)


def settings(db: Connection) -> dict[str, int]:
    return SETTINGS | {
        row["name"]: row["value"] for row in db.execute("SELECT * FROM mastodon_setting")
    }


def account(db: Connection, name: str, *, make: bool = False) -> Row | None:
    """The account of that name; made when asked for and missing."""
    if make:
        db.execute(
            "INSERT OR IGNORE INTO mastodon_account (name, created) VALUES (?, ?)",
            (name, time.time()),
        )
    row: Row | None = db.execute(
        "SELECT * FROM mastodon_account WHERE name = ?", (name,)
    ).fetchone()
    return row


def next_id(db: Connection) -> int:
    """A snowflake as Mastodon's: milliseconds, then 16 bits; always above the last one."""
    last = db.execute("SELECT max(id) FROM mastodon_status").fetchone()[0] or 0
    return max(int(time.time() * 1000) << 16, last + 1)


def add_media(
    db: Connection,
    owner: int,
    content: bytes,
    mime: str,
    size: tuple[int, int],
    alt: str,
    wait: float,
) -> int:
    """A new attachment's id; it is ready ``wait`` seconds from now."""
    row = db.execute(
        "INSERT INTO mastodon_media (account, content, mime, width, height, description, ready)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (owner, content, mime, *size, alt, time.time() + wait),
    )
    return int(row.lastrowid or 0)


def media(db: Connection, identity: int, owner: int | None = None) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM mastodon_media WHERE id = ? AND (? IS NULL OR account = ?)",
        (identity, owner, owner),
    ).fetchone()
    return row


def media_of(db: Connection, status: int) -> list[Row]:
    return db.execute(
        "SELECT * FROM mastodon_media WHERE status = ? ORDER BY place", (status,)
    ).fetchall()


def status(db: Connection, identity: int) -> Row | None:
    row: Row | None = db.execute(
        "SELECT s.*, a.name FROM mastodon_status s JOIN mastodon_account a ON a.id = s.account"
        " WHERE s.id = ?",
        (identity,),
    ).fetchone()
    return row


def statuses(
    db: Connection, owner: int, *, limit: int = 20, below: int | None = None, above: int = 0
) -> list[Row]:
    """Newest first."""
    return db.execute(
        "SELECT s.*, a.name FROM mastodon_status s JOIN mastodon_account a ON a.id = s.account"
        " WHERE s.account = ? AND (? IS NULL OR s.id < ?) AND s.id > ?"
        " ORDER BY s.id DESC LIMIT ?",
        (owner, below, below, above, limit),
    ).fetchall()


def statuses_after(db: Connection, owner: int, above: int, limit: int) -> list[Row]:
    """The ``limit`` statuses right above an id, newest first (``min_id``)."""
    rows = db.execute(
        "SELECT s.*, a.name FROM mastodon_status s JOIN mastodon_account a ON a.id = s.account"
        " WHERE s.account = ? AND s.id > ? ORDER BY s.id LIMIT ?",
        (owner, above, limit),
    ).fetchall()
    return rows[::-1]


def add_status(db: Connection, owner: int, values: dict[str, str], media_ids: list[int]) -> int:
    identity = next_id(db)
    db.execute(
        "INSERT INTO mastodon_status (id, account, text, spoiler, language, visibility, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            identity,
            owner,
            values["text"],
            values["spoiler"],
            values["language"],
            values["visibility"],
            time.time(),
        ),
    )
    for place, media_id in enumerate(media_ids):
        db.execute(
            "UPDATE mastodon_media SET status = ?, place = ? WHERE id = ?",
            (identity, place, media_id),
        )
    return identity


def remembered(db: Connection, owner: int, key: str) -> int | None:
    """The status a key has already made, within the hour."""
    db.execute("DELETE FROM mastodon_idempotency WHERE until < ?", (time.time(),))
    row = db.execute(
        "SELECT status FROM mastodon_idempotency WHERE account = ? AND key = ?", (owner, key)
    ).fetchone()
    return row["status"] if row else None


def remember(db: Connection, owner: int, key: str, identity: int) -> None:
    db.execute(
        "INSERT INTO mastodon_idempotency VALUES (?, ?, ?, ?)",
        (owner, key, identity, time.time() + KEPT_SECONDS),
    )
