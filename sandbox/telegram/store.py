"""Telegram's tables: channels, messages, photos."""

import time
from sqlite3 import Connection, Row

from sandbox.store import Store

RIGHTS = ("post", "none", "out")


def setup(store: Store) -> None:
    store.setup("""
        CREATE TABLE IF NOT EXISTS telegram_channel (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL DEFAULT 0,
            rights TEXT NOT NULL DEFAULT 'post'
        );
        CREATE TABLE IF NOT EXISTS telegram_message (
            channel INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL,
            album TEXT NOT NULL, created REAL NOT NULL, PRIMARY KEY (channel, number)
        );
        CREATE TABLE IF NOT EXISTS telegram_photo (
            id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, number INTEGER NOT NULL,
            content BLOB NOT NULL, mime TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL
        );
    """)


def channel(db: Connection, name: str, *, make: bool = False) -> Row | None:
    if make:
        db.execute("INSERT OR IGNORE INTO telegram_channel (name) VALUES (?)", (name,))
    row: Row | None = db.execute(
        "SELECT * FROM telegram_channel WHERE name = ?", (name,)
    ).fetchone()
    return row


def add(db: Connection, owner: int, text: str, album: str, photo: tuple | None) -> int:
    """The number of the new message: they count up from one in each channel."""
    db.execute("UPDATE telegram_channel SET last = last + 1 WHERE id = ?", (owner,))
    number: int = db.execute("SELECT last FROM telegram_channel WHERE id = ?", (owner,)).fetchone()[
        0
    ]
    db.execute(
        "INSERT INTO telegram_message VALUES (?, ?, ?, ?, ?)",
        (owner, number, text, album, time.time()),
    )
    if photo:
        db.execute(
            "INSERT INTO telegram_photo (channel, number, content, mime, width, height)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (owner, number, *photo),
        )
    return number


def messages(db: Connection, owner: int) -> list[Row]:
    """Newest first."""
    return db.execute(
        "SELECT * FROM telegram_message WHERE channel = ? ORDER BY number DESC LIMIT 200", (owner,)
    ).fetchall()


def photos(db: Connection, owner: int, number: int) -> list[Row]:
    return db.execute(
        "SELECT * FROM telegram_photo WHERE channel = ? AND number = ? ORDER BY id", (owner, number)
    ).fetchall()
