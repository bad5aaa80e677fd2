"""What Stripe sends to the bank, and of what it is made.

https://docs.stripe.com/payouts (schedule, failures), https://docs.stripe.com/api/payouts/object,
https://docs.stripe.com/api/balance_transactions/list (``payout``: of automatic payouts, once
their ``reconciliation_status`` is completed), https://docs.stripe.com/api/events/types (payout.*),
https://docs.stripe.com/reports/balance-transaction-types (payout, payout_failure, adjustment).
"""

from typing import Any

from werkzeug.exceptions import BadRequest

from sandbox.stripe import listing, objects
from sandbox.stripe import params as p
from sandbox.stripe.api import Endpoint, endpoint
from sandbox.stripe.errors import StripeError
from sandbox.stripe.work import Object, Work, public

KIND, SCHEDULE = "payout", "payout_schedule"
DAY = 24 * 3600
OUTCOMES = ("paid", "failed", "reconciled")
FAILURES = {
    "account_closed": "The bank account has been closed.",
    "no_account": "The bank account details on file are probably incorrect.",
}


def make(work: Work, *, everything: bool = True, automatic: bool = True) -> Object:
    """A payout of what is available, or also of what is still pending there."""
    lines = [
        one
        for one in work.find("balance_transaction")
        if not one.get("_payout") and (everything or one["available_on"] <= work.now)
    ]
    amount = sum(one["net"] for one in lines)
    if amount <= 0:
        raise StripeError("There is nothing to pay out.", code="balance_insufficient")
    made = objects.payout(work, amount, automatic=automatic)
    booked = objects.balance_transaction(
        work, kind="payout", amount=-amount, fee=0, source=made, description="STRIPE PAYOUT"
    )
    made["balance_transaction"] = booked["id"]
    made["_due_at"] = made["arrival_date"]
    for one in [*lines, work.add(booked)]:
        work.save(one | {"_payout": made["id"], "status": "available"})
    work.add(made)
    work.emit("payout.created", made)
    return made


def arrive(work: Work, payout: Object) -> Object:
    """The bank has it; a moment later Stripe has put together what it is made of."""
    payout["status"] = "paid"
    work.awaits(payout, None)
    work.emit("payout.paid", payout)
    return reconcile(work, payout)


def reconcile(work: Work, payout: Object) -> Object:
    if payout["reconciliation_status"] == "in_progress":
        payout["reconciliation_status"] = "completed"
        work.save(payout)
        work.emit("payout.reconciliation_completed", payout)
    return payout


def fail(work: Work, payout: Object, code: str) -> Object:
    """The bank sends it back: the money is in the balance again. One that was paid may still fail."""
    if payout["status"] == "failed":
        raise StripeError("This payout is failed.")
    booked = objects.balance_transaction(
        work,
        kind="payout_failure",
        amount=payout["amount"],
        fee=0,
        source=payout,
        description="PAYOUT FAILURE",
    )
    payout |= {
        "status": "failed",
        "failure_balance_transaction": work.add(booked)["id"],
        "failure_code": code,
        "failure_message": FAILURES[code],
    }
    work.awaits(payout, None)
    work.emit("payout.failed", payout)
    return reconcile(work, payout)


def adjust(work: Work, amount: int, kind: str, description: str) -> Object:
    """Money that moves for a reason no charge, refund or dispute tells."""
    of = {"id": None, "currency": "eur"}
    return work.add(
        objects.balance_transaction(
            work, kind=kind, amount=amount, fee=0, source=of, description=description
        )
    )


def on_schedule(work: Work, schedule: Object) -> None:
    """https://docs.stripe.com/payouts#payout-schedule: what is available, every so many days."""
    try:
        make(work, everything=False)
    except StripeError:  # nothing to pay out, or less than nothing: the next one has it
        pass
    work.awaits(schedule, work.now + schedule["_every"])


# --- from the control address -----------------------------------------------------------------


def steer(work: Work, data: dict[str, Any]) -> Object:
    """A new payout, or what becomes of one."""
    if data.get("payout"):
        found = work.get(KIND, str(data["payout"]))
        outcome, code = data.get("outcome"), str(data.get("failure_code") or "account_closed")
        if outcome not in OUTCOMES or code not in FAILURES:
            raise BadRequest(f"outcome must be one of {', '.join(OUTCOMES)}.")
        if outcome == "failed":
            return {"payout": public(fail(work, found, code))}
        done = arrive if outcome == "paid" else reconcile
        return {"payout": public(done(work, found))}
    made = make(
        work,
        everything=data.get("available") not in (True, "true"),
        automatic=data.get("manual") not in (True, "true"),
    )
    if data.get("outcome") == "paid":
        made["arrival_date"] = work.now // DAY * DAY
        arrive(work, made)
    return {"payout": public(made)}


def schedule(work: Work, data: dict[str, Any]) -> Object:
    """``{"every": days}``; 0 = only when somebody asks for it, as it is at first."""
    try:
        days = int(data.get("every") or 0)
    except (TypeError, ValueError):
        raise BadRequest("every must be a number of days.") from None
    old = work.look(SCHEDULE, SCHEDULE)
    body = old or work.add({"id": SCHEDULE, "object": SCHEDULE, "created": work.now})
    body["_every"] = days * DAY
    work.awaits(body, work.now + days * DAY if days else None)
    return {"schedule": {"every": days}}


def transactions() -> Endpoint:
    """The list of balance transactions, of one payout where it is asked for."""
    filters = ("type", "source", "currency")

    def rule(work: Work, params: Object) -> Object:
        extra, values = "1", []
        if payout := params.pop("payout", None):
            of = work.get(KIND, payout, param="payout", status=400)
            if not of["automatic"]:
                raise StripeError(
                    "Balance transaction history can only be filtered on automatic payouts, not"
                    " manual.",
                    param="payout",
                )
            extra, values = "json_extract(body, '$._payout') = ?", [payout]
        url = "/v1/balance_transactions"
        return listing.page(work, "balance_transaction", url, params, filters, extra, values)

    known = dict.fromkeys((*filters, "payout"), p.text())
    return endpoint(rule, {**listing.PAGE, **known})
