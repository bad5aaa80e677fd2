"""What the control page sets, kept over a restart: one JSON value a name."""

import json
from sqlite3 import Connection
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


def read(db: Connection, name: str) -> dict[str, Any]:
    """The setting, or nothing."""
    row = db.execute("SELECT value FROM stripe_setting WHERE name = ?", (name,)).fetchone()
    return dict(json.loads(row["value"])) if row else {}


def write(db: Connection, name: str, value: dict[str, Any]) -> None:
    db.execute(
        "INSERT INTO stripe_setting (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, json.dumps(value)),
    )
