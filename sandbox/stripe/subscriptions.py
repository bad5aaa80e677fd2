"""The addresses of subscriptions: retrieve, list, change, cancel.

https://docs.stripe.com/api/subscriptions. This stand-in makes no prorations: whoever changes the
price says ``proration_behavior=none``.
"""

from copy import deepcopy

from sandbox.stripe import billing, catalogue, charging
from sandbox.stripe import params as p
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.listing import PAGE, page
from sandbox.stripe.params import merged
from sandbox.stripe.people import own_method
from sandbox.stripe.work import Object, Work

KIND = "subscription"
PLAIN = ("default_payment_method", "description", "pause_collection")
FEEDBACK = (
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
)
LONGEST_TRIAL = 730 * 24 * 3600
DETAILS = p.nested({"comment": p.emptied(p.text()), "feedback": p.emptied(p.one_of(*FEEDBACK))})
PRICE_DATA = p.nested({**catalogue.PRICE_DATA, "product": p.required(p.text())})
ITEM = p.nested(
    {
        "id": p.text(),
        "price": p.text(),
        "price_data": PRICE_DATA,
        "quantity": p.at_least(1),
        "metadata": p.metadata,
    }
)
PAUSE = p.nested(
    {
        "behavior": p.required(p.one_of("keep_as_draft", "mark_uncollectible", "void")),
        "resumes_at": p.integer,
    }
)
UPDATE: p.Schema = {
    "billing_cycle_anchor": p.one_of("now", "unchanged"),
    "cancel_at": p.emptied(p.integer),
    "cancel_at_period_end": p.true_or_false,
    "cancellation_details": DETAILS,
    "default_payment_method": p.emptied(p.text()),
    "description": p.emptied(p.text(500)),
    "items": p.listed(ITEM),
    "metadata": p.metadata,
    "pause_collection": p.emptied(PAUSE),
    "proration_behavior": p.one_of("always_invoice", "create_prorations", "none"),
    "trial_end": p.text(20),
}
CANCEL: p.Schema = {
    "cancellation_details": DETAILS,
    "invoice_now": p.true_or_false,
    "prorate": p.true_or_false,
}
STATES = (
    "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused",
    "trialing", "unpaid",
)  # fmt: skip
LIST: p.Schema = {**PAGE, "customer": p.text(), "status": p.one_of(*STATES)}


def retrieve(work: Work, params: Object, id: str) -> Object:
    return work.get(KIND, id)


def listed(work: Work, params: Object) -> Object:
    """Without those that ended, unless somebody asks for them."""
    status, extra = params.pop("status", "living"), "1"
    ended = "json_extract(body, '$.status') IN ('canceled', 'incomplete_expired')"
    if status in ("living", "ended"):
        extra = f"NOT {ended}" if status == "living" else ended
    elif status != "all":
        params["status"] = status
    return page(work, KIND, "/v1/subscriptions", params, ("customer", "status"), extra)


def cancel(work: Work, params: Object, id: str) -> Object:
    """At once. https://docs.stripe.com/api/subscriptions/cancel"""
    found = work.get(KIND, id)
    if found["status"] in billing.ENDED:
        raise missing(KIND, id)
    if params.get("invoice_now") or params.get("prorate"):
        raise _no_prorations()
    found["cancellation_details"] |= params.get("cancellation_details", {})
    billing.end(work, found, "cancellation_requested")
    return found


def update(work: Work, params: Object, id: str) -> Object:
    """https://docs.stripe.com/api/subscriptions/update"""
    found = work.get(KIND, id)
    if found["status"] in billing.ENDED and set(params) - {"cancellation_details", "metadata"}:
        raise StripeError(
            "A canceled subscription can only update its cancellation_details and metadata."
        )
    before = deepcopy(found)
    _plain(work, found, params)
    _ending(work, found, params)
    restarts = _items(work, found, params)
    invoice = _move(work, found, params, restarts)
    changed = {name: was for name, was in before.items() if was != found[name]}
    if found["status"] not in billing.ENDED:
        billing.schedule(work, found)
    work.save(found)
    if changed:
        work.emit("customer.subscription.updated", found, changed)
    if invoice:
        charging.advance(work, invoice)
    return work.get(KIND, id)


def _plain(work: Work, found: Object, params: Object) -> None:
    if pause := params.get("pause_collection"):
        _in_the_future(work, pause.setdefault("resumes_at", None), "resumes_at")
    if method := params.get("default_payment_method"):
        own_method(work, found["customer"], method, "default_payment_method")
    found |= {name: params[name] for name in PLAIN if name in params}
    found["metadata"] = merged(found["metadata"], params.get("metadata"))
    found["cancellation_details"] |= params.get("cancellation_details", {})


def _ending(work: Work, found: Object, params: Object) -> None:
    """https://docs.stripe.com/billing/subscriptions/cancel"""
    if "cancel_at" in params and "cancel_at_period_end" in params:
        raise StripeError(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
            code="parameters_exclusive",
        )
    if "cancel_at" in params:
        _in_the_future(work, params["cancel_at"], "cancel_at")
        found |= billing.ending(work, found, params["cancel_at"])
    elif "cancel_at_period_end" in params:
        found |= billing.ending_with_period(work, found, params["cancel_at_period_end"])


def _items(work: Work, found: Object, params: Object) -> bool:
    """Give the items their new prices; whether the rhythm is another one: then a period begins at
    once. https://docs.stripe.com/billing/subscriptions/change-price"""
    restarts, old = False, found["items"]["data"]
    items = {item["id"]: dict(item) for item in old}
    for place, change in enumerate(params.get("items", [])):
        name = f"items[{place}]"
        if change.get("id") not in items:
            raise missing("subscription_item", str(change.get("id", "")), f"{name}[id]", 400)
        item = items[change["id"]]
        if "price" in change or "price_data" in change:
            price = catalogue.price_of(work, change, name)
            if price["currency"] != found["currency"] or not price["recurring"]:
                raise StripeError(
                    f"The price must recur and be in {found['currency']}.", param=name
                )
            restarts |= price["recurring"] != item["price"]["recurring"]
            item["price"] = price
        item["quantity"] = change.get("quantity", item["quantity"])
        item["metadata"] = merged(item["metadata"], change.get("metadata"))
    if list(items.values()) != old and params.get("proration_behavior") != "none":
        raise _no_prorations()
    found["items"] = {**found["items"], "data": list(items.values())}
    return restarts


def _move(work: Work, found: Object, params: Object, restarts: bool) -> Object | None:
    """Another period: a trial, its end, another anchor, another rhythm. Gives its invoice, which is
    not charged yet."""
    until = params.get("trial_end")
    now = params.get("billing_cycle_anchor") == "now"
    if (until or now) and params.get("proration_behavior") != "none":
        raise _no_prorations()
    if until and until != "now":
        moment = p.integer(until, "trial_end")
        _in_the_future(work, moment, "trial_end")
        if moment > work.now + LONGEST_TRIAL:
            raise StripeError("A trial lasts for two years at most.", param="trial_end")
        return billing.skip(work, found, moment)
    if until or now or restarts:
        if found["status"] == "trialing":
            found |= {"status": "active", "trial_end": work.now}
        return billing.restart(work, found)
    return None


def _in_the_future(work: Work, moment: int | None, name: str) -> None:
    if moment is not None and moment <= work.now:
        raise StripeError(f"The `{name}` timestamp must be in the future.", param=name)


def _no_prorations() -> StripeError:
    return StripeError(
        "This stand-in makes no prorations: pass proration_behavior=none (or invoice_now=false and"
        " prorate=false).",
        param="proration_behavior",
    )
