"""Lists: newest first, cursors, ``created`` bounds, filters.

https://docs.stripe.com/api/pagination, https://docs.stripe.com/api/events/list (events are kept
for 30 days, counted here from when they were recorded)
"""

import time
from typing import Any

from sandbox.stripe import params as p
from sandbox.stripe.api import Endpoint, endpoint
from sandbox.stripe.errors import invalid
from sandbox.stripe.expand import as_list
from sandbox.stripe.work import Object, Work

PAGE: p.Schema = {
    "limit": p.integer,
    "starting_after": p.text(),
    "ending_before": p.text(),
    "created": p.moment,
}
SIGNS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
UNDELIVERED = "SELECT event FROM stripe_outbox WHERE state != 'delivered'"
DELIVERED = {"true": "NOT IN", "false": "IN"}
MOST_TYPES = 20
EVENTS_KEPT = 30 * 24 * 3600


def lister(kind: str, url: str, *filters: str) -> Endpoint:
    """The list endpoint of a kind, with filters on top-level fields."""

    def rule(work: Work, params: Object) -> Object:
        return page(work, kind, url, params, filters)

    return endpoint(rule, {**PAGE, **dict.fromkeys(filters, p.text())})


def events() -> Endpoint:
    def rule(work: Work, params: Object) -> Object:
        kinds = params.pop("types", None)
        if kinds is not None and "type" in params:
            raise invalid("You may only specify one of these parameters: type, types.", "types")
        if kinds and len(kinds) > MOST_TYPES:
            raise invalid(f"You may pass up to {MOST_TYPES} types.", "types")
        extra, values = "recorded >= ?", [time.time() - EVENTS_KEPT]
        if delivered := params.pop("delivery_success", None):
            extra += f" AND id {DELIVERED[delivered]} ({UNDELIVERED})"
        if kinds:
            extra += f" AND json_extract(body, '$.type') IN ({', '.join('?' * len(kinds))})"
            values += kinds
        if params.get("type", "").endswith("*"):
            extra += " AND json_extract(body, '$.type') GLOB ?"
            values.append(params.pop("type"))
        return page(work, "event", "/v1/events", params, ("type",), extra, values)

    several = {
        "type": p.text(),
        "types": p.listed(p.text()),
        "delivery_success": p.one_of(*DELIVERED),
    }
    return endpoint(rule, {**PAGE, **several})


def page(
    work: Work,
    kind: str,
    url: str,
    params: Object,
    filters: tuple[str, ...],
    extra: str = "1",
    extra_values: list[Any] | None = None,
) -> Object:
    """One page, newest first; the cursor's object itself is left out."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("This value must be between 1 and 100.", "limit", "parameter_invalid_integer")
    wheres, values = ["kind = ?", extra], [kind, *(extra_values or [])]
    for name in filters:
        if name in params:
            wheres.append(f"json_extract(body, '$.{name}') = ?")
            values.append(params[name])
    for sign, moment in params.get("created", {}).items():
        wheres.append(f"created {SIGNS[sign]} ?")
        values.append(moment)
    backwards = "ending_before" in params
    cursor = params.get("ending_before") or params.get("starting_after")
    if cursor:
        name = "ending_before" if backwards else "starting_after"
        wheres.append(f"(created, seq) {'>' if backwards else '<'} (?, ?)")
        values += _place(work, kind, cursor, name)
    order = "ASC" if backwards else "DESC"
    query = (
        f"SELECT id FROM stripe_object WHERE {' AND '.join(wheres)}"  # noqa: S608 - our own names
        f" ORDER BY created {order}, seq {order} LIMIT ?"
    )
    ids = [row["id"] for row in work.db.execute(query, (*values, limit + 1))]
    entries = [work.get(kind, id) for id in ids[:limit]]
    return as_list(entries[::-1] if backwards else entries, url, len(ids) > limit)


def _place(work: Work, kind: str, id: str, name: str) -> list[int]:
    found = work.get(kind, id, param=name, status=400)
    row = work.db.execute("SELECT seq FROM stripe_object WHERE id = ?", (id,)).fetchone()
    return [found["created"], row["seq"]]
