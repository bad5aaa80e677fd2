"""Refunds, whole or in part; pending ones; ones that fail later.

https://docs.stripe.com/refunds, https://docs.stripe.com/api/refunds. Stripe keeps its fee.
A card's refund succeeds at once; a debit's is pending first and succeeds some moments later.
A failed refund's money comes back to the balance: https://docs.stripe.com/refunds#failed-refunds
"""

from sandbox.stripe import disputes, objects, warnings
from sandbox.stripe import params as p
from sandbox.stripe.currencies import written
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import merged
from sandbox.stripe.samples import CARD
from sandbox.stripe.work import Object, Work

CREATE: p.Schema = {
    "charge": p.text(),
    "payment_intent": p.text(),
    "amount": p.at_least(1),
    "reason": p.one_of("duplicate", "fraudulent", "requested_by_customer"),
    "metadata": p.metadata,
}
UPDATE: p.Schema = {"metadata": p.metadata}
PENDING_FOR = 3  # seconds; days at Stripe


def create(work: Work, params: Object) -> Object:
    return give_back(work, params, status=None)


def give_back(work: Work, params: Object, status: str | None) -> Object:
    """A new refund; ``status`` None means what the payment method would do by itself."""
    of = _charge(work, params)
    disputes.refuse_refund(work, of)
    kind = of["payment_method_details"]["type"]
    made = objects.refund(work, of, _amount(of, params), params)
    final = status or ("succeeded" if kind == CARD else "pending")
    booked = objects.balance_transaction(
        work,
        kind="refund" if kind == CARD else "payment_refund",
        amount=-made["amount"],
        fee=0,
        source=made,
        description=f"REFUND FOR CHARGE ({of['description'] or of['id']})",
    )
    made["balance_transaction"] = work.add(booked)["id"]
    if final == "pending" and status is None:
        made["_due_at"] = work.now + PENDING_FOR
    if final == "pending":
        made["pending_reason"] = "processing"
    made["status"] = "succeeded" if final == "failed" else final
    work.add(made)
    _take_off(work, of, made["amount"])
    work.emit("refund.created", made)
    work.emit("charge.refunded", of)
    warnings.settle(work, of)
    disputes.refunded(work, of)
    return finish(work, made, "failed") if final == "failed" else made


def finish(work: Work, refund: Object, outcome: str) -> Object:
    """A pending refund succeeds, or any fails later; raises StripeError when it cannot."""
    before = refund["status"]
    if before == "failed" or before == outcome:
        raise StripeError(f"This refund is {before}.")
    refund["status"] = outcome
    refund.pop("pending_reason", None)
    if outcome == "failed":
        _come_back(work, refund)
    work.awaits(refund, None)
    changed = {"status": before}
    if outcome == "failed":
        work.emit("refund.failed", refund)
    work.emit("refund.updated", refund, changed)
    work.emit("charge.refund.updated", refund, changed)
    return refund


def settle(work: Work, refund: Object) -> None:
    """A pending refund's moment has come."""
    finish(work, refund, "succeeded")


def update(work: Work, params: Object, id: str) -> Object:
    refund = work.get("refund", id)
    refund["metadata"] = merged(refund["metadata"], params.get("metadata"))
    work.save(refund)
    work.emit("refund.updated", refund, {"metadata": {}})
    return refund


def _charge(work: Work, params: Object) -> Object:
    if ("charge" in params) == ("payment_intent" in params):
        raise StripeError("One of the following params should be provided: payment_intent, charge.")
    if "charge" in params:
        of = work.get("charge", params["charge"], param="charge")
    else:
        intent = work.get("payment_intent", params["payment_intent"], param="payment_intent")
        if not intent["latest_charge"]:
            raise StripeError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            )
        of = work.get("charge", intent["latest_charge"])
    if of["status"] != "succeeded":
        raise StripeError(f"Charge {of['id']} is {of['status']}: it cannot be refunded.")
    return of


def _amount(of: Object, params: Object) -> int:
    left = of["amount"] - of["amount_refunded"]
    if left <= 0:
        raise StripeError(
            f"Charge {of['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = int(params.get("amount", left))
    if amount > left:
        money = of["currency"]
        raise StripeError(
            f"Refund amount ({written(amount, money)}) is greater than unrefunded amount on charge"
            f" ({written(left, money)})",
            param="amount",
        )
    return amount


def _take_off(work: Work, of: Object, amount: int) -> None:
    of["amount_refunded"] += amount
    of["refunded"] = of["amount_refunded"] == of["amount"]
    work.save(of)


def _come_back(work: Work, refund: Object) -> None:
    of = work.get("charge", refund["charge"])
    _take_off(work, of, -refund["amount"])
    card = of["payment_method_details"]["type"] == CARD
    booked = objects.balance_transaction(
        work,
        kind="refund_failure",
        amount=refund["amount"],
        fee=0,
        source=refund,
        description=f"REFUND FAILURE ({of['id']})",
    )
    refund["failure_balance_transaction"] = work.add(booked)["id"]
    refund["failure_reason"] = "expired_or_canceled_card" if card else "unknown"
