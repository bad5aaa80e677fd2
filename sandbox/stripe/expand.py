"""Expanding: ``expand[]=payment_intent.latest_charge``, ``data.…`` in lists, four levels deep.

https://docs.stripe.com/api/expanding_objects, https://docs.stripe.com/expand
"""

from sandbox.stripe.errors import StripeError
from sandbox.stripe.work import Object, Work, public

SOURCES = ("charge", "refund", "dispute", "payout")
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "checkout.session": {
        "payment_intent": ("payment_intent",),
        "customer": ("customer",),
        "subscription": ("subscription",),
        "invoice": ("invoice",),
    },
    "customer.invoice_settings": {"default_payment_method": ("payment_method",)},
    "invoice": {
        "customer": ("customer",),
        "default_payment_method": ("payment_method",),
    },
    "invoice.parent.subscription_details": {"subscription": ("subscription",)},
    "invoice_payment": {"invoice": ("invoice",)},
    "invoice_payment.payment": {"payment_intent": ("payment_intent",)},
    "billing_portal.session": {"configuration": ("billing_portal.configuration",)},
    "mandate": {"payment_method": ("payment_method",)},
    "payment_method": {"customer": ("customer",)},
    "price": {"product": ("product",)},
    "subscription": {
        "customer": ("customer",),
        "default_payment_method": ("payment_method",),
        "latest_invoice": ("invoice",),
    },
    "payment_intent": {
        "latest_charge": ("charge",),
        "customer": ("customer",),
        "payment_method": ("payment_method",),
    },
    "charge": {
        "balance_transaction": ("balance_transaction",),
        "payment_intent": ("payment_intent",),
        "customer": ("customer",),
        "failure_balance_transaction": ("balance_transaction",),
    },
    "refund": {
        "balance_transaction": ("balance_transaction",),
        "failure_balance_transaction": ("balance_transaction",),
        "charge": ("charge",),
        "payment_intent": ("payment_intent",),
    },
    "dispute": {"charge": ("charge",), "payment_intent": ("payment_intent",)},
    "balance_transaction": {"source": SOURCES},
    "payout": {
        "balance_transaction": ("balance_transaction",),
        "failure_balance_transaction": ("balance_transaction",),
    },
}
DEEPEST = 4


def shown(work: Work, body: Object, paths: list[str]) -> Object:
    """The object (or list) as Stripe shows it, with the wanted paths expanded."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEEPEST + (body.get("object") == "list"):
            raise _cannot(path)
        _expand(work, body, steps, path)
    return public(body)


def as_list(entries: list[Object], url: str, has_more: bool = False) -> Object:
    """https://docs.stripe.com/api/pagination"""
    return {"object": "list", "data": entries, "has_more": has_more, "url": url}


def _expand(work: Work, body: Object, steps: list[str], path: str, place: str = "") -> None:
    """``place``: where a part without a kind of its own stands, as in ``invoice_payment.payment``."""
    name, rest = steps[0], steps[1:]
    kind = body.get("object") or place
    if body.get("object") == "list":
        if name != "data" or not rest:
            raise _cannot(path)
        for entry in body["data"]:
            _expand(work, entry, rest, path)
        return
    value = _include(work, body, kind, name)
    if value is None and rest and name not in KINDS.get(kind, {}):
        value = body.get(name)
        if not isinstance(value, dict):
            raise _cannot(path)
    if value is None:
        value = _fetch(work, body, kind, name, path)
    if value is not None and rest:
        _expand(work, value, rest, path, f"{kind}.{name}")


def _include(work: Work, body: Object, kind: str, name: str) -> Object | None:
    """Lists that are left out unless asked for: ``line_items``, ``refunds``, ``payments``."""
    if kind == "checkout.session" and name == "line_items":
        lines = [dict(line) for line in body["_line_items"]]
        body[name] = as_list(lines, f"/v1/checkout/sessions/{body['id']}/line_items")
    elif kind == "invoice" and name == "payments":
        found = work.find("invoice_payment", invoice=body["id"])[::-1]
        body[name] = as_list(found, f"/v1/invoice_payments?invoice={body['id']}")
    elif kind == "charge" and name == "refunds":
        found = work.find("refund", charge=body["id"])[::-1]
        body[name] = as_list(found, f"/v1/charges/{body['id']}/refunds")
    else:
        return None
    included: Object = body[name]
    return included


def _fetch(work: Work, body: Object, kind: str, name: str, path: str) -> Object | None:
    kinds = KINDS.get(kind, {}).get(name)
    if kinds is None:
        raise _cannot(path)
    value = body.get(name)
    if isinstance(value, str):
        for kind in kinds:
            if found := work.look(kind, value):
                body[name] = found
    return body[name] if isinstance(body.get(name), dict) else None


def _cannot(path: str) -> StripeError:
    return StripeError(f"This property cannot be expanded ({path}).", param="expand", saved=False)
