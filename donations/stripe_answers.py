"""From Stripe's objects, as JSON says them, to the plain data of `stripe_facts`.

Shapes: docs.stripe.com/api (2026-10-28). Nothing is asked here, and `stripe` is not needed.
"""

import calendar
import json
from datetime import UTC, date, datetime
from typing import Any

from donations.stripe_facts import (
    ATTEMPT,
    REQUEST,
    Charge,
    Dispute,
    Endpoint,
    Event,
    Invoice,
    Line,
    Mandate,
    Movement,
    NotAnEvent,
    Payout,
    Portal,
    Refund,
    Session,
    Subscription,
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
            # the SDK reads some numbers of prices as decimals
            payload=body if body is not None else json.dumps(data, default=str).encode(),
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
    paid = charge and data.get("mode") == "subscription"
    return Session(
        id=data["id"],
        url=data.get("url") or "",
        status=data["status"],
        payment_status="paid" if paid else data["payment_status"],
        intent_status=intent["status"],
        attempt=(data.get("metadata") or {}).get(ATTEMPT, ""),
        payment_intent=intent["id"],
        charge=_charge(charge, refunds or [], disputes or [], warnings or [], settled)
        if charge
        else None,
        invoice=id_of(data.get("invoice")),
        subscription=id_of(data.get("subscription")),
    )


def id_of(given: Any) -> str:
    """Of what is given as an id, or whole where it was asked for."""
    return str((given.get("id") if isinstance(given, dict) else given) or "")


def session_of_invoice(invoice: dict, intent: dict | None) -> dict:
    """A promise's later charge, in the words of a Checkout session: the books know one way only."""
    status = {"paid": "complete", "void": "expired", "uncollectible": "expired"}
    return {
        "id": "",
        "url": invoice.get("hosted_invoice_url"),
        "mode": "subscription",
        "status": status.get(invoice["status"], "open"),
        "payment_status": "unpaid",
        "metadata": _parent(invoice).get("metadata"),
        "payment_intent": intent,
        "invoice": invoice["id"],
        "subscription": _parent(invoice).get("subscription"),
    }


def intents_of_invoice(invoice: dict) -> list[str]:
    """The payments it was, or is to be, paid with: the one that went through first, then the newest."""
    rows = (invoice.get("payments") or {}).get("data") or []
    rows = sorted(rows, key=lambda one: (one["status"] == "paid", one["created"]), reverse=True)
    found = [id_of((one.get("payment") or {}).get("payment_intent")) for one in rows]
    return [one for one in found if one]


def paid_at(invoice: dict) -> datetime | None:
    moment = (invoice.get("status_transitions") or {}).get("paid_at")
    return time_of(moment) if moment else None


def invoice_of(data: dict) -> Invoice:
    parent = _parent(data)
    return Invoice(
        id=data["id"],
        subscription=id_of(parent.get("subscription")),
        attempt=str((parent.get("metadata") or {}).get(ATTEMPT, "")),
        status=data.get("status") or "",
        first=data.get("billing_reason") == "subscription_create",
        paid=data.get("amount_paid") or 0,
        url=data.get("hosted_invoice_url") or "",
    )


def promise_of(invoice: dict) -> Subscription | None:
    """The subscription that it is a charge of, where it was asked for whole."""
    told = _parent(invoice).get("subscription")
    return subscription_of(told) if isinstance(told, dict) else None


def _parent(invoice: dict) -> dict:
    return (invoice.get("parent") or {}).get("subscription_details") or {}


def mandate_of(data: dict) -> Mandate:
    return Mandate(data["id"], id_of(data["payment_method"]), data["status"])


EVERY = {("month", 1): "month", ("month", 3): "quarter", ("year", 1): "year"}


def subscription_of(data: dict) -> Subscription:
    """With `customer`, `default_payment_method` and `latest_invoice` whole."""
    (item,) = data["items"]["data"][:1]
    rhythm = item["price"]["recurring"]
    pause, method = data.get("pause_collection"), data.get("default_payment_method")
    details: dict = method if isinstance(method, dict) else {}
    kind = details.get("type") or ""
    shown = details.get(kind) or {}
    latest, next_charge = data.get("latest_invoice"), item.get("current_period_end")
    last = data.get("cancel_at")
    if next_charge and last and last <= next_charge:
        next_charge = None  # somebody ends it at Stripe, when what was paid is over
    return Subscription(
        id=data["id"],
        attempt=str((data.get("metadata") or {}).get(ATTEMPT, "")),
        status=data["status"],
        amount=(item["price"]["unit_amount"] or 0) * (item.get("quantity") or 1),
        currency=data["currency"].upper(),
        every=EVERY.get((rhythm["interval"], rhythm["interval_count"]), ""),
        customer=id_of(data["customer"]),
        item=item["id"],
        product=id_of(item["price"]["product"]),
        begun=time_of(data["start_date"]),
        next_charge=time_of(next_charge) if next_charge else None,
        paused=bool(pause),
        paused_until=time_of(pause["resumes_at"]) if pause and pause.get("resumes_at") else None,
        ended=time_of(data["ended_at"]) if data.get("ended_at") else None,
        end_reason=(data.get("cancellation_details") or {}).get("reason") or "",
        method=kind,
        reference=str(shown.get("last4") or ""),
        card_expires=_last_day(shown) if kind == "card" else None,
        method_id=id_of(method),
        wanted=_wanted(data.get("customer"), id_of(method)),
        invoice=invoice_of(latest) if isinstance(latest, dict) else None,
    )


def _last_day(card: dict) -> date | None:
    year, month = card.get("exp_year"), card.get("exp_month")
    return date(year, month, calendar.monthrange(year, month)[1]) if year and month else None


def _wanted(customer: Any, charged: str) -> str:
    """Stripe's page changes the customer's means of payment; the subscription keeps its own, and goes
    on charging the old card: docs.stripe.com/api/subscriptions/object, default_payment_method."""
    settings = customer.get("invoice_settings") if isinstance(customer, dict) else None
    chosen = id_of((settings or {}).get("default_payment_method"))
    return chosen if chosen != charged else ""


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


def portal_of(data: dict[str, Any]) -> Portal:
    features = (data.get("features") or {}).items()
    return Portal(data["id"], frozenset(name for name, one in features if one.get("enabled")))


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
