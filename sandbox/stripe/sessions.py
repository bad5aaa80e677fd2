"""Checkout Sessions in payment mode: create, retrieve, update, expire, list, line items.

https://docs.stripe.com/api/checkout/sessions
"""

from typing import Any

from sandbox.stripe import params as p
from sandbox.stripe.currencies import CURRENCIES, minimum, written
from sandbox.stripe.errors import StripeError, invalid
from sandbox.stripe.expand import as_list
from sandbox.stripe.objects import CARD, SEPA
from sandbox.stripe.work import Object, Work, new_id

LANGUAGES = (
    "auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl"
    " pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW"
)
LOCALES = LANGUAGES.split()
LARGEST = 99_999_999  # https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
ASKED = (
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "locale",
    "submit_type",
    "success_url",
)
SHORTEST, LONGEST = 30 * 60, 24 * 3600


def currency(value: Any, name: str) -> str:
    found = str(value).lower()
    if found not in CURRENCIES:
        raise invalid(
            f"Invalid currency: {found}. Stripe currently supports these currencies:"
            f" {', '.join(CURRENCIES)}",
            name,
        )
    return found


PRODUCT = p.nested(
    {
        "name": p.required(p.text()),
        "description": p.text(),
        "metadata": p.metadata,
        "images": p.listed(p.url),
    }
)
PRICE = p.nested(
    {
        "currency": p.required(currency),
        "unit_amount": p.required(p.at_least(0)),
        "product_data": p.required(PRODUCT),
    }
)
LINE = p.nested({"price_data": p.required(PRICE), "quantity": p.required(p.at_least(1))})
METHODS = p.listed(p.text(40))
CREATE: p.Schema = {
    "mode": p.required(p.one_of("payment")),
    "line_items": p.required(p.listed(LINE)),
    "success_url": p.required(p.url),
    "cancel_url": p.url,
    "submit_type": p.one_of("auto", "book", "donate", "pay"),
    "ui_mode": p.one_of("hosted_page"),
    "client_reference_id": p.text(200),
    "metadata": p.metadata,
    "customer": p.text(),
    "customer_email": p.email,
    "customer_creation": p.one_of("always", "if_required"),
    "locale": p.one_of(*LOCALES),
    "expires_at": p.integer,
    "billing_address_collection": p.one_of("auto", "required"),
    "allowed_payment_method_types": METHODS,
    "excluded_payment_method_types": METHODS,
    "payment_intent_data": p.nested(
        {
            "description": p.text(1000),
            "metadata": p.metadata,
            "receipt_email": p.email,
            "statement_descriptor": p.text(22),
            "statement_descriptor_suffix": p.text(22),
        }
    ),
}
UPDATE: p.Schema = {"metadata": p.metadata}


def create(work: Work, params: Object) -> Object:
    """A new open session. ``{CHECKOUT_SESSION_ID}`` in success_url is filled in on return:
    https://docs.stripe.com/payments/checkout/custom-success-page"""
    money, total = total_of(params["line_items"])
    if "customer" in params and "customer_email" in params:
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.",
            code="parameters_exclusive",
        )
    if "customer" in params:
        work.get("customer", params["customer"], param="customer", status=400)
    return work.add(_session(work, params, money, total, expiry(work, params)))


def retrieve(work: Work, params: Object, id: str) -> Object:
    return work.get("checkout.session", id, param="session")


def update(work: Work, params: Object, id: str) -> Object:
    """Metadata keys are merged, an empty value removes one: https://docs.stripe.com/api/metadata"""
    session = retrieve(work, {}, id)
    session["metadata"] = merged(session["metadata"], params.get("metadata"))
    return work.save(session)


def expire(work: Work, params: Object, id: str) -> Object:
    """https://docs.stripe.com/api/checkout/sessions/expire"""
    session = retrieve(work, {}, id)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout'
            f" Session has a status of `{session['status']}`."
        )
    return close(work, session)


def close(work: Work, session: Object) -> Object:
    """End an open session: its unfinished PaymentIntent is cancelled with it."""
    session |= {"status": "expired", "url": None}
    work.awaits(session, None)
    if session["payment_intent"]:
        intent = work.get("payment_intent", session["payment_intent"])
        intent |= {"status": "canceled", "canceled_at": work.now, "next_action": None}
        work.save(intent)
        work.emit("payment_intent.canceled", intent)
    work.emit("checkout.session.expired", session)
    return session


