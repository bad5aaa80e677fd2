"""What happens to a payment: a card taken or declined, 3-D Secure, a SEPA debit that settles.

https://docs.stripe.com/payments/paymentintents/lifecycle (states),
https://docs.stripe.com/payments/sepa-debit (processing until the bank answers),
https://docs.stripe.com/declines/codes. Whose payment it is, the callers know: a Checkout Session's
(sandbox.stripe.checkout) or an invoice's (sandbox.stripe.billing).
Every function changes objects within the caller's transaction and emits Stripe's events.
"""

from sandbox.stripe import objects, settings
from sandbox.stripe.errors import StripeError
from sandbox.stripe.samples import CARD, SEPA
from sandbox.stripe.work import Object, Work, new_id, public

# https://docs.stripe.com/payments/sepa-debit: about five business days
ANSWERS_AFTER = 7 * 24 * 3600
REFUSALS = {
    "declined": ("card_declined", "generic_decline", "Your card was declined."),
    "insufficient_funds": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    "expired": ("expired_card", "expired_card", "Your card has expired."),
}
UNAUTHENTICATED = (
    "payment_intent_authentication_failure",
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or"
    " a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
)
UNPAID_DEBIT = "The customer's account has insufficient funds to cover this payment."


def fee(kind: str, amount: int) -> int:
    """1.5 % + 0.25 € for a European card, 0.35 € for a SEPA debit, half a cent rounded up.

    https://stripe.com/it/pricing, https://stripe.com/it/pricing/local-payment-methods
    """
    return 35 if kind == SEPA else (amount * 15 + 500) // 1000 + 25


def with_method(intent: Object, method: Object) -> None:
    intent |= {"payment_method": method["id"], "last_payment_error": None, "next_action": None}


def take_card(work: Work, intent: Object, method: Object) -> None:
    taken = work.add(objects.charge(work, intent, method))
    _capture(work, taken)
    succeed(work, intent, taken)


def decline_card(work: Work, intent: Object, method: Object, why: str = "declined") -> None:
    code, reason, message = REFUSALS[why]
    declined = objects.charge(work, intent, method)
    declined |= {"status": "failed", "failure_code": code, "failure_message": message}
    declined["outcome"] = _outcome("declined_by_network", reason, "issuer_declined")
    work.add(declined)
    intent["latest_charge"] = declined["id"]
    work.emit("charge.failed", declined)
    fail(work, intent, method, code, message, reason)


def ask_for_authentication(work: Work, intent: Object, address: str, back: str | None) -> None:
    """The bank wants to hear the donor herself, at an address of ours."""
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": back, "url": address},
    }
    work.save(intent)
    work.emit("payment_intent.requires_action", intent)


def start_debit(work: Work, intent: Object, method: Object) -> None:
    pending = work.add(objects.charge(work, intent, method))
    intent |= {"status": "processing", "latest_charge": pending["id"]}
    work.awaits(intent, work.now + ANSWERS_AFTER)
    work.emit("charge.pending", pending)
    work.emit("payment_intent.processing", intent)


def answer_debit(work: Work, intent: Object, succeeded: bool) -> None:
    """The bank answers. Raises StripeError when no debit is under way."""
    if intent["status"] != "processing":
        raise StripeError(f"This PaymentIntent is {intent['status']}, not processing.")
    work.awaits(intent, None)
    debit = work.get("charge", intent["latest_charge"])
    if succeeded:
        _capture(work, debit)
        succeed(work, intent, debit)
        return
    debit |= {"status": "failed", "failure_code": "insufficient_funds"}
    debit["failure_message"] = UNPAID_DEBIT
    work.save(debit)
    work.emit("charge.failed", debit)
    method = work.get("payment_method", intent["payment_method"])
    fail(work, intent, method, "payment_intent_payment_attempt_failed", UNPAID_DEBIT)


def succeed(work: Work, intent: Object, taken: Object) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": taken["id"],
    }
    work.save(intent)
    work.emit("charge.succeeded", taken)
    work.emit("payment_intent.succeeded", intent)


def fail(
    work: Work, intent: Object, method: Object, code: str, message: str, reason: str = ""
) -> None:
    """https://docs.stripe.com/api/payment_intents/object#payment_intent_object-last_payment_error"""
    error = {"code": code, "message": message, "payment_method": public(method)}
    error |= {"type": "card_error" if method["type"] == CARD else "invalid_request_error"}
    if reason:
        error |= {"decline_code": reason, "charge": intent["latest_charge"]}
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
    }
    work.save(intent)
    work.emit("payment_intent.payment_failed", intent)


def book(work: Work, taken: Object) -> None:
    """Write the balance transaction whose moment has come, and say ``charge.updated``."""
    _write_booking(work, taken)
    work.save(taken)
    work.emit("charge.updated", taken, {"balance_transaction": None})


def _capture(work: Work, taken: Object) -> None:
    """Capture a charge. Its balance transaction may come later, as the capture is asynchronous:
    https://docs.stripe.com/payments/payment-intents/asynchronous-capture"""
    later = settings.read(work.db, "capture").get("seconds", 0)
    taken |= {
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "amount_captured": taken["amount"],
        "outcome": _outcome("approved_by_network", None, "authorized"),
        "receipt_url": f"{work.url}/_control/#{new_id('receipt')}",
    }
    if later:
        taken["_due_at"] = work.now + later
    else:
        _write_booking(work, taken)
    work.save(taken)


def _write_booking(work: Work, taken: Object) -> None:
    kind = taken["payment_method_details"]["type"]
    booked = objects.balance_transaction(
        work,
        kind="charge" if kind == CARD else "payment",
        amount=taken["amount"],
        fee=fee(kind, taken["amount"]),
        source=taken,
        description=taken["description"],
    )
    taken["balance_transaction"] = work.add(booked)["id"]


def _outcome(status: str, reason: str | None, kind: str) -> Object:
    """https://docs.stripe.com/declines#interpreting-the-outcome"""
    message = "Payment complete." if kind == "authorized" else "The bank declined the payment."
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }
