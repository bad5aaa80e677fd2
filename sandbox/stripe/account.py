"""The account a key belongs to, and what a restricted key may do.

https://docs.stripe.com/api/accounts/object (shortened to what an integration looks at),
https://docs.stripe.com/keys/permissions-reference: each address wants a permission, a GET to read
and all others to write; writing includes reading. A key lacks nothing until it is told so. The name of
Radar's is made after the others: no published answer was at hand that shows Stripe's own.
"""

from typing import Any

from werkzeug.exceptions import BadRequest

from sandbox.stripe import settings
from sandbox.stripe.errors import StripeError
from sandbox.stripe.work import Object, Work

ID = "acct_1Sandbox00000000"
PERMISSIONS = {
    "account": "connected_account",
    "balance_transactions": "balance_transaction_source",
    "billing_portal": "customer_portal",
    "charges": "charge",
    "checkout": "checkout_session",
    "customers": "customer",
    "disputes": "dispute",
    "events": "event",
    "mandates": "mandate",
    "payment_intents": "payment_intent",
    "invoice_payments": "invoice",
    "invoices": "invoice",
    "payment_methods": "payment_method",
    "payouts": "payout",
    "prices": "plan",
    "products": "product",
    "radar": "radar_early_fraud_warning",
    "refunds": "charge",
    "subscriptions": "subscription",
    "webhook_endpoints": "webhook",
}


def retrieve(work: Work, params: Object) -> Object:
    takes = bool(settings.read(work.db, "account").get("charges_enabled", True))
    return {
        "id": ID,
        "object": "account",
        "business_type": "non_profit",
        "capabilities": {"card_payments": "active", "sepa_debit_payments": "active"},
        "charges_enabled": takes,
        "country": "IT",
        "created": 1234567890,
        "default_currency": "eur",
        "details_submitted": takes,
        "email": "site@example.org",
        "metadata": {},
        "payouts_enabled": takes,
        "type": "standard",
    }


def switch(work: Work, data: dict[str, Any]) -> Object:
    """From the control address: ``{"charges_enabled": bool}``."""
    if not isinstance(data.get("charges_enabled"), bool):
        raise BadRequest("charges_enabled must be true or false.")
    settings.write(work.db, "account", {"charges_enabled": data["charges_enabled"]})
    return {"account": retrieve(work, {})}


def restrict(work: Work, data: dict[str, Any]) -> Object:
    """From the control address: ``{"key", "lacks": ["charge_read", …]}``."""
    key, lacks = data.get("key"), data.get("lacks")
    if not isinstance(key, str) or not key or not isinstance(lacks, list):
        raise BadRequest("key must be a key, lacks a list of permissions.")
    settings.write(work.db, f"key {key}", {"lacks": [str(one) for one in lacks]})
    return {"key": {"lacks": lacks}}


def permit(db: Any, key: str, method: str, path: str) -> None:
    """Raises StripeError (403, kept under no idempotency key) when the key lacks the permission."""
    lacks = settings.read(db, f"key {key}").get("lacks")
    resource = PERMISSIONS.get(path.split("/")[2])
    wanted = f"{resource}_{'read' if method == 'GET' else 'write'}"
    if lacks and wanted in lacks:
        shown = f"{key[:7]}_{'*' * 8}{key[-4:]}"
        raise StripeError(
            f"The provided key '{shown}' does not have the required permissions for this endpoint"
            f" on account '{ID}'. Having the 'rak_{wanted}' permission would allow this request to"
            " continue.",
            status=403,
            saved=False,
        )
