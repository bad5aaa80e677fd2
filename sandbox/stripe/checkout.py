"""What the hosted page does with a session: it is tried, confirmed at the bank, completed.

https://docs.stripe.com/payments/checkout/fulfill-orders (completed, async_payment_*),
https://docs.stripe.com/api/checkout/sessions/object. In subscription mode the customer, the
subscription and its first invoice are made once the payment went through:
https://docs.stripe.com/changelog/basil/2025-03-31/checkout-legacy-subscription-upgrade
"""

from sandbox.stripe import (
    billing,
    billing_objects,
    charging,
    invoices,
    objects,
    payments,
    people,
    settings,
)
from sandbox.stripe.errors import StripeError
from sandbox.stripe.samples import LASTING, ONCE, SAMPLES, SEPA
from sandbox.stripe.sessions import intent_of
from sandbox.stripe.work import Object, Work


def offered(session: Object) -> list[str]:
    """The names of the samples one can pay this session with."""
    names = ONCE if session["mode"] == "payment" else LASTING
    return [name for name in names if SAMPLES[name].kind in session["payment_method_types"]]


def attempt(work: Work, session: Object, method: str, email: str, name: str | None = None) -> str:
    """The donor sends the form of the hosted page. Gives the PaymentIntent's new status.

    Raises StripeError when the session is no longer open or does not take this method.
    """
    if session["status"] != "open":
        raise StripeError(f"This Checkout Session is {session['status']}.")
    if method not in offered(session):
        raise StripeError("This Checkout Session does not take that payment method.")
    sample, intent = SAMPLES[method], _intent(work, session)
    paying = work.add(objects.payment_method(work, sample, objects.billing(email, name)))
    payments.with_method(intent, paying)
    session["_email"], session["_name"] = email, name
    work.save(session)
    if sample.first == "declined":
        payments.decline_card(work, intent, paying)
    elif sample.first == "asks":
        address = f"{work.url}/checkout/{session['id']}/3ds"
        payments.ask_for_authentication(work, intent, address, session["success_url"])
    else:
        _pay(work, session, intent, paying)
    return str(intent["status"])


def authenticate(work: Work, session: Object, authorised: bool) -> str:
    """The donor answers on the bank's 3-D Secure page. https://docs.stripe.com/payments/3d-secure"""
    intent = intent_of(work, session)
    if session["status"] != "open" or not intent:
        raise StripeError("This Checkout Session awaits no authentication.")
    if intent["status"] != "requires_action":
        raise StripeError("This PaymentIntent awaits no authentication.")
    method = work.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if authorised:
        _pay(work, session, intent, method)
    else:
        payments.fail(work, intent, method, *payments.UNAUTHENTICATED)
    return str(intent["status"])


def collect(work: Work, intent: Object) -> None:
    """The bank of a debit has let its time pass: the money is there, or its owner has none."""
    settle(work, intent, not intent.get("_refused"))


def settle(work: Work, intent: Object, succeeded: bool) -> None:
    """The bank answers for a debit. Raises StripeError when none is under way."""
    payments.answer_debit(work, intent, succeeded)
    owner = {"payment_intent": intent["id"]}
    if intent.get("_invoice"):
        invoice = work.get("invoice", intent["_invoice"])
        if succeeded:
            charging.paid(work, invoice, intent)
        else:
            charging.failed(work, invoice)
        if invoice["billing_reason"] != "subscription_create":
            return
        owner = {"invoice": invoice["id"]}
    for session in work.find("checkout.session", **owner):
        if succeeded:
            session["payment_status"] = "paid"
            work.save(session)
        end = "succeeded" if succeeded else "failed"
        work.emit(f"checkout.session.async_payment_{end}", session)


def _pay(work: Work, session: Object, intent: Object, method: Object) -> None:
    """By card or wallet at once; a debit is under way for days, and the session complete all the same."""
    _customer(work, session)
    intent["customer"] = session["customer"]
    lasting = session["mode"] == "subscription"
    if lasting:
        people.attach(work, method, session["customer"])
    if method["type"] == SEPA:
        payments.start_debit(work, intent, method)
    else:
        payments.take_card(work, intent, method)
    _complete(session, "unpaid" if method["type"] == SEPA else "paid")
    if lasting:
        begun = _begin(work, session, intent, method)
        session |= {"subscription": begun["id"], "invoice": begun["latest_invoice"]}
    work.awaits(session, None)
    work.emit("checkout.session.completed", session)


def _begin(work: Work, session: Object, intent: Object, method: Object) -> Object:
    """It was paid, or its debit is under way: the subscription, its first invoice.

    Which state a first debit gives it while it is under way, the documentation leaves open (active,
    and «can also be incomplete»: https://docs.stripe.com/billing/subscriptions/overview).
    """
    made = billing_objects.subscription(
        work, session["customer"], session["_line_items"], session["_subscription_data"], method
    )
    if intent["status"] == "processing":
        made["status"] = settings.read(work.db, "debits").get("begins", "active")
    work.add(made)
    invoice = billing.draft(work, made, "subscription_create")
    invoices.finalize(work, invoice, intent)
    invoice |= {"attempted": True, "attempt_count": 1}
    work.emit("customer.subscription.created", made)
    billing.schedule(work, made)
    if intent["status"] == "succeeded":
        charging.paid(work, invoice, intent)
    else:
        work.awaits(invoice, None)
    return made


def _customer(work: Work, session: Object) -> None:
    if session["customer_creation"] == "always" and not session["customer"]:
        who = {"email": session.get("_email"), "name": session.get("_name")}
        made = work.add(objects.customer(work, who))
        session["customer"] = made["id"]
        work.emit("customer.created", made)


def _complete(session: Object, payment_status: str) -> None:
    """https://docs.stripe.com/api/checkout/sessions/object: complete, no more address."""
    session |= {
        "status": "complete",
        "payment_status": payment_status,
        "url": None,
        "customer_details": {
            "address": objects.NO_ADDRESS,
            "business_name": None,
            "email": session.get("_email"),
            "individual_name": None,
            "name": session.get("_name"),
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [],
        },
    }


def _intent(work: Work, session: Object) -> Object:
    """The session's PaymentIntent, made at the first attempt to pay.

    None exists before:
    https://docs.stripe.com/changelog/2022-08-01/deferred-paymentintent-checkout-session
    """
    if found := intent_of(work, session):
        return found
    once = session["mode"] == "payment"
    data = session["_payment_intent_data"] if once else {"description": "Subscription creation"}
    made = objects.payment_intent(
        work,
        session["amount_total"],
        session["currency"],
        session["customer"],
        session["payment_method_types"],
        data,
    )
    work.add(made)
    session["payment_intent" if once else "_payment_intent"] = made["id"]
    work.save(session)
    work.emit("payment_intent.created", made)
    return made
