"""The plain endpoints: retrieve by id, customers, a PaymentIntent's metadata.

https://docs.stripe.com/api/payment_intents, https://docs.stripe.com/api/customers
"""

from sandbox.stripe import objects
from sandbox.stripe import params as p
from sandbox.stripe.api import Endpoint, endpoint
from sandbox.stripe.sessions import merged
from sandbox.stripe.work import Object, Work

# What Stripe calls the parameter of a retrieve call in its errors.
NAMES = {"payment_intent": "intent", "balance_transaction": "id"}
CUSTOMER: p.Schema = {
    "email": p.email,
    "name": p.text(256),
    "phone": p.text(20),
    "description": p.text(),
    "metadata": p.metadata,
}


def retriever(kind: str) -> Endpoint:
    def rule(work: Work, params: Object, id: str) -> Object:
        return work.get(kind, id, param=NAMES.get(kind, "id"))

    return endpoint(rule)


def update_intent(work: Work, params: Object, id: str) -> Object:
    intent = work.get("payment_intent", id, param="intent")
    intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    return work.save(intent)


def create_customer() -> Endpoint:
    def rule(work: Work, params: Object) -> Object:
        made = work.add(objects.customer(work, params))
        work.emit("customer.created", made)
        return made

    return endpoint(rule, CUSTOMER)
