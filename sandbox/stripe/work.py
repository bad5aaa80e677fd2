"""One transaction on Stripe's side: load, save and list objects, and say what happened.

An object is Stripe's JSON plus keys that begin with "_", which never leave the store; ``_due_at``
is the moment it awaits (sandbox.stripe.agenda).
"""

import json
import secrets
import string
import time
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from sandbox.stripe import outbox
from sandbox.stripe.errors import missing

API_VERSION = "2026-10-28.endive"
Object = dict[str, Any]
LETTERS = string.ascii_letters + string.digits

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, recorded INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS stripe_object_kind ON stripe_object (kind, created, seq);
CREATE INDEX IF NOT EXISTS stripe_object_intent
    ON stripe_object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS stripe_object_charge
    ON stripe_object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS stripe_object_subscription
    ON stripe_object (kind, json_extract(body, '$._subscription'));
CREATE INDEX IF NOT EXISTS stripe_object_customer
    ON stripe_object (kind, json_extract(body, '$.customer'));
CREATE INDEX IF NOT EXISTS stripe_object_invoice
    ON stripe_object (kind, json_extract(body, '$.invoice'));
CREATE INDEX IF NOT EXISTS stripe_object_due
    ON stripe_object (json_extract(body, '$._due_at'), seq);
"""


def new_id(prefix: str, length: int = 24) -> str:
    """An opaque id, such as ``pi_3Kd…``."""
    return f"{prefix}_" + "".join(LETTERS[byte % 62] for byte in secrets.token_bytes(length))


@dataclass
class Work:
    """What a rule gets. ``now`` is the moment things happen: a demonstration may set it back."""

    db: Connection
    url: str
    hooked: bool
    now: int
    request_id: str | None = None
    key: str | None = None
    live: bool = False

    def add(self, body: Object) -> Object:
        self.db.execute(
            "INSERT INTO stripe_object (id, kind, created, recorded, body) VALUES (?, ?, ?, ?, ?)",
            (body["id"], body["object"], body["created"], int(time.time()), json.dumps(body)),
        )
        return body

    def save(self, body: Object) -> Object:
        self.db.execute(
            "UPDATE stripe_object SET body = ?, created = ? WHERE id = ?",
            (json.dumps(body), body["created"], body["id"]),
        )
        return body

    def awaits(self, body: Object, moment: int | None) -> Object:
        """Save it with the moment at which something is due, or without one."""
        body.pop("_due_at", None)
        if moment is not None:
            body["_due_at"] = moment
        return self.save(body)

    def remove(self, id: str) -> None:
        self.db.execute("DELETE FROM stripe_object WHERE id = ?", (id,))

    def get(self, kind: str, id: str, *, param: str = "id", status: int = 404) -> Object:
        """The object, or Stripe's ``resource_missing``."""
        found = self.look(kind, id)
        if found is None:
            raise missing(kind, id, param, status)
        return found

    def look(self, kind: str, id: str) -> Object | None:
        """The object, if there is one."""
        row = self.db.execute(
            "SELECT body FROM stripe_object WHERE id = ? AND kind = ?", (id, kind)
        ).fetchone()
        return dict(json.loads(row["body"])) if row else None

    def find(self, kind: str, **equal: str) -> list[Object]:
        """Objects whose top-level fields are equal to these, oldest first."""
        wheres = "".join(f" AND json_extract(body, '$.{name}') = ?" for name in equal)
        rows = self.db.execute(
            f"SELECT body FROM stripe_object WHERE kind = ?{wheres} ORDER BY seq",  # noqa: S608
            (kind, *equal.values()),
        )
        return [json.loads(row["body"]) for row in rows]

    def emit(self, kind: str, body: Object, previous: Object | None = None) -> None:
        """Record an event with a snapshot of the object, and queue its deliveries.

        https://docs.stripe.com/api/events/object
        """
        data: Object = {"object": public(body)}
        if previous is not None:
            data["previous_attributes"] = previous
        listeners = outbox.listeners(self.db, kind, self.hooked)
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(listeners),
            "request": {"id": self.request_id, "idempotency_key": self.key},
            "type": kind,
        }
        self.add(event)
        if listeners:
            outbox.queue(self.db, str(event["id"]), listeners)


def public(body: Object) -> Object:
    """The object as Stripe shows it: our own keys left out, at every depth."""
    shown: Object = _without_own_keys(body)
    return shown


def _without_own_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: entry if key == "metadata" else _without_own_keys(entry)
            for key, entry in value.items()
            if not key.startswith("_")
        }
    if isinstance(value, list):
        return [_without_own_keys(entry) for entry in value]
    return value
