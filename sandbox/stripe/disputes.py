"""Disputes: a donor's bank asks about a payment, takes it back, and decides.

https://docs.stripe.com/disputes/how-disputes-work (the amount and a fee leave the balance at once;
an inquiry moves no money; the bank decides), https://docs.stripe.com/api/disputes/object (states,
up to two balance transactions), https://docs.stripe.com/api/events/types (charge.dispute.*),
https://docs.stripe.com/payments/sepa-debit (a debit's dispute is final: it is lost at once),
https://docs.stripe.com/reports/reporting-categories (dispute, dispute_reversal).
"""

from sandbox.stripe import objects, warnings
from sandbox.stripe.errors import StripeError
from sandbox.stripe.samples import CARD
from sandbox.stripe.work import Object, Work

# https://stripe.com/it/pricing: what a dispute costs; not given back when it is won
FEES = {"card": 20_00, "sepa_debit": 7_50}
OUTCOMES = ("under_review", "won", "lost")
ENDED = ("won", "lost", "warning_closed")


def contest(work: Work, of: Object, amount: int | None, inquiry: bool) -> Object:
    """The bank contests a payment, whole unless `amount` says otherwise."""
    if of["status"] != "succeeded":
        raise StripeError(f"Charge {of['id']} is {of['status']}: nobody can dispute it.")
    if any(one["status"] not in ENDED for one in work.find("dispute", charge=of["id"])):
        raise StripeError(f"Charge {of['id']} is disputed already.")
    if not 0 < (amount or of["amount"]) <= of["amount"]:
        raise StripeError("A dispute is for a cent at least and for the charge at most.")
    kind = of["payment_method_details"]["type"]
    made = work.add(objects.dispute(work, of, amount or of["amount"], inquiry=inquiry))
    of["disputed"] = True
    work.save(of)
    work.emit("charge.dispute.created", made)
    warnings.settle(work, of)
    if not inquiry:
        _withdraw(work, made, FEES[kind])
    if kind != CARD:
        _close(work, made, "lost")
    return made


def decide(work: Work, dispute: Object, outcome: str) -> Object:
    """Evidence was sent (`under_review`), or the bank has decided."""
    if dispute["status"] in ENDED:
        raise StripeError(f"This dispute is {dispute['status']}.")
    inquiry = dispute["status"].startswith("warning")
    if outcome == "under_review":
        before = dispute["status"]
        dispute["status"] = "warning_under_review" if inquiry else "under_review"
        dispute["evidence_details"] |= {"has_evidence": True, "submission_count": 1}
        work.save(dispute)
        work.emit("charge.dispute.updated", dispute, {"status": before})
        return dispute
    if inquiry and outcome == "lost":  # the inquiry becomes a dispute, and that is lost
        dispute["status"] = "needs_response"
        _withdraw(work, dispute, FEES[CARD])
    _close(work, dispute, "warning_closed" if inquiry and outcome == "won" else outcome)
    if dispute["status"] == "won":
        _move(work, dispute, dispute["amount"], 0, "dispute_reversal")
        work.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def refuse_refund(work: Work, of: Object) -> None:
    """https://docs.stripe.com/error-codes#charge-disputed"""
    if any(not one["is_charge_refundable"] for one in work.find("dispute", charge=of["id"])):
        raise StripeError(
            f"Charge {of['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )


def _withdraw(work: Work, dispute: Object, fee: int) -> None:
    dispute["is_charge_refundable"] = False
    _move(work, dispute, -dispute["amount"], fee, "dispute")
    work.emit("charge.dispute.funds_withdrawn", dispute)


def _close(work: Work, dispute: Object, status: str) -> None:
    dispute["status"] = status
    dispute["is_charge_refundable"] = status in ("won", "warning_closed")
    work.save(dispute)
    work.emit("charge.dispute.closed", dispute)


def _move(work: Work, dispute: Object, amount: int, fee: int, kind: str) -> None:
    booked = objects.balance_transaction(
        work,
        kind=kind,
        amount=amount,
        fee=fee,
        source=dispute,
        description=f"Chargeback {'withdrawal' if amount < 0 else 'reversal'} for"
        f" {dispute['charge']}",
    )
    booked["type"] = "adjustment"
    dispute["balance_transactions"] = [*dispute["balance_transactions"], work.add(booked)]
    work.save(dispute)
