"""What happens to a payment: a card taken or declined, 3-D Secure, a SEPA debit that settles.

https://docs.stripe.com/payments/paymentintents/lifecycle (states),
https://docs.stripe.com/payments/checkout/fulfill-orders (completed, async_payment_*),
https://docs.stripe.com/payments/sepa-debit (processing until the bank answers),
https://docs.stripe.com/testing (the cards and IBANs), https://docs.stripe.com/declines/codes.
Every function changes objects within the caller's transaction and emits Stripe's events.
"""

from sandbox.stripe import clock, objects, settings
from sandbox.stripe.errors import StripeError
from sandbox.stripe.objects import CARD, SEPA
from sandbox.stripe.work import Object, Work, new_id, public

METHODS = {"card": CARD, "card_declined": CARD, "card_3ds": CARD, "sepa": SEPA}
LAST4 = {"card": "4242", "card_declined": "0002", "card_3ds": "3155", "sepa": "3456"}

# https://docs.stripe.com/payments/sepa-debit: about five business days
ANSWERS_AFTER = 7 * 24 * 3600
DECLINED = ("card_declined", "Your card was declined.")
UNAUTHENTICATED = (
    "payment_intent_authentication_failure",
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or"
    " a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
)


def fee(kind: str, amount: int) -> int:
    """1.5 % + 0.25 € for a European card, 0.35 € for a SEPA debit, half a cent rounded up.

    https://stripe.com/it/pricing, https://stripe.com/it/pricing/local-payment-methods
    """
    return 35 if kind == SEPA else (amount * 15 + 500) // 1000 + 25


def attempt(work: Work, session: Object, method: str, email: str, name: str | None = None) -> str:
    """The donor sends the form of the hosted page. Gives the PaymentIntent's new status.

    Raises StripeError when the session is no longer open or does not take this method.
    """
    if session["status"] != "open":
        raise StripeError(f"This Checkout Session is {session['status']}.")
    if METHODS.get(method) not in session["payment_method_types"]:
        raise StripeError("This Checkout Session does not take that payment method.")
    intent = _intent(work, session)
    details = objects.billing(email, name)
    paying = work.add(objects.payment_method(work, METHODS[method], LAST4[method], details))
    intent |= {"payment_method": paying["id"], "last_payment_error": None, "next_action": None}
    session["_email"], session["_name"] = email, name
    work.save(session)
    if method == "card":
        take_card(work, session, intent, paying)
    elif method == "card_declined":
        decline_card(work, intent, paying)
    elif method == "card_3ds":
        ask_for_authentication(work, session, intent)
    else:
        start_debit(work, session, intent, paying)
    return str(intent["status"])


def authenticate(work: Work, session: Object, authorised: bool) -> str:
    """The donor answers on the bank's 3-D Secure page. https://docs.stripe.com/payments/3d-secure"""
    if session["status"] != "open" or not session["payment_intent"]:
        raise StripeError("This Checkout Session awaits no authentication.")
    intent = work.get("payment_intent", session["payment_intent"])
    if intent["status"] != "requires_action":
        raise StripeError("This PaymentIntent awaits no authentication.")
    method = work.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if authorised:
        take_card(work, session, intent, method)
    else:
        fail(work, intent, method, *UNAUTHENTICATED)
    return str(intent["status"])


def take_card(work: Work, session: Object, intent: Object, method: Object) -> None:
    taken = objects.charge(work, intent, method)
    _capture(work, work.add(taken))
    succeed(work, intent, taken)
    complete(work, session, "paid")
    work.emit("checkout.session.completed", session)


def decline_card(work: Work, intent: Object, method: Object) -> None:
    declined = objects.charge(work, intent, method)
    declined |= {"status": "failed", "failure_code": DECLINED[0], "failure_message": DECLINED[1]}
    declined["outcome"] = _outcome("declined_by_network", "generic_decline", "issuer_declined")
    work.add(declined)
    intent["latest_charge"] = declined["id"]
    work.emit("charge.failed", declined)
    fail(work, intent, method, *DECLINED)


