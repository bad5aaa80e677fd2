"""Checkout Sessions in payment and subscription mode: create, retrieve, update, expire, list, line items.

https://docs.stripe.com/api/checkout/sessions
"""

from sandbox.stripe import catalogue
from sandbox.stripe import params as p
from sandbox.stripe.currencies import minimum, written
from sandbox.stripe.errors import StripeError, invalid
from sandbox.stripe.expand import as_list
from sandbox.stripe.params import merged
from sandbox.stripe.people import living
from sandbox.stripe.samples import CARD, SEPA, WALLET
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


LINE = p.nested(
    {
        "price": p.text(),
        "price_data": catalogue.INLINE,
        "quantity": p.required(p.at_least(1)),
    }
)
METHODS = p.listed(p.text(40))
CREATE: p.Schema = {
    "mode": p.required(p.one_of("payment", "subscription")),
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
    "subscription_data": p.nested({"description": p.text(500), "metadata": p.metadata}),
}
UPDATE: p.Schema = {"metadata": p.metadata}


def create(work: Work, params: Object) -> Object:
    """A new open session. ``{CHECKOUT_SESSION_ID}`` in success_url is filled in on return:
    https://docs.stripe.com/payments/checkout/custom-success-page"""
    of_one_mode(params)
    if "customer" in params:
        living(work, params["customer"], status=400)
    lines = priced(work, params)
    return work.add(_session(work, params, lines, expiry(work, params)))


def retrieve(work: Work, params: Object, id: str) -> Object:
    return work.get("checkout.session", id, param="session")


def update(work: Work, params: Object, id: str) -> Object:
    """Metadata keys are merged, an empty value removes one: https://docs.stripe.com/api/metadata"""
    session = retrieve(work, {}, id)
    session["metadata"] = merged(session["metadata"], params.get("metadata"))
    return work.save(session)


def intent_of(work: Work, session: Object) -> Object | None:
    """The payment of a session, from the first attempt on. A subscription's does not show there:
    https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-payment_intent"""
    id = session["payment_intent"] or session.get("_payment_intent")
    return work.get("payment_intent", id) if id else None


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
    if intent := intent_of(work, session):
        intent |= {"status": "canceled", "canceled_at": work.now, "next_action": None}
        work.save(intent)
        work.emit("payment_intent.canceled", intent)
    work.emit("checkout.session.expired", session)
    return session


def line_items(work: Work, params: Object, id: str) -> Object:
    session = retrieve(work, {}, id)
    return as_list(session["_line_items"], f"/v1/checkout/sessions/{id}/line_items")


def priced(work: Work, params: Object) -> list[Object]:
    """The order's lines with their prices, after the rules of its mode.

    https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-mode
    """
    given = params["line_items"]
    if not given:
        raise invalid("Missing required param: line_items.", "line_items", "parameter_missing")
    lines = [
        _line(catalogue.price_of(work, line, f"line_items[{place}]"), line["quantity"])
        for place, line in enumerate(given)
    ]
    rhythms = [line["price"]["recurring"] for line in lines]
    if params["mode"] == "payment" and any(rhythms):
        raise StripeError(
            "You specified `payment` mode but passed a recurring price. Either switch to"
            " `subscription` mode or use only one-time prices."
        )
    if params["mode"] == "subscription" and not any(rhythms):
        raise StripeError(
            "You must provide at least one recurring price in `subscription` mode when using"
            " prices."
        )
    if any(rhythm != rhythms[0] for rhythm in rhythms):
        raise StripeError("Here the prices of one session share one rhythm, or have none.")
    return lines


def total_of(lines: list[Object]) -> tuple[str, int]:
    """Currency and sum. https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts"""
    money = lines[0]["currency"]
    if any(line["currency"] != money for line in lines):
        raise StripeError("All line items must have the same currency.", param="line_items")
    total = sum(line["amount_total"] for line in lines)
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


def of_one_mode(params: Object) -> None:
    """Parameters that belong to the other mode, and pairs that exclude each other."""
    wrong = {"payment": ("subscription_data",)}.get(
        params["mode"], ("payment_intent_data", "customer_creation")
    )
    for name in wrong:
        if name in params:
            raise StripeError(f"You can not pass `{name}` in `{params['mode']}` mode.", param=name)
    if "customer" in params and "customer_email" in params:
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.",
            code="parameters_exclusive",
        )


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
    """Dynamic payment methods, as if cards, Satispay and SEPA debits were switched on in the
    Dashboard.

    https://docs.stripe.com/payments/payment-methods/dynamic-payment-methods; the last two want euros,
    and Satispay pays once only.
    """
    if "allowed_payment_method_types" in params and "excluded_payment_method_types" in params:
        raise StripeError(
            "You may only specify one of these parameters: allowed_payment_method_types,"
            " excluded_payment_method_types.",
            code="parameters_exclusive",
        )
    offered = [CARD, SEPA] if money == "eur" else [CARD]
    if money == "eur" and params["mode"] == "payment":
        offered.append(WALLET)
    allowed = params.get("allowed_payment_method_types", offered)
    barred = params.get("excluded_payment_method_types", [])
    found = [kind for kind in offered if kind in allowed and kind not in barred]
    if not found:
        raise StripeError("No valid payment method types for this Checkout Session.")
    return found


def _session(work: Work, params: Object, lines: list[Object], expires_at: int) -> Object:
    id, mode = new_id("cs_test", 58), params["mode"]
    money, total = total_of(lines)
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
        else "always"
        if mode == "subscription"
        else params.get("customer_creation", "if_required"),
        "expires_at": expires_at,
        "invoice_creation": {"enabled": False, "invoice_data": None},
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "mode": mode,
        "payment_method_collection": "always" if mode == "subscription" else "if_required",
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
        "_line_items": lines,
        "_payment_intent_data": params.get("payment_intent_data", {}),
        "_subscription_data": params.get("subscription_data", {}),
    }


def _line(price: Object, quantity: int) -> Object:
    """https://docs.stripe.com/api/checkout/sessions/line_items"""
    amount = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": price["_name"],
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }
