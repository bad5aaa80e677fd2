"""Webhooks: a persisted outbox, and a thread that delivers until the receiver answers 2xx.

An event goes to the listener this process was started with (``--webhook-url``, as ``stripe listen``
forwards everything: https://docs.stripe.com/stripe-cli) and to each endpoint that was made for its
type, signed with that one's secret. ``pending_webhooks`` counts those that have not taken it:
https://docs.stripe.com/api/events/object

Signature: https://docs.stripe.com/webhooks#verify-manually (``t=…,v1=HMAC-SHA256(t.payload)``).
Retries with back-off for up to three days, duplicates, no order guaranteed:
https://docs.stripe.com/webhooks#behaviors. The back-off is shorter here than Stripe's hours.
"""

import hashlib
import hmac
import json
import threading
import time
from sqlite3 import Connection, Row
from typing import Any

import requests
from werkzeug.exceptions import BadRequest

from sandbox.store import Store
from sandbox.stripe import settings
from sandbox.web import World

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_outbox (
    id INTEGER PRIMARY KEY, event TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'pending',
    rank INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, queued REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, last_error TEXT NOT NULL DEFAULT '',
    endpoint TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS stripe_outbox_due ON stripe_outbox (state, due);
"""

MODES = ("normal", "duplicate", "reorder", "delay", "loss", "hold")
GIVE_UP = 3 * 24 * 3600
LONGEST_WAIT = 15.0
REORDER_WINDOW = 0.5
TIMEOUT = 10

LISTENER = ""  # in place of an endpoint's id

wake = threading.Event()


def keep_up(db: Connection) -> None:
    """A store of an older release has no column for the endpoint."""
    if "endpoint" not in {row["name"] for row in db.execute("PRAGMA table_info(stripe_outbox)")}:
        db.execute("ALTER TABLE stripe_outbox ADD COLUMN endpoint TEXT NOT NULL DEFAULT ''")


def listeners(db: Connection, kind: str, hooked: bool) -> list[str]:
    """Who is told of an event of this type."""
    rows = db.execute("SELECT id, body FROM stripe_object WHERE kind = 'webhook_endpoint'")
    bodies = {row["id"]: json.loads(row["body"]) for row in rows}
    return [LISTENER] * hooked + [
        id
        for id, body in bodies.items()
        if body["_delivered"] and body["status"] == "enabled"
        if {kind, "*"} & set(body["enabled_events"])
    ]


def forget(db: Connection, endpoint: str) -> None:
    left = db.execute(
        "DELETE FROM stripe_outbox WHERE endpoint = ? AND state != 'delivered' RETURNING event",
        (endpoint,),
    ).fetchall()
    for event in {row["event"] for row in left}:
        _recount(db, event)


def set_mode(db: Connection, data: dict[str, Any]) -> dict[str, Any]:
    """How deliveries behave from now on; raises BadRequest.

    ``{"mode": "normal"}`` · ``duplicate`` with ``copies`` (3) · ``reorder``: what comes within
    half a second goes out backwards · ``delay`` with ``seconds`` (5) · ``loss`` with ``count``
    (0 = all): marked lost, never sent · ``hold``: kept until another mode is set.
    """
    mode = data.get("mode")
    if mode not in MODES:
        raise BadRequest(f"mode must be one of {', '.join(MODES)}.")
    try:
        setting = {
            "mode": mode,
            "copies": int(data.get("copies") or 3),
            "seconds": float(data.get("seconds") or 5),
            "count": int(data.get("count") or 0),
        }
    except (TypeError, ValueError):
        raise BadRequest("copies, seconds and count must be numbers.") from None
    settings.write(db, "webhooks", setting)
    if mode != "hold":
        db.execute("UPDATE stripe_outbox SET state = 'pending', due = 0 WHERE state = 'held'")
        wake.set()
    return setting


def mode_of(db: Connection) -> dict[str, Any]:
    return settings.read(db, "webhooks") or {"mode": "normal"}


def queue(db: Connection, event: str, to: list[str]) -> None:
    """Queue one event's deliveries, as the mode wants it."""
    setting, now = mode_of(db), time.time()
    mode = setting["mode"]
    state = {"loss": "lost", "hold": "held"}.get(mode, "pending")
    due = now + {"delay": setting.get("seconds", 0), "reorder": REORDER_WINDOW}.get(mode, 0)
    for endpoint in to * (setting["copies"] if mode == "duplicate" else 1):
        row = db.execute(
            "INSERT INTO stripe_outbox (event, state, due, queued, endpoint)"
            " VALUES (?, ?, ?, ?, ?)",
            (event, state, due, now, endpoint),
        )
        if mode == "reorder":
            _put_first(db, row.lastrowid, due)
    if mode == "loss" and setting["count"]:
        left = setting["count"] - 1
        settings.write(db, "webhooks", {**setting, "count": left} if left else {"mode": "normal"})
    wake.set()


def pending(db: Connection) -> list[Row]:
    """What is not delivered yet, oldest first."""
    return db.execute(
        "SELECT o.*, json_extract(e.body, '$.type') AS type FROM stripe_outbox o"
        " JOIN stripe_object e ON e.id = o.event WHERE o.state != 'delivered'"
        " ORDER BY o.id LIMIT 200"
    ).fetchall()


def counts(db: Connection) -> dict[str, int]:
    rows = db.execute("SELECT state, count(*) AS n FROM stripe_outbox GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


def signature(payload: str, secret: str, at: int) -> str:
    """The Stripe-Signature header."""
    digest = hmac.new(secret.encode(), f"{at}.{payload}".encode(), hashlib.sha256)
    return f"t={at},v1={digest.hexdigest()}"


def start(world: World, stop: threading.Event) -> None:
    """Start the delivering thread."""
    threading.Thread(target=_deliver_all, args=(world, stop), daemon=True, name="webhooks").start()


def _deliver_all(world: World, stop: threading.Event) -> None:
    session = requests.Session()
    session.trust_env = False
    while not stop.is_set():
        wake.clear()
        row = _next(world)
        if row is None:
            wake.wait(0.2)
            continue
        problem = _send(session, world, row)
        if stop.is_set():
            return
        _record(world.store, row, problem)


def _next(world: World) -> Row | None:
    with world.store.tx() as db:
        found: Row | None = db.execute(
            "SELECT o.*, e.body, w.body AS receiver FROM stripe_outbox o"
            " JOIN stripe_object e ON e.id = o.event"
            " LEFT JOIN stripe_object w ON w.id = o.endpoint"
            " WHERE o.state = 'pending' AND o.due <= ? AND (o.endpoint != '' OR ?)"
            " ORDER BY o.rank, o.id LIMIT 1",
            (time.time(), bool(world.webhook_url)),
        ).fetchone()
        return found


def _send(session: requests.Session, world: World, row: Row) -> str:
    """Post one event; gives what went wrong, or nothing."""
    payload = json.dumps(json.loads(row["body"]), indent=2, ensure_ascii=False)
    url, secret = world.webhook_url, world.webhook_secret
    if row["receiver"]:
        receiver = json.loads(row["receiver"])
        url, secret = receiver["url"], receiver["_secret"]
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(payload, secret, int(time.time())),
    }
    try:
        answer = session.post(
            url,
            data=payload.encode(),
            headers=headers,
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as problem:
        return type(problem).__name__
    return "" if 200 <= answer.status_code < 300 else f"HTTP {answer.status_code}"


def _record(store: Store, row: Row, problem: str) -> None:
    attempts, now = row["attempts"] + 1, time.time()
    state = "delivered" if not problem else "pending"
    if problem and now - row["queued"] > GIVE_UP:
        state = "given_up"
    due = now + min(0.5 * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    with store.tx() as db:
        db.execute(
            "UPDATE stripe_outbox SET state = ?, attempts = ?, last_error = ?, due = ?"
            " WHERE id = ?",
            (state, attempts, problem, due, row["id"]),
        )
        _recount(db, row["event"])


def _recount(db: Connection, event: str) -> None:
    db.execute(
        "UPDATE stripe_object SET body = json_set(body, '$.pending_webhooks',"
        " (SELECT count(DISTINCT endpoint) FROM stripe_outbox"
        " WHERE event = ?1 AND state != 'delivered')) WHERE id = ?1",
        (event,),
    )


def _put_first(db: Connection, id: int | None, due: float) -> None:
    db.execute("UPDATE stripe_outbox SET rank = -id WHERE id = ?", (id,))
    db.execute(
        "UPDATE stripe_outbox SET due = ? WHERE state = 'pending' AND attempts = 0 AND rank < 0",
        (due,),
    )
