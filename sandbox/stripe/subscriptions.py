"""The addresses of subscriptions: retrieve, list, change, cancel.

https://docs.stripe.com/api/subscriptions. This stand-in makes no prorations: whoever changes the
price says ``proration_behavior=none``.
"""

from sandbox.stripe import billing, catalogue
from sandbox.stripe import params as p
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.listing import PAGE, page
from sandbox.stripe.params import merged
from sandbox.stripe.people import own_method
from sandbox.stripe.work import Object, Work

KIND = "subscription"
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
    changes: Object = {
        name: params[name] for name in ("description", "pause_collection") if name in params
    }
    changes["metadata"] = merged(found["metadata"], params.get("metadata"))
    if "cancellation_details" in params:
        given = params["cancellation_details"]
        changes["cancellation_details"] = {**found["cancellation_details"], **given}
    if "default_payment_method" in params:
        changes["default_payment_method"] = params["default_payment_method"]
        if method := params["default_payment_method"]:
            own_method(work, found["customer"], method, "default_payment_method")
    if params.get("pause_collection"):
        _in_the_future(
            work, params["pause_collection"].setdefault("resumes_at", None), "resumes_at"
        )
    changes |= _ending(work, found, params)
    restarts, items = _items(work, found, params)
    changes |= {"items": items} if items else {}
    before = {name: found[name] for name in changes if found[name] != changes[name]}
    found |= changes
    _move(work, found, params, restarts)
    work.save(found)
    if before or restarts or "trial_end" in params:
        work.emit("customer.subscription.updated", found, before)
    if found["status"] not in billing.ENDED:
        billing.schedule(work, found)
    return found


def _ending(work: Work, found: Object, params: Object) -> Object:
    """https://docs.stripe.com/billing/subscriptions/cancel"""
    if "cancel_at" in params and "cancel_at_period_end" in params:
        raise StripeError(
            "You may only specify one of these parameters: cancel_at, cancel_at_period_end.",
            code="parameters_exclusive",
        )
    if "cancel_at" in params:
        at = params["cancel_at"]
        _in_the_future(work, at, "cancel_at")
    elif "cancel_at_period_end" in params:
        ends = found["items"]["data"][0]["current_period_end"]
        at = ends if params["cancel_at_period_end"] else None
    else:
        return {}
    return {
        "cancel_at": at,
        "cancel_at_period_end": bool(params.get("cancel_at_period_end")),
        "canceled_at": work.now if at else None,
        "cancellation_details": {
            **found["cancellation_details"],
            **params.get("cancellation_details", {}),
            "reason": "cancellation_requested" if at else None,
        },
    }


def _items(work: Work, found: Object, params: Object) -> tuple[bool, Object | None]:
    """The items with their new prices, and whether the rhythm is another one: then a period begins
    at once. https://docs.stripe.com/billing/subscriptions/change-price"""
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
    if list(items.values()) == old:
        return False, None
    if params.get("proration_behavior") != "none":
        raise _no_prorations()
    return restarts, {**found["items"], "data": list(items.values())}


def _move(work: Work, found: Object, params: Object, restarts: bool) -> None:
    """Another period: a trial, its end, another anchor, another rhythm."""
    until = params.get("trial_end")
    now = params.get("billing_cycle_anchor") == "now"
    if (until or now) and params.get("proration_behavior") != "none":
        raise _no_prorations()
    if until and until != "now":
        moment = p.integer(until, "trial_end")
        _in_the_future(work, moment, "trial_end")
        if moment > work.now + LONGEST_TRIAL:
            raise StripeError("A trial lasts for two years at most.", param="trial_end")
        billing.skip(work, found, moment)
    elif until or now or restarts:
        if found["status"] == "trialing":
            found |= {"status": "active", "trial_end": work.now}
        billing.restart(work, found)


def _in_the_future(work: Work, moment: int | None, name: str) -> None:
    if moment is not None and moment <= work.now:
        raise StripeError(f"The `{name}` timestamp must be in the future.", param=name)


def _no_prorations() -> StripeError:
    return StripeError(
        "This stand-in makes no prorations: pass proration_behavior=none (or invoice_now=false and"
        " prorate=false).",
        param="proration_behavior",
    )
