"""What Stripe is asked with, as its API wants it (docs.stripe.com/api, 2026-10-28): plain data, from
plain data. Nothing is sent here, and `stripe` is not needed."""

from datetime import datetime
from typing import Any

from donations.stripe_facts import ATTEMPT, SOURCE, Order, Subscription

LOCALES = {"it": "it", "en": "en"}
RECURRING = {
    "month": {"interval": "month", "interval_count": 1},
    "quarter": {"interval": "month", "interval_count": 3},
    "year": {"interval": "year", "interval_count": 1},
}
PORTAL = {"segnopiu": "card"}  # by this metadata our configuration is found again
PORTAL_FEATURES = {  # only the card: all the rest is on the donor's own page, in her words
    "payment_method_update": True,
    "customer_update": False,
    "invoice_history": False,
    "subscription_cancel": False,
    "subscription_update": False,
}


def locale(language: str) -> str:
    return LOCALES.get(language, "auto")


def checkout(order: Order) -> dict[str, Any]:
    """The metadata lead back to our row: a payment has them itself, a promise's invoices have its
    subscription's."""
    metadata = {ATTEMPT: order.key} | ({SOURCE: order.source} if order.source else {})
    price: dict[str, Any] = {
        "currency": order.currency.lower(),
        "unit_amount": order.amount,
        "product_data": {"name": order.title},
    }
    if order.every:
        price["recurring"] = RECURRING[order.every]
        mode = {"mode": "subscription", "subscription_data": {"metadata": metadata}}
    else:
        mode = {"mode": "payment", "payment_intent_data": {"metadata": metadata}}
    return {
        **mode,
        "submit_type": "donate",
        "client_reference_id": order.reference,
        "customer_email": order.email,
        "locale": locale(order.language),
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "metadata": metadata,
    }


def another_amount(now: Subscription, amount: int) -> dict[str, Any]:
    """From the next charge on; nothing is made up for the time that was paid."""
    price = {
        "currency": now.currency.lower(),
        "product": now.product,
        "unit_amount": amount,
        "recurring": RECURRING[now.every],
    }
    return {
        "items": [{"id": now.item, "price_data": price}],
        "proration_behavior": "none",
    }


def pause(until: datetime) -> dict[str, Any]:
    """What falls due meanwhile is never asked for."""
    return {"pause_collection": {"behavior": "void", "resumes_at": int(until.timestamp())}}


RESUME: dict[str, Any] = {"pause_collection": ""}


def portal_configuration() -> dict[str, Any]:
    return {
        "features": {name: {"enabled": wanted} for name, wanted in PORTAL_FEATURES.items()},
        "metadata": PORTAL,
    }


def portal(customer: str, back: str, language: str, configuration: str) -> dict[str, Any]:
    """Straight to the card, and back again when it is changed."""
    return {
        "customer": customer,
        "return_url": back,
        "locale": locale(language),
        "flow_data": {
            "type": "payment_method_update",
            "after_completion": {"type": "redirect", "redirect": {"return_url": back}},
        },
        **({"configuration": configuration} if configuration else {}),
    }
