"""Steering what recurs, from outside: what a donor, her bank or the card network does.

Addresses and fields stand in sandbox.stripe.control.
"""

from typing import Any

from werkzeug.exceptions import BadRequest

from sandbox.stripe import charging, invoice_payments, people, settings
from sandbox.stripe.samples import CARD, LASTING, SAMPLES, Sample
from sandbox.stripe.work import Object, Work, public

REFUSALS = ("asks", "declined", "expired", "insufficient_funds")


def refuse(work: Work, data: dict[str, Any]) -> Object:
    how, times = data.get("how") or "declined", _number(data.get("times") or 1)
    if how not in REFUSALS or times < 1:
        raise BadRequest(f"how must be one of {', '.join(REFUSALS)}, times a number above zero.")
    method = _method(work, data)
    method["_refuses"] = {"how": how, "times": times}
    return {"payment_method": public(work.save(method))}


def retries(work: Work, data: dict[str, Any]) -> Object:
    if data.get("afterwards") not in charging.AFTERWARDS:
        raise BadRequest(f"afterwards must be one of {', '.join(charging.AFTERWARDS)}.")
    settings.write(work.db, "retries", {"afterwards": data["afterwards"]})
    return {"retries": {"afterwards": data["afterwards"]}}


def debits(work: Work, data: dict[str, Any]) -> Object:
    if data.get("begins") not in ("active", "incomplete"):
        raise BadRequest("begins must be active or incomplete.")
    settings.write(work.db, "debits", {"begins": data["begins"]})
    return {"debits": {"begins": data["begins"]}}


def mandate(work: Work, data: dict[str, Any]) -> Object:
    """https://docs.stripe.com/api/events/types#event_types-mandate.updated"""
    found = work.get("mandate", str(_method(work, data).get("_mandate", "")))
    if data.get("status") not in ("active", "inactive"):
        raise BadRequest("status must be active or inactive.")
    before, found["status"] = found["status"], data["status"]
    work.save(found)
    work.emit("mandate.updated", found, {"status": before})
    return {"mandate": public(found)}


def card(work: Work, data: dict[str, Any]) -> Object:
    """The network sends a card's new date: https://docs.stripe.com/payments/cards/overview"""
    method = _method(work, data)
    if method["type"] != CARD:
        raise BadRequest("Only a card has a date.")
    new = {"exp_month": _number(data.get("exp_month")), "exp_year": _number(data.get("exp_year"))}
    if not 1 <= new["exp_month"] <= 12 or not 2000 <= new["exp_year"] <= 2100:
        raise BadRequest("exp_month and exp_year must be a month and a year.")
    before = {name: method[CARD][name] for name in new}
    method[CARD] |= new
    work.save(method)
    if method["customer"]:
        work.emit("payment_method.automatically_updated", method, {CARD: before})
    return {"payment_method": public(method)}


def method(work: Work, data: dict[str, Any]) -> Object:
    """A donor chooses another means of payment on the portal."""
    customer = work.get("customer", str(data.get("customer", "")))
    made = people.new_method(work, customer["id"], _sample(data))
    chosen = {"invoice_settings": {"default_payment_method": made["id"]}}
    people.update(work, chosen, customer["id"])
    return {"payment_method": public(made)}


def invoice(work: Work, data: dict[str, Any]) -> Object:
    """A donor pays an invoice on its page, or answers her bank there."""
    found = work.get("invoice", str(data.get("invoice", "")))
    if "confirm" in data:
        charging.confirmed(work, found, data["confirm"] in (True, "true", "1"))
    else:
        if not invoice_payments.awaited(work, found):
            raise BadRequest(f"Invoice {found['id']} is not to be paid now.")
        keep = data.get("keep") in (True, "true", "1")
        invoice_payments.pay(work, found, _sample(data), keep=keep)
    return {"invoice": public(work.get("invoice", found["id"]))}


def _method(work: Work, data: dict[str, Any]) -> Object:
    """The one named, or the one a subscription is charged with."""
    if data.get("payment_method"):
        return work.get("payment_method", str(data["payment_method"]))
    found = work.get("subscription", str(data.get("subscription", "")))
    chosen = charging.method_of(work, found)
    if chosen is None:
        raise BadRequest(f"Subscription {found['id']} has nothing to be charged with.")
    return chosen


def _sample(data: dict[str, Any]) -> Sample:
    name = str(data.get("method") or "card")
    if name not in LASTING:
        raise BadRequest(f"method must be one of {', '.join(LASTING)}.")
    return SAMPLES[name]


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadRequest("A whole number is wanted.") from None