def ask_for_authentication(work: Work, session: Object, intent: Object) -> None:
    address = f"{work.url}/checkout/{session['id']}/3ds"
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": session["success_url"], "url": address},
    }
    work.save(intent)
    work.emit("payment_intent.requires_action", intent)


def start_debit(work: Work, session: Object, intent: Object, method: Object) -> None:
    pending = work.add(objects.charge(work, intent, method))
    intent |= {"status": "processing", "latest_charge": pending["id"]}
    work.awaits(intent, clock.now(work.db) + ANSWERS_AFTER)
    complete(work, session, "unpaid")
    work.emit("charge.pending", pending)
    work.emit("payment_intent.processing", intent)
    work.emit("checkout.session.completed", session)


def collect(work: Work, intent: Object) -> None:
    """The bank of a debit has let its time pass: the money is there."""
    settle(work, intent, True)


def settle(work: Work, intent: Object, succeeded: bool) -> None:
    """The bank answers for a debit. Raises StripeError when none is under way."""
    if intent["status"] != "processing":
        raise StripeError(f"This PaymentIntent is {intent['status']}, not processing.")
    work.awaits(intent, None)
    debit = work.get("charge", intent["latest_charge"])
    session = work.find("checkout.session", payment_intent=intent["id"])[0]
    if succeeded:
        _capture(work, debit)
        succeed(work, intent, debit)
        session["payment_status"] = "paid"
        work.save(session)
        work.emit("checkout.session.async_payment_succeeded", session)
        return
    message = "The customer's account has insufficient funds to cover this payment."
    debit |= {"status": "failed", "failure_code": "insufficient_funds", "failure_message": message}
    work.save(debit)
    work.emit("charge.failed", debit)
    method = work.get("payment_method", intent["payment_method"])
    fail(work, intent, method, "payment_intent_payment_attempt_failed", message)
    work.emit("checkout.session.async_payment_failed", session)


def succeed(work: Work, intent: Object, taken: Object) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": taken["id"],
    }
    work.save(intent)
    work.emit("charge.succeeded", taken)
    work.emit("payment_intent.succeeded", intent)


def fail(work: Work, intent: Object, method: Object, code: str, message: str) -> None:
    """https://docs.stripe.com/api/payment_intents/object#payment_intent_object-last_payment_error"""
    error = {"code": code, "message": message, "payment_method": public(method)}
    error |= {"type": "card_error" if method["type"] == CARD else "invalid_request_error"}
    if code == "card_declined":
        error |= {"decline_code": "generic_decline", "charge": intent["latest_charge"]}
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "payment_method": None,
    }
    work.save(intent)
    work.emit("payment_intent.payment_failed", intent)


def complete(work: Work, session: Object, payment_status: str) -> None:
    """https://docs.stripe.com/api/checkout/sessions/object: complete, no more address."""
    email, name = session.get("_email"), session.get("_name")
    if session["customer_creation"] == "always" and not session["customer"]:
        made = work.add(objects.customer(work, {"email": email, "name": name}))
        session["customer"] = made["id"]
        work.emit("customer.created", made)
    work.awaits(session, None)
    session |= {
        "status": "complete",
        "payment_status": payment_status,
        "url": None,
        "customer_details": {
            "address": objects.NO_ADDRESS,
            "business_name": None,
            "email": email,
            "individual_name": None,
            "name": name,
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }
    work.save(session)


def _intent(work: Work, session: Object) -> Object:
    """The session's PaymentIntent, made at the first attempt to pay.

    None exists before:
    https://docs.stripe.com/changelog/2022-08-01/deferred-paymentintent-checkout-session
    """
    if session["payment_intent"]:
        return work.get("payment_intent", session["payment_intent"])
    made = work.add(objects.payment_intent(work, session))
    session["payment_intent"] = made["id"]
    work.save(session)
    work.emit("payment_intent.created", made)
    return made


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
