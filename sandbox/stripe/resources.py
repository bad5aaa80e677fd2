"""The plain endpoints: retrieve by id, a PaymentIntent's metadata.

https://docs.stripe.com/api/payment_intents
"""

from sandbox.stripe.api import Endpoint, endpoint
from sandbox.stripe.params import merged
from sandbox.stripe.work import Object, Work

# What Stripe calls the parameter of a retrieve call in its errors.
NAMES = {"payment_intent": "intent", "balance_transaction": "id"}


def retriever(kind: str) -> Endpoint:
    def rule(work: Work, params: Object, id: str) -> Object:
        return work.get(kind, id, param=NAMES.get(kind, "id"))

    return endpoint(rule)


def update_intent(work: Work, params: Object, id: str) -> Object:
    intent = work.get("payment_intent", id, param="intent")
    intent["metadata"] = merged(intent["metadata"], params.get("metadata"))
    return work.save(intent)
