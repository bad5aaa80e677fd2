"""The addresses of invoices and of their payments.

https://docs.stripe.com/api/invoices, https://docs.stripe.com/api/invoice-payment.
"""

from typing import Any

from sandbox.stripe import billing, charging, invoices
from sandbox.stripe import params as p
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.expand import as_list
from sandbox.stripe.listing import PAGE, page
from sandbox.stripe.params import merged
from sandbox.stripe.people import own_method
from sandbox.stripe.work import Object, Work

KIND = "invoice"
STATES = ("draft", "open", "paid", "uncollectible", "void")
LIST: p.Schema = {
    **PAGE,
    "customer": p.text(),
    "subscription": p.text(),
    "status": p.one_of(*STATES),
    "collection_method": p.one_of("charge_automatically", "send_invoice"),
}
PAYMENTS: p.Schema = {
    **PAGE,
    "invoice": p.text(),
    "payment": p.nested(
        {
            "type": p.required(p.one_of("payment_intent")),
            "payment_intent": p.text(),
        }
    ),
    "status": p.one_of("canceled", "open", "paid"),
}
PAY: p.Schema = {"payment_method": p.text(), "off_session": p.true_or_false}
UPDATE: p.Schema = {
    "auto_advance": p.true_or_false,
    "description": p.emptied(p.text()),
    "metadata": p.metadata,
}


def retrieve(work: Work, params: Object, id: str) -> Object:
    return work.get(KIND, id, param="invoice")


def listed(work: Work, params: Object) -> Object:
    extra, values = "1", list[Any]()
    if "subscription" in params:
        extra, values = "json_extract(body, '$._subscription') = ?", [params["subscription"]]
    kept = ("customer", "status", "collection_method")
    return page(work, KIND, "/v1/invoices", params, kept, extra, values)


def lines(work: Work, params: Object, id: str) -> Object:
    return as_list(retrieve(work, {}, id)["lines"]["data"], f"/v1/invoices/{id}/lines")


def update(work: Work, params: Object, id: str) -> Object:
    found = retrieve(work, {}, id)
    before = {name: found[name] for name in params}
    metadata = merged(found["metadata"], params.get("metadata"))
    found |= {**params, "metadata": metadata}
    goes_on = found["auto_advance"] and found["status"] == "draft"
    if "auto_advance" in params:
        work.awaits(found, work.now + billing.DRAFT_FOR if goes_on else None)
    work.save(found)
    work.emit("invoice.updated", found, before)
    return found


def pay(work: Work, params: Object, id: str) -> Object:
    """https://docs.stripe.com/api/invoices/pay: a draft is made final first; a card that is refused
    is an error, and was tried."""
    found = retrieve(work, {}, id)
    if found["status"] == "paid":
        raise StripeError("Invoice is already paid")
    if found["status"] == "draft":
        invoices.finalize(work, found)
        if found["status"] == "paid":  # nothing to pay
            return found
    if found["status"] not in invoices.PAYABLE:
        raise StripeError(f"Invoices that are {found['status']} cannot be paid.")
    intent = invoices.intent_of(work, found)
    if intent["status"] == "processing":
        raise StripeError(
            "This invoice has a payment that is still processing.", code="invoice_not_editable"
        )
    method = None
    if "payment_method" in params:
        method = own_method(work, found["customer"], params["payment_method"])
    intent = charging.charge(work, found, method, by_hand=True)
    if intent["status"] == "requires_action":
        raise StripeError(
            "This payment requires additional user action before it can be completed successfully.",
            status=402,
            kind="card_error",
            code="invoice_payment_intent_requires_action",
            done=True,
        )
    if error := intent["last_payment_error"]:
        code, message = error["code"], error["message"]
        raise StripeError(message, status=402, kind="card_error", code=code, done=True)
    if intent["status"] == "requires_payment_method":
        raise StripeError(
            "There is no `default_payment_method` set on this Customer or Invoice. Please set one"
            " before trying to pay it.",
            done=True,
        )
    return found


def finalize(work: Work, params: Object, id: str) -> Object:
    found = retrieve(work, {}, id)
    if found["status"] != "draft":
        raise StripeError(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            code="invoice_not_editable",
        )
    invoices.finalize(work, found)
    if found["auto_advance"] and found["status"] == "open":
        work.awaits(found, work.now)
    return found


def void(work: Work, params: Object, id: str) -> Object:
    found = retrieve(work, {}, id)
    if found["status"] not in ("open", "uncollectible"):
        raise StripeError("You can only pass in open invoices. This invoice isn't open.")
    invoices.void(work, found)
    return found


def mark_uncollectible(work: Work, params: Object, id: str) -> Object:
    found = retrieve(work, {}, id)
    if found["status"] != "open":
        raise StripeError("You can only pass in open invoices. This invoice isn't open.")
    invoices.give_up(work, found)
    return found


def payments(work: Work, params: Object) -> Object:
    extra, values = "1", list[Any]()
    if intent := params.get("payment", {}).get("payment_intent"):
        found = work.look("payment_intent", intent)
        if found is None:
            raise missing("payment_intent", intent, "payment[payment_intent]", 400)
        extra, values = "json_extract(body, '$.invoice') = ?", [found.get("_invoice")]
    kept = ("invoice", "status")
    return page(work, "invoice_payment", "/v1/invoice_payments", params, kept, extra, values)
