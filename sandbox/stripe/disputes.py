"""Disputes: a donor's bank asks about a payment, takes it back, and decides.

https://docs.stripe.com/disputes/how-disputes-work (the amount and a fee leave the balance at once;
an inquiry moves no money; the bank decides), https://docs.stripe.com/api/disputes/object (states,
up to two balance transactions), https://docs.stripe.com/api/events/types (charge.dispute.*),
https://docs.stripe.com/api/disputes/update and /close (evidence is staged or submitted; accepting is
losing), https://docs.stripe.com/disputes/responding (who does not answer in time has lost; an
inquiry that comes to nothing is closed after 120 days),
https://docs.stripe.com/payments/sepa-debit (a debit's dispute is final: it is lost at once),
https://docs.stripe.com/reports/reporting-categories (dispute, dispute_reversal).
"""

from sandbox.stripe import objects, warnings
from sandbox.stripe import params as p
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import merged
from sandbox.stripe.samples import CARD
from sandbox.stripe.work import Object, Work

# https://stripe.com/it/pricing: what a dispute costs; not given back when it is won
FEES = {"card": 20_00, "sepa_debit": 7_50}
OUTCOMES = ("under_review", "won", "lost")
ENDED = ("won", "lost", "warning_closed")
INQUIRY = 120 * 24 * 3600
UPDATE: p.Schema = {
    "evidence": p.nested(dict.fromkeys(objects.EVIDENCE, p.emptied(p.text(20_000)))),
    "metadata": p.metadata,
    "submit": p.true_or_false,
}


def contest(work: Work, of: Object, amount: int | None, inquiry: bool) -> Object:
    """The bank contests a payment, whole unless `amount` says otherwise."""
    if of["status"] != "succeeded":
        raise StripeError(f"Charge {of['id']} is {of['status']}: nobody can dispute it.")
    if any(one["status"] not in ENDED for one in work.find("dispute", charge=of["id"])):
        raise StripeError(f"Charge {of['id']} is disputed already.")
    if not 0 < (amount or of["amount"]) <= of["amount"]:
        raise StripeError("A dispute is for a cent at least and for the charge at most.")
    kind = of["payment_method_details"]["type"]
    if kind not in FEES:
        raise StripeError(f"Nobody disputes what was paid with {kind}.")
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
    return work.awaits(made, made["evidence_details"]["due_by"])


def decide(work: Work, dispute: Object, outcome: str) -> Object:
    """Evidence was sent (`under_review`), or the bank has decided."""
    if dispute["status"] in ENDED:
        raise StripeError(f"This dispute is {dispute['status']}.")
    inquiry = is_inquiry(dispute)
    if outcome == "under_review":
        return submit(work, dispute)
    if inquiry and outcome == "lost":  # the inquiry becomes a dispute, and that is lost
        dispute["status"] = "needs_response"
        _withdraw(work, dispute, FEES[CARD])
    _close(work, dispute, "warning_closed" if inquiry and outcome == "won" else outcome)
    if dispute["status"] == "won":
        _move(work, dispute, dispute["amount"], 0, "dispute_reversal")
        work.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def submit(work: Work, dispute: Object) -> Object:
    """The evidence goes to the bank, which takes its time."""
    before, details = dispute["status"], dispute["evidence_details"]
    details |= {"has_evidence": True, "submission_count": details["submission_count"] + 1}
    dispute["status"] = "warning_under_review" if is_inquiry(dispute) else "under_review"
    work.awaits(dispute, dispute["created"] + INQUIRY if is_inquiry(dispute) else None)
    work.emit("charge.dispute.updated", dispute, {"status": before})
    return dispute


def expire(work: Work, dispute: Object) -> None:
    """The time to answer is over: lost; or a question that nobody pursued."""
    details = dispute["evidence_details"]
    if is_inquiry(dispute) and work.now < dispute["created"] + INQUIRY:
        details["past_due"] = True
        work.awaits(dispute, dispute["created"] + INQUIRY)
        work.emit("charge.dispute.updated", dispute)
    elif is_inquiry(dispute):
        _close(work, dispute, "warning_closed")
    else:
        details["past_due"] = True
        _close(work, dispute, "lost")


def refunded(work: Work, of: Object) -> None:
    """A charge that went back whole leaves nothing to inquire after."""
    for dispute in work.find("dispute", charge=of["id"]) if of["refunded"] else ():
        if is_inquiry(dispute) and dispute["status"] not in ENDED:
            _close(work, dispute, "warning_closed")


def update(work: Work, params: Object, id: str) -> Object:
    dispute = work.get("dispute", id, param="dispute")
    dispute["metadata"] = merged(dispute["metadata"], params.get("metadata"))
    if "evidence" not in params:
        return work.save(dispute)
    if dispute["status"] in ENDED or dispute["evidence_details"]["past_due"]:
        raise StripeError("This dispute is already closed, or its evidence is past due.")
    dispute["evidence"] |= params["evidence"]
    if params.get("submit", True):
        return submit(work, dispute)
    dispute["evidence_details"]["has_evidence"] = True
    work.save(dispute)
    work.emit("charge.dispute.updated", dispute)
    return dispute


def close(work: Work, params: Object, id: str) -> Object:
    dispute = work.get("dispute", id, param="dispute")
    if dispute["status"] in ENDED or is_inquiry(dispute):
        raise StripeError(f"This dispute is {dispute['status']}: it cannot be closed.")
    _close(work, dispute, "lost")
    return dispute


def is_inquiry(dispute: Object) -> bool:
    return bool(dispute["status"].startswith("warning"))


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
    work.awaits(dispute, None)
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
    for line in booked["fee_details"]:
        line["description"] = "Dispute fee"
    dispute["balance_transactions"] = [*dispute["balance_transactions"], work.add(booked)]
    work.save(dispute)
