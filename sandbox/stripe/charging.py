"""How an invoice of a subscription is charged, and what comes of it.

https://docs.stripe.com/billing/revenue-recovery/smart-retries (retries, and what comes after),
https://docs.stripe.com/billing/subscriptions/overview#requires-action (the bank wants the donor),
https://docs.stripe.com/billing/subscriptions/webhooks (events).
"""

from sandbox.stripe import invoices, payments, settings
from sandbox.stripe.billing import DAY, ENDED, change, end, lapse
from sandbox.stripe.errors import StripeError
from sandbox.stripe.periods import month_of
from sandbox.stripe.samples import CARD, SAMPLES
from sandbox.stripe.work import Object, Work

RETRIES = (3, 5, 7)  # days after each failure; Stripe chooses them by the card
AFTERWARDS = ("cancel", "unpaid", "past_due")
LATE = ("incomplete", "past_due", "unpaid")


def advance(work: Work, invoice: Object) -> None:
    """Its moment has come: the draft is made final and charged, or the charge is tried again."""
    if invoice["status"] == "draft":
        invoices.finalize(work, invoice)
    if invoice["status"] == "open":
        charge(work, invoice)


def charge(
    work: Work,
    invoice: Object,
    method: Object | None = None,
    *,
    how: str = "",
    by_hand: bool = False,
) -> Object:
    """Try to take an invoice's money; gives its payment. Without a method it is what the
    subscription or its customer is charged with. Only Stripe's own tries count, after the first:
    https://docs.stripe.com/api/invoices/object#invoice_object-attempt_count"""
    intent = invoices.intent_of(work, invoice)
    between = by_hand and invoice["attempted"]  # Stripe's own tries go on as planned
    if not between:
        invoice |= {"attempt_count": invoice["attempt_count"] + 1, "next_payment_attempt": None}
        work.awaits(invoice, None)
    invoice["attempted"] = True
    subscription = work.get("subscription", invoice["_subscription"])
    method = method or method_of(work, subscription)
    if method is None:
        failed(work, invoice, between=between)
        return intent
    how = how or verdict(work, method)
    payments.with_method(intent, method)
    if method["type"] != CARD:
        intent["_refused"] = how != "ok"
        invoice["next_payment_attempt"] = None
        work.awaits(invoice, None)
        payments.start_debit(work, intent, method)
    elif how == "ok":
        payments.take_card(work, intent, method)
        paid(work, invoice, intent)
    elif how == "asks":
        payments.ask_for_authentication(work, intent, f"{invoice['hosted_invoice_url']}/3ds", None)
        failed(work, invoice, between=between, asks=True)
    else:
        payments.decline_card(work, intent, method, how)
        failed(work, invoice, between=between)
    return intent


def confirmed(work: Work, invoice: Object, authorised: bool) -> None:
    """The donor answers her bank, which wanted to hear her about an invoice."""
    intent = invoices.intent_of(work, invoice) if invoices.payable(invoice) else None
    if intent is None or intent["status"] != "requires_action":
        raise StripeError("This invoice awaits no confirmation.")
    method = work.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if authorised:
        payments.take_card(work, intent, method)
        paid(work, invoice, intent)
    else:
        payments.fail(work, intent, method, *payments.UNAUTHENTICATED)
        failed(work, invoice, between=True)


def verdict(work: Work, method: Object) -> str:
    """How a charge goes that nobody sits in front of: ``ok``, ``asks``, or why it is refused."""
    if refusing := method.get("_refuses"):
        refusing["times"] -= 1
        if refusing["times"] <= 0:
            del method["_refuses"]
        work.save(method)
        return str(refusing["how"])
    if method.get("_mandate"):
        active = work.get("mandate", method["_mandate"])["status"] == "active"
        return SAMPLES[method["_sample"]].later if active else "declined"
    if method["type"] == CARD:
        last = (method[CARD]["exp_year"], method[CARD]["exp_month"])
        if last < month_of(work.now):
            return "expired"
    return SAMPLES[method["_sample"]].later


def method_of(work: Work, subscription: Object) -> Object | None:
    """The subscription's own goes before the customer's:
    https://docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method"""
    customer = work.get("customer", subscription["customer"])
    chosen = (
        subscription["default_payment_method"]
        or customer["invoice_settings"]["default_payment_method"]
    )
    return work.get("payment_method", chosen) if chosen else None


def paid(work: Work, invoice: Object, intent: Object) -> None:
    invoices.settle(work, invoice, intent)
    subscription = work.get("subscription", invoice["_subscription"])
    if subscription["status"] in LATE and subscription["latest_invoice"] == invoice["id"]:
        change(work, subscription, {"status": "active"})


def failed(work: Work, invoice: Object, *, between: bool = False, asks: bool = False) -> None:
    """It is tried again some days later; after the last time the subscription ends, or stays due.
    `between` those tries somebody tried by hand; `asks`: the bank wants to hear the donor."""
    if between:
        _tell_failed(work, invoice, asks)
        return
    subscription = work.get("subscription", invoice["_subscription"])
    if subscription["status"] == "incomplete":
        _tell_failed(work, invoice, asks)
        lapse(work, subscription)
        invoices.void(work, invoice)
        return
    tried, ended = invoice["attempt_count"], subscription["status"] in ENDED
    again = work.now + RETRIES[tried - 1] * DAY if 0 < tried <= len(RETRIES) and not ended else None
    invoice |= {"next_payment_attempt": again, "auto_advance": again is not None}
    work.awaits(invoice, again)
    _tell_failed(work, invoice, asks)
    if ended:
        return
    afterwards = settings.read(work.db, "retries").get("afterwards", "cancel")
    if again or afterwards == "past_due":
        if subscription["status"] == "active":
            change(work, subscription, {"status": "past_due"})
    elif afterwards == "unpaid":
        change(work, subscription, {"status": "unpaid"})
    else:
        end(work, subscription, "payment_failed")


def _tell_failed(work: Work, invoice: Object, asks: bool) -> None:
    work.save(invoice)
    if asks:
        work.emit("invoice.payment_action_required", invoice)
    work.emit("invoice.payment_failed", invoice)
