"""Expanding: ``expand[]=payment_intent.latest_charge``, ``data.…`` in lists, four levels deep.

https://docs.stripe.com/api/expanding_objects, https://docs.stripe.com/expand
"""

from typing import Any

from sandbox.stripe.errors import StripeError
from sandbox.stripe.work import Object, Work, public

SOURCES = ("charge", "refund", "dispute", "payout")
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "checkout.session": {"payment_intent": ("payment_intent",), "customer": ("customer",)},
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
    return _stripped(body)


def as_list(entries: list[Object], url: str, has_more: bool = False) -> Object:
    """https://docs.stripe.com/api/pagination"""
    return {"object": "list", "data": entries, "has_more": has_more, "url": url}


def _expand(work: Work, body: Object, steps: list[str], path: str) -> None:
    name, rest = steps[0], steps[1:]
    if body.get("object") == "list":
        if name != "data" or not rest:
            raise _cannot(path)
        for entry in body["data"]:
            _expand(work, entry, rest, path)
        return
    value = _include(work, body, name) or _fetch(work, body, name, path)
    if value is not None and rest:
        _expand(work, value, rest, path)


def _include(work: Work, body: Object, name: str) -> Object | None:
    """Lists that are left out unless asked for: ``line_items``, ``refunds``."""
    if body["object"] == "checkout.session" and name == "line_items":
        lines = [dict(line) for line in body["_line_items"]]
        body[name] = as_list(lines, f"/v1/checkout/sessions/{body['id']}/line_items")
    elif body["object"] == "charge" and name == "refunds":
        found = work.find("refund", charge=body["id"])[::-1]
        body[name] = as_list(found, f"/v1/charges/{body['id']}/refunds")
    else:
        return None
    included: Object = body[name]
    return included


def _fetch(work: Work, body: Object, name: str, path: str) -> Object | None:
    kinds = KINDS.get(body["object"], {}).get(name)
    if kinds is None:
        raise _cannot(path)
    value = body.get(name)
    if isinstance(value, str):
        for kind in kinds:
            if found := work.look(kind, value):
                body[name] = found
    return body[name] if isinstance(body.get(name), dict) else None


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: entry if key == "metadata" else _stripped(entry)
            for key, entry in public(value).items()
        }
    if isinstance(value, list):
        return [_stripped(entry) for entry in value]
    return value


def _cannot(path: str) -> StripeError:
    return StripeError(f"This property cannot be expanded ({path}).", param="expand", saved=False)
