"""What a donor does on an invoice's hosted page: pay it with what she types in now.

https://docs.stripe.com/invoicing/hosted-invoice-page; whether it is kept for the next ones is asked
there, as with ``settings.invoices.hosted_payment_method_save=offer`` of an account.
"""

from sandbox.stripe import billing, charging, invoices, people
from sandbox.stripe.samples import Sample
from sandbox.stripe.work import Object, Work


def asks(work: Work, invoice: Object) -> bool:
    """Whether her bank waits for an answer."""
    return invoices.payable(invoice) and _status(work, invoice) == "requires_action"


def awaited(work: Work, invoice: Object) -> bool:
    """Whether a payment can begin: none is under way."""
    return invoices.payable(invoice) and _status(work, invoice) in (
        "requires_action",
        "requires_payment_method",
    )


def pay(work: Work, invoice: Object, sample: Sample, *, keep: bool) -> None:
    """``keep``: what recurs is charged with it from now on."""
    method = people.new_method(work, invoice["customer"], sample)
    subscription = work.get("subscription", invoice["_subscription"])
    if keep and subscription["status"] not in billing.ENDED:
        billing.change(work, subscription, {"default_payment_method": method["id"]})
    charging.charge(work, invoice, method, how=sample.first, by_hand=True)


def _status(work: Work, invoice: Object) -> str:
    return str(invoices.intent_of(work, invoice)["status"])