def line_items(work: Work, params: Object, id: str) -> Object:
    session = retrieve(work, {}, id)
    return as_list(session["_line_items"], f"/v1/checkout/sessions/{id}/line_items")


def total_of(lines: list[Object]) -> tuple[str, int]:
    """Currency and sum. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts"""
    if not lines:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    money = lines[0]["price_data"]["currency"]
    if any(line["price_data"]["currency"] != money for line in lines):
        raise StripeError("All line items must have the same currency.", param="line_items")
    total = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
    if total < minimum(money):
        raise StripeError(
            "The Checkout Session's total amount due must add up to at least"
            f" {written(minimum(money), money)} {money}",
            code="amount_too_small",
        )
    if total > LARGEST:
        raise StripeError(
            "The Checkout Session's total amount due must add up to no more than"
            f" {written(LARGEST, money)} {money}",
            code="amount_too_large",
        )
    return money, total


def expiry(work: Work, params: Object) -> int:
    """30 minutes to 24 hours from now, 24 hours unless told.

    https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-expires_at
    """
    at = int(params.get("expires_at", work.now + LONGEST))
    if not work.now + SHORTEST - 5 <= at <= work.now + LONGEST + 5:
        raise StripeError(
            "The `expires_at` timestamp must be at least 30 minutes and less than 24 hours from"
            " Checkout Session creation.",
            param="expires_at",
        )
    return at


def methods_of(params: Object, money: str) -> list[str]:
    """Dynamic payment methods, as if card and SEPA debit were switched on in the Dashboard.

    https://docs.stripe.com/payments/payment-methods/dynamic-payment-methods; SEPA wants euros.
    """
    if "allowed_payment_method_types" in params and "excluded_payment_method_types" in params:
        raise StripeError(
            "You may only specify one of these parameters: allowed_payment_method_types,"
            " excluded_payment_method_types.",
            code="parameters_exclusive",
        )
    offered = [CARD, SEPA] if money == "eur" else [CARD]
    allowed = params.get("allowed_payment_method_types", offered)
    barred = params.get("excluded_payment_method_types", [])
    found = [kind for kind in offered if kind in allowed and kind not in barred]
    if not found:
        raise StripeError("No valid payment method types for this Checkout Session.")
    return found


def merged(old: dict[str, str], new: dict[str, str] | None) -> dict[str, str]:
    return {key: value for key, value in {**old, **(new or {})}.items() if value != ""}


def _session(work: Work, params: Object, money: str, total: int, expires_at: int) -> Object:
    id = new_id("cs_test", 58)
    absent = dict.fromkeys(
        (
            "adaptive_pricing", "after_expiration", "allow_promotion_codes", "client_secret",
            "collected_information", "consent", "consent_collection", "currency_conversion",
            "customer_account", "customer_details", "discounts", "integration_identifier",
            "invoice", "origin_context", "payment_intent", "payment_link",
            "payment_method_configuration_details", "permissions", "recovered_from",
            "saved_payment_method_options", "setup_intent", "shipping_address_collection",
            "shipping_cost", "subscription", "wallet_options",
        )
    )  # fmt: skip
    return {
        **absent,
        **{name: params.get(name) for name in ASKED},
        "id": id,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "created": work.now,
        "currency": money,
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "customer_creation": None
        if "customer" in params
        else params.get("customer_creation", "if_required"),
        "expires_at": expires_at,
        "invoice_creation": {"enabled": False, "invoice_data": None},
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {},
        "payment_method_types": methods_of(params, money),
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{work.url}/checkout/{id}",
        "_due_at": expires_at,
        "_line_items": [_line(line) for line in params["line_items"]],
        "_payment_intent_data": params.get("payment_intent_data", {}),
    }


def _line(line: Object) -> Object:
    """https://docs.stripe.com/api/checkout/sessions/line_items"""
    price = line["price_data"]
    amount = price["unit_amount"] * line["quantity"]
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": price["product_data"]["name"],
        "metadata": {},
        "price": {
            "id": new_id("price"),
            "object": "price",
            "active": False,
            "currency": price["currency"],
            "livemode": False,
            "metadata": {},
            "product": new_id("prod", 14),
            "type": "one_time",
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": line["quantity"],
    }
