"""Customers and what they pay with.

https://docs.stripe.com/api/customers, https://docs.stripe.com/api/payment_methods,
https://docs.stripe.com/payments/payment-methods (a method that was detached cannot be used again).
"""

from sandbox.stripe import billing, billing_objects, objects
from sandbox.stripe import params as p
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.listing import PAGE, page
from sandbox.stripe.params import merged
from sandbox.stripe.samples import SEPA, Sample
from sandbox.stripe.work import Object, Work

CREATE: p.Schema = {
    "email": p.email,
    "name": p.text(256),
    "phone": p.text(20),
    "description": p.text(),
    "metadata": p.metadata,
}
UPDATE: p.Schema = {
    **CREATE,
    "invoice_settings": p.nested({"default_payment_method": p.emptied(p.text())}),
}
LIST: p.Schema = {**PAGE, "email": p.text()}
ATTACH: p.Schema = {"customer": p.required(p.text())}
METHODS: p.Schema = {**PAGE, "type": p.text(40)}
UPDATE_METHOD: p.Schema = {"metadata": p.metadata}


def create(work: Work, params: Object) -> Object:
    made = work.add(objects.customer(work, params))
    work.emit("customer.created", made)
    return made


def update(work: Work, params: Object, id: str) -> Object:
    found = living(work, id)
    wanted = params.pop("invoice_settings", {})
    if wanted.get("default_payment_method"):
        own_method(work, id, wanted["default_payment_method"])
    metadata = merged(found["metadata"], params.get("metadata"))
    changed = {
        **found,
        **params,
        "metadata": metadata,
        "invoice_settings": {**found["invoice_settings"], **wanted},
    }
    before = {name: found[name] for name in changed if found[name] != changed[name]}
    work.save(changed)
    work.emit("customer.updated", changed, before)
    return changed


def delete(work: Work, params: Object, id: str) -> Object:
    """What recurs ends at once: https://docs.stripe.com/api/customers/delete"""
    found = living(work, id)
    for one in work.find("subscription", customer=id):
        if one["status"] not in billing.ENDED:
            billing.end(work, one, "cancellation_requested")
    work.emit("customer.deleted", found)
    work.save({**found, "email": None, "name": None, "phone": None, "_gone": True})
    return {"id": id, "object": "customer", "deleted": True}


def retrieve(work: Work, params: Object, id: str) -> Object:
    """One that was deleted says no more than that."""
    found = work.get("customer", id, param="customer")
    return {"id": id, "object": "customer", "deleted": True} if found.get("_gone") else found


def living(work: Work, id: str, *, status: int = 404) -> Object:
    found = work.get("customer", id, param="customer", status=status)
    if found.get("_gone"):
        raise missing("customer", id, "customer", status)
    return found


def listed(work: Work, params: Object) -> Object:
    living = "json_extract(body, '$._gone') IS NULL"
    return page(work, "customer", "/v1/customers", params, ("email",), living)


def methods(work: Work, params: Object, id: str) -> Object:
    """https://docs.stripe.com/api/payment_methods/customer_list"""
    living(work, id)
    url = f"/v1/customers/{id}/payment_methods"
    return page(work, "payment_method", url, {**params, "customer": id}, ("customer", "type"))


def listed_methods(work: Work, params: Object) -> Object:
    return page(work, "payment_method", "/v1/payment_methods", params, ("customer", "type"))


def attach_method(work: Work, params: Object, id: str) -> Object:
    method = work.get("payment_method", id, param="payment_method")
    living(work, params["customer"], status=400)
    return attach(work, method, params["customer"])


def detach_method(work: Work, params: Object, id: str) -> Object:
    """Whoever charged it by default has none then."""
    method = work.get("payment_method", id, param="payment_method")
    if not method["customer"]:
        raise StripeError(
            "The payment method you provided is not attached to a customer so detachment is"
            " impossible."
        )
    before, method["customer"] = method["customer"], None
    method["_detached"] = True
    work.save(method)
    customer = work.get("customer", before)
    if customer["invoice_settings"]["default_payment_method"] == id:
        customer["invoice_settings"]["default_payment_method"] = None
        work.save(customer)
    for one in work.find("subscription", default_payment_method=id):
        one["default_payment_method"] = None
        work.save(one)
    work.emit("payment_method.detached", method, {"customer": before})
    return method


def update_method(work: Work, params: Object, id: str) -> Object:
    method = work.get("payment_method", id, param="payment_method")
    method["metadata"] = merged(method["metadata"], params.get("metadata"))
    work.save(method)
    work.emit("payment_method.updated", method)
    return method


def attach(work: Work, method: Object, customer: str) -> Object:
    if method.get("_detached"):
        raise StripeError(
            "This PaymentMethod was previously used without being attached to a Customer or was"
            " detached from a Customer, and may not be used again."
        )
    method["customer"] = customer
    if method["type"] == SEPA:
        method["_mandate"] = work.add(billing_objects.mandate(work, method))["id"]
    work.save(method)
    work.emit("payment_method.attached", method)
    return method


def new_method(work: Work, customer: str, sample: Sample) -> Object:
    """One that a donor types in on a page of Stripe's, kept for her."""
    who = work.get("customer", customer)
    billing = objects.billing(who["email"], who["name"])
    return attach(work, work.add(objects.payment_method(work, sample, billing)), customer)


def own_method(work: Work, customer: str, id: str, name: str = "payment_method") -> Object:
    """A payment method of this customer's; https://docs.stripe.com/error-codes"""
    method = work.get("payment_method", id, param=name, status=400)
    if method["customer"] != customer:
        raise StripeError(
            "The customer does not have a payment method with the ID"
            f" {id}. The payment method must be attached to the customer.",
            code="resource_missing",
            param=name,
        )
    return method
