"""How often one may call: points in fixed windows, kept in the store."""

import time
from dataclasses import dataclass

from sandbox.store import Store


@dataclass(frozen=True)
class Allowance:
    """What is left of ``limit`` points until ``reset`` (Unix seconds)."""

    limit: int
    remaining: int
    reset: int
    window: int
    granted: bool


def setup(store: Store) -> None:
    store.setup("""
        CREATE TABLE IF NOT EXISTS allowance (
            bucket TEXT PRIMARY KEY, started INTEGER NOT NULL, used INTEGER NOT NULL
        );
    """)


def spend(store: Store, bucket: str, *, limit: int, window: int, points: int = 1) -> Allowance:
    """Take ``points`` from the bucket's current window of ``window`` seconds, if it has them."""
    now = int(time.time())
    started = now - now % window
    with store.tx() as db:
        row = db.execute("SELECT * FROM allowance WHERE bucket = ?", (bucket,)).fetchone()
        used = row["used"] if row and row["started"] == started else 0
        granted = used + points <= limit
        used += points if granted else 0
        db.execute("REPLACE INTO allowance VALUES (?, ?, ?)", (bucket, started, used))
    return Allowance(limit, limit - used, started + window, window, granted)
