"""An invoice by itself: made final, paid, voided, given up; its payment.

https://docs.stripe.com/invoicing/overview#invoice-lifecycle, https://docs.stripe.com/api/invoices,
https://docs.stripe.com/api/invoice-payment (several payments an invoice; here there is one).
"""

from sandbox.stripe import billing_objects
from sandbox.stripe.work import Object, Work, new_id

PAYABLE = ("open", "uncollectible")


def finalize(work: Work, invoice: Object, intent: Object | None = None) -> None:
    """From now on it is open, with a number, a page and a payment; nothing due, nothing to pay."""
    customer = work.get("customer", invoice["customer"])
    number, token = customer["next_invoice_sequence"], new_id("test", 40)
    customer["next_invoice_sequence"] = number + 1
    work.save(customer)
    invoice |= {
        "status": "open",
        "number": f"{customer['invoice_prefix']}-{number:04d}",
        "effective_at": work.now,
        "automatically_finalizes_at": None,
        "hosted_invoice_url": f"{work.url}/invoice/{invoice['id']}/{token}",
        "invoice_pdf": f"{work.url}/invoice/{invoice['id']}/{token}",
    }
    invoice["status_transitions"]["finalized_at"] = work.now
    if invoice["amount_due"]:
        intent = intent or _payment(work, invoice)
        intent["_invoice"] = invoice["id"]
        work.save(intent)
        made = work.add(billing_objects.invoice_payment(work, invoice, intent))
        invoice["_payment"] = made["id"]
    work.save(invoice)
    work.emit("invoice.finalized", invoice)
    if not invoice["amount_due"]:
        invoice["attempted"] = True
        _paid(work, invoice)


def payable(invoice: Object) -> bool:
    return invoice["status"] in PAYABLE and bool(invoice["amount_due"])


def intent_of(work: Work, invoice: Object) -> Object:
    payment = work.get("invoice_payment", invoice["_payment"])
    return work.get("payment_intent", payment["payment"]["payment_intent"])


def settle(work: Work, invoice: Object, intent: Object) -> None:
    payment = work.get("invoice_payment", invoice["_payment"])
    payment |= {"status": "paid", "amount_paid": intent["amount_received"]}
    payment["status_transitions"]["paid_at"] = work.now
    work.save(payment)
    work.emit("invoice_payment.paid", payment)
    invoice |= {"amount_paid": invoice["amount_due"], "amount_remaining": 0}
    _paid(work, invoice)


def void(work: Work, invoice: Object) -> None:
    """Nobody owes it: its payment is cancelled with it."""
    _close(work, invoice, "void", "voided_at")
    if invoice.get("_payment"):
        payment, intent = work.get("invoice_payment", invoice["_payment"]), intent_of(work, invoice)
        payment["status"] = "canceled"
        payment["status_transitions"]["canceled_at"] = work.now
        work.save(payment)
        intent |= {"status": "canceled", "canceled_at": work.now, "next_action": None}
        intent["cancellation_reason"] = "void_invoice"
        work.awaits(intent, None)
        work.emit("payment_intent.canceled", intent)
    work.emit("invoice.voided", invoice)


def give_up(work: Work, invoice: Object) -> None:
    _close(work, invoice, "uncollectible", "marked_uncollectible_at")
    work.emit("invoice.marked_uncollectible", invoice)


def _payment(work: Work, invoice: Object) -> Object:
    made = work.add(billing_objects.payment_intent(work, invoice))
    work.emit("payment_intent.created", made)
    return made


def _paid(work: Work, invoice: Object) -> None:
    _close(work, invoice, "paid", "paid_at")
    work.emit("invoice.paid", invoice)
    work.emit("invoice.payment_succeeded", invoice)


def _close(work: Work, invoice: Object, status: str, moment: str) -> None:
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"][moment] = work.now
    work.awaits(invoice, None)
