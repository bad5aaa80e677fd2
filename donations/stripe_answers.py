"""From Stripe's objects, as JSON says them, to the plain data of `stripe_facts`.

Shapes: docs.stripe.com/api (2026-10-28). Nothing is asked here, and `stripe` is not needed.
"""

import json
from datetime import UTC, datetime
from typing import Any

from donations.stripe_facts import (
    ATTEMPT,
    REQUEST,
    Charge,
    Dispute,
    Endpoint,
    Event,
    Line,
    Movement,
    NotAnEvent,
    Payout,
    Refund,
    Session,
    Warned,
)


def event_of(data: dict[str, Any], body: bytes | None = None) -> Event:
    """Raises NotAnEvent."""
    try:
        thing = data["data"]["object"]
        return Event(
            id=str(data["id"]),
            type=str(data["type"]),
            object_id=str(thing.get("id") or ""),
            created=time_of(data["created"]),
            payload=body if body is not None else json.dumps(data).encode(),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAnEvent(f"{type(error).__name__}: {error}") from error


def time_of(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), tz=UTC)
    except (OSError, OverflowError) as error:
        raise ValueError("not a time") from error


def charge_of(session: dict) -> dict | None:
    """The charge that brought the money; a declined or pending one is none."""
    intent = session.get("payment_intent")
    charge = intent.get("latest_charge") if isinstance(intent, dict) else None
    return charge if isinstance(charge, dict) and charge.get("status") == "succeeded" else None


def session_of(
    data: dict,
    refunds: list[dict] | None = None,
    disputes: list[dict] | None = None,
    warnings: list[dict] | None = None,
    settled: datetime | None = None,
) -> Session:
    given = data.get("payment_intent") or ""  # an id, or the whole of it where we asked for it
    intent = given if isinstance(given, dict) else {"id": given, "status": ""}
    charge = charge_of(data)
    return Session(
        id=data["id"],
        url=data.get("url") or "",
        status=data["status"],
        payment_status=data["payment_status"],
        intent_status=intent["status"],
        attempt=(data.get("metadata") or {}).get(ATTEMPT, ""),
        payment_intent=intent["id"],
        charge=_charge(charge, refunds or [], disputes or [], warnings or [], settled)
        if charge
        else None,
    )


def method_of(charge: dict) -> str:
    return (charge.get("payment_method_details") or {}).get("type") or "other"


def _charge(
    data: dict,
    refunds: list[dict],
    disputes: list[dict],
    warnings: list[dict],
    settled: datetime | None,
) -> Charge:
    details = data.get("payment_method_details") or {}
    kind = method_of(data)
    transaction = data.get("balance_transaction") or {}
    return Charge(
        id=data["id"],
        amount=data["amount"],
        currency=data["currency"].upper(),
        settled=settled or time_of(data["created"]),
        method=kind,
        reference=str((details.get(kind) or {}).get("last4") or ""),
        transaction=transaction.get("id", ""),
        fee=transaction.get("fee", 0),
        refunds=tuple(sorted(map(refund_of, refunds), key=lambda one: (one.created, one.id))),
        disputes=tuple(sorted(map(_dispute, disputes), key=lambda one: (one.created, one.id))),
        warnings=tuple(map(_warned, warnings)),
    )


def refund_of(data: dict) -> Refund:
    return Refund(
        id=data["id"],
        amount=data["amount"],
        status=data["status"] or "pending",
        created=time_of(data["created"]),
        transaction=data.get("balance_transaction") or "",
        request=str((data.get("metadata") or {}).get(REQUEST, "")),
    )


def _warned(data: dict) -> Warned:
    return Warned(data["id"], data["fraud_type"], data["actionable"], time_of(data["created"]))


def _dispute(data: dict) -> Dispute:
    answer_by = (data.get("evidence_details") or {}).get("due_by")
    moved = data.get("balance_transactions") or []
    return Dispute(
        id=data["id"],
        amount=data["amount"],
        reason=data["reason"],
        status=data["status"],
        created=time_of(data["created"]),
        answer_by=time_of(answer_by) if answer_by else None,
        movements=tuple(
            Movement(one["id"], one["amount"], one["fee"], time_of(one["created"])) for one in moved
        ),
    )


# docs.stripe.com/reports/reporting-categories: the same for cards and debits
CATEGORIES = {
    "charge": "charge",
    "refund": "refund",
    "partial_capture_reversal": "refund",
    "refund_failure": "refund_back",
    "dispute": "dispute",
    "dispute_reversal": "dispute_back",
    "fee": "fee",
    "payout_reversal": "payout_back",
}
PAYOUT_ITSELF = "payout"  # the balance transaction that takes the whole out


def payout_of(data: dict, lines: list[dict] | None = None) -> Payout:
    returned = data.get("failure_balance_transaction")
    made = None if lines is None else tuple(map(line_of, filter(_is_line, lines)))
    return Payout(
        id=data["id"],
        amount=data["amount"],
        currency=data["currency"].upper(),
        status=data["status"],
        automatic=data["automatic"],
        created=time_of(data["created"]),
        arrives=time_of(data["arrival_date"]).date(),  # a day, at midnight UTC
        told=data.get("reconciliation_status") == "completed",
        failure=str(data.get("failure_message") or data.get("failure_code") or ""),
        returned=time_of(returned["created"]) if isinstance(returned, dict) else None,
        lines=made,
    )


def _is_line(data: dict) -> bool:
    return bool(data["type"] != PAYOUT_ITSELF)


def line_of(data: dict) -> Line:
    """Of what has no object of ours, Stripe's own words; the others' may hold anything."""
    kind = CATEGORIES.get(data["reporting_category"], "other")
    return Line(
        id=data["id"],
        kind=kind,
        type=data["type"],
        source=data.get("source") or "",
        amount=data["amount"],
        fee=data["fee"],
        created=time_of(data["created"]),
        description=str(data.get("description") or "") if kind in ("fee", "other") else "",
    )


def endpoint_of(data: dict) -> Endpoint:
    return Endpoint(
        id=data["id"],
        url=data["url"],
        version=data.get("api_version") or "",
        types=frozenset(data["enabled_events"]),
        enabled=data["status"] == "enabled",
        created=time_of(data["created"]),
        secret=data.get("secret") or "",
    )
