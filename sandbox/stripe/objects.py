"""The shapes of the objects, after Stripe's own published samples (stripe/openapi, fixtures3).

Each builder cites the page of its object. Amounts are integer cents.
"""

from sandbox.stripe.samples import CARD, SEPA, WALLET, Sample
from sandbox.stripe.work import Object, Work, new_id

# https://docs.stripe.com/reports/reporting-categories
CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "dispute": "dispute",
    "dispute_reversal": "dispute_reversal",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "adjustment": "other_adjustment",
    "stripe_fee": "fee",
}
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip
ANSWER_WITHIN = 7 * 24 * 3600  # 7 to 21 days: https://docs.stripe.com/disputes/responding
NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def payment_intent(
    work: Work, amount: int, money: str, customer: str | None, methods: list[str], data: Object
) -> Object:
    """https://docs.stripe.com/api/payment_intents/object"""
    id = new_id("pi")
    empty = dict.fromkeys(
        (
            "application", "application_fee_amount", "canceled_at", "cancellation_reason",
            "excluded_payment_method_types", "last_payment_error", "latest_charge", "next_action",
            "on_behalf_of", "payment_method", "payment_method_configuration_details", "processing",
            "review", "setup_future_usage", "shipping", "source", "transfer_data",
            "transfer_group",
        )
    )  # fmt: skip
    return {
        **empty,
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": {"enabled": True},
        "capture_method": "automatic_async",
        "client_secret": new_id(f"{id}_secret"),
        "confirmation_method": "automatic",
        "created": work.now,
        "currency": money,
        "customer": customer,
        "customer_account": None,
        "description": data.get("description"),
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "payment_method_options": {},
        "payment_method_types": methods,
        "receipt_email": data.get("receipt_email"),
        "statement_descriptor": data.get("statement_descriptor"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }


def payment_method(work: Work, sample: Sample, billing: Object) -> Object:
    """https://docs.stripe.com/api/payment_methods/object"""
    kind = sample.kind
    details = _method_details(kind, sample.last4)
    if kind == CARD:
        details |= dict(zip(("exp_year", "exp_month"), sample.expires(work.now), strict=True))
    return {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing,
        "created": work.now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
        kind: details,
        "_sample": sample.name,
    }


def charge(work: Work, intent: Object, method: Object) -> Object:
    """https://docs.stripe.com/api/charges/object

    A charge that is no card's has the prefix ``py_``, its balance transaction the type payment:
    https://docs.stripe.com/reports/balance-transaction-types
    """
    kind = method["type"]
    empty = dict.fromkeys(
        (
            "application", "application_fee", "application_fee_amount", "balance_transaction",
            "failure_balance_transaction", "failure_code", "failure_message", "on_behalf_of",
            "receipt_number", "receipt_url", "review", "shipping", "source", "source_transfer",
            "statement_descriptor", "statement_descriptor_suffix", "transfer_data",
            "transfer_group",
        )
    )  # fmt: skip
    return {
        **empty,
        "id": new_id("ch" if kind == CARD else "py"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "SANDBOX",
        "captured": False,
        "created": work.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"type": kind, kind: _charged_details(method)},
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "status": "pending",
    }


def balance_transaction(
    work: Work, *, kind: str, amount: int, fee: int, source: Object, description: str | None
) -> Object:
    """https://docs.stripe.com/api/balance_transactions/object; ``available_on`` after
    https://docs.stripe.com/payouts#payout-schedule (some days later)."""
    details = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    available = work.now + 4 * 24 * 3600
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": available,
        "balance_type": "payments",
        "created": work.now,
        "currency": source["currency"],
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [details] if fee else [],
        "net": amount - fee,
        "reporting_category": CATEGORIES[kind],
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def payout(work: Work, amount: int, *, automatic: bool) -> Object:
    """https://docs.stripe.com/api/payouts/object; it arrives two days later, at midnight UTC."""
    empty = dict.fromkeys(
        (
            "application_fee", "application_fee_amount", "balance_transaction",
            "failure_balance_transaction", "failure_code", "failure_message", "original_payout",
            "payout_method", "reversed_by", "statement_descriptor",
        )
    )  # fmt: skip
    day = 24 * 3600
    return {
        **empty,
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "arrival_date": (work.now // day + 2) * day,
        "automatic": automatic,
        "created": work.now,
        "currency": "eur",
        "description": "STRIPE PAYOUT",
        "destination": "ba_1Sandbox00000000000000",
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "source_type": "card",
        "status": "in_transit",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }


def refund(work: Work, of: Object, amount: int, params: Object) -> Object:
    """https://docs.stripe.com/api/refunds/object"""
    kind = of["payment_method_details"]["type"]
    details: Object = {"type": kind}
    details[kind] = {"type": "refund"} if kind == CARD else {}
    return {
        "id": new_id("re" if kind == CARD else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": of["id"],
        "created": work.now,
        "currency": of["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": details,
        "metadata": params.get("metadata", {}),
        "payment_intent": of["payment_intent"],
        "payment_method": of["payment_method"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def dispute(work: Work, of: Object, amount: int, *, inquiry: bool) -> Object:
    """https://docs.stripe.com/api/disputes/object"""
    kind = of["payment_method_details"]["type"]
    details: Object = {"type": kind}
    if kind == CARD:
        case = "inquiry" if inquiry else "chargeback"
        details[kind] = {"brand": "visa", "case_type": case, "network_reason_code": "10.4"}
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": of["id"],
        "created": work.now,
        "currency": of["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": work.now + ANSWER_WITHIN if kind == CARD else 0,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": of["payment_intent"],
        "payment_method_details": details,
        "reason": "fraudulent" if kind == CARD else "debit_not_authorized",
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def fraud_warning(work: Work, of: Object, fraud_type: str, *, actionable: bool) -> Object:
    """https://docs.stripe.com/api/radar/early_fraud_warnings/object"""
    return {
        "id": new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": actionable,
        "charge": of["id"],
        "created": work.now,
        "fraud_type": fraud_type,
        "livemode": False,
        "payment_intent": of["payment_intent"],
    }


def customer(work: Work, params: Object) -> Object:
    """https://docs.stripe.com/api/customers/object"""
    empty = dict.fromkeys(("currency", "default_source", "discount", "shipping", "test_clock"))
    return {
        **empty,
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": work.now,
        "delinquent": False,
        "description": params.get("description"),
        "email": params.get("email"),
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "next_invoice_sequence": 1,
        "phone": params.get("phone"),
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def billing(email: str | None, name: str | None) -> Object:
    return {"address": NO_ADDRESS, "email": email, "name": name, "phone": None, "tax_id": None}


def _method_details(kind: str, last4: str) -> Object:
    if kind == WALLET:
        return {}
    if kind == SEPA:
        return {
            "bank_code": "05428",
            "branch_code": "11101",
            "country": "IT",
            "fingerprint": new_id("x", 16)[2:],
            "generated_from": {"charge": None, "setup_attempt": None},
            "last4": last4,
        }
    return {
        "brand": "visa",
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "IT",
        "display_brand": "visa",
        "fingerprint": new_id("x", 16)[2:],
        "funding": "credit",
        "generated_from": None,
        "last4": last4,
        "networks": {"available": ["visa"], "preferred": None},
        "regulated_status": "unregulated",
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }


def _charged_details(method: Object) -> Object:
    details = method[method["type"]]
    if method["type"] == WALLET:
        return {"transaction_id": None}
    if method["type"] == SEPA:
        mandate = method.get("_mandate") or new_id("mandate")
        kept = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        return {**{name: details[name] for name in kept}, "mandate": mandate}
    brand = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint", "funding")
    return {
        **{name: details[name] for name in (*brand, "last4", "regulated_status", "wallet")},
        "amount_authorized": None,
        "installments": None,
        "mandate": None,
        "network": "visa",
        "three_d_secure": None,
    }
