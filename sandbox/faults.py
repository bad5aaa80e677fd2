"""Faults on demand, for any stand-in: the next N requests to a path fail in a chosen way.

``POST /_control/<stand-in>/fault`` with JSON or a form:

    {"kind": "error", "path": "/v1/checkout/sessions", "method": "POST",
     "times": 1, "status": 500, "seconds": 0}

kinds: ``error`` (``status``, nothing done), ``error_after`` (done, then ``status``),
``drop_before`` and ``drop_after`` (connection closed before or after the effect) and ``delay``
(``seconds``, then as usual). ``path`` is a prefix, empty for all; ``method`` empty for all;
``seconds`` is also the ``Retry-After`` of a 429 or 503. ``{"kind": "none"}`` clears them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from sandbox.store import Store
from sandbox.web import Context, drop

KINDS = ("error", "error_after", "drop_before", "drop_after", "delay")


@dataclass(frozen=True)
class Fault:
    kind: str
    status: int = 500
    seconds: float = 0


def setup(store: Store) -> None:
    store.setup("""
        CREATE TABLE IF NOT EXISTS fault (
            id INTEGER PRIMARY KEY, standin TEXT NOT NULL, kind TEXT NOT NULL,
            method TEXT NOT NULL, path TEXT NOT NULL, remaining INTEGER NOT NULL,
            status INTEGER NOT NULL, seconds REAL NOT NULL
        );
    """)


def arm(store: Store, standin: str, data: dict[str, Any]) -> None:
    """Set faults as described above; raises BadRequest with a clear sentence."""
    kind = data.get("kind", "")
    numbers = _numbers(data)
    with store.tx() as db:
        if kind == "none":
            db.execute("DELETE FROM fault WHERE standin = ?", (standin,))
            return
        if kind not in KINDS:
            raise BadRequest(f"kind must be one of none, {', '.join(KINDS)}.")
        db.execute(
            "INSERT INTO fault (standin, kind, method, path, remaining, status, seconds)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                standin,
                kind,
                str(data.get("method", "")).upper(),
                str(data.get("path", "")),
                *numbers,
            ),
        )


def armed(store: Store, standin: str) -> list[Row]:
    with store.tx() as db:
        return db.execute(
            "SELECT * FROM fault WHERE standin = ? ORDER BY id", (standin,)
        ).fetchall()


def take(store: Store, standin: str, method: str, path: str) -> Fault | None:
    """The fault that strikes this request, if any; counts it down."""
    with store.tx() as db:
        row = db.execute(
            "SELECT * FROM fault WHERE standin = ? AND method IN ('', ?)"
            " AND substr(?, 1, length(path)) = path ORDER BY id LIMIT 1",
            (standin, method, path),
        ).fetchone()
        if row is None:
            return None
        db.execute("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
        db.execute("DELETE FROM fault WHERE remaining <= 0")
    return Fault(row["kind"], row["status"], row["seconds"])


def before(ctx: Context, fault: Fault | None) -> None:
    """Strike before the effect: wait or drop. Call it outside any transaction."""
    if fault and fault.kind == "delay":
        time.sleep(fault.seconds)
    if fault and fault.kind == "drop_before":
        drop(ctx)


def after(ctx: Context, fault: Fault | None) -> None:
    """Strike after the effect is committed: drop."""
    if fault and fault.kind == "drop_after":
        drop(ctx)


def around(
    ctx: Context, standin: str, work: Callable[[], Response], refuse: Callable[[Fault], Response]
) -> Response:
    """``work()`` with whatever fault is armed; ``refuse(fault)`` gives the error in the
    stand-in's own shape."""
    fault = take(ctx.store, standin, ctx.request.method, ctx.request.path)
    before(ctx, fault)
    if fault and fault.kind == "error":
        return refuse(fault)
    response = work()
    after(ctx, fault)
    return refuse(fault) if fault and fault.kind == "error_after" else response


def _numbers(data: dict[str, Any]) -> tuple[int, int, float]:
    try:
        return (
            int(data.get("times") or 1),
            int(data.get("status") or 500),
            float(data.get("seconds") or 0),
        )
    except (TypeError, ValueError):
        raise BadRequest("times, status and seconds must be numbers.") from None
