"""The shapes of what recurs: subscription, invoice, its payment, a mandate.

After Stripe's own published samples (stripe/openapi, fixtures3), as sandbox.stripe.objects.
"""

from sandbox.stripe import objects, periods
from sandbox.stripe.work import Object, Work, new_id

AUTOMATIC_TAX = {"disabled_reason": None, "enabled": False, "liability": None}


def subscription(
    work: Work, customer: str, lines: list[Object], data: Object, method: Object
) -> Object:
    """https://docs.stripe.com/api/subscriptions/object"""
    id = new_id("sub")
    empty = dict.fromkeys(
        (
            "application", "application_fee_percent", "billing_cycle_anchor_config",
            "billing_thresholds", "cancel_at", "canceled_at", "customer_account", "days_until_due",
            "default_source", "ended_at", "latest_invoice", "next_pending_invoice_item_invoice",
            "on_behalf_of", "pause_collection", "pending_invoice_item_interval",
            "pending_setup_intent", "pending_update", "schedule", "test_clock", "transfer_data",
            "trial_end", "trial_start",
        )
    )  # fmt: skip
    items = [subscription_item(work, id, line["price"], line["quantity"]) for line in lines]
    return {
        **empty,
        "id": id,
        "object": "subscription",
        "automatic_tax": AUTOMATIC_TAX,
        "billing_cycle_anchor": work.now,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": work.now,
        "currency": lines[0]["currency"],
        "customer": customer,
        "default_payment_method": method["id"],
        "default_tax_rates": [],
        "description": data.get("description"),
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": {
            "object": "list",
            "data": items,
            "has_more": False,
            "total_count": len(items),
            "url": f"/v1/subscription_items?subscription={id}",
        },
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "start_date": work.now,
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def subscription_item(work: Work, of: str, price: Object, quantity: int) -> Object:
    """https://docs.stripe.com/api/subscription_items/object: the period stands on the item."""
    return {
        "id": new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": work.now,
        "current_period_end": periods.boundary(work.now, price["recurring"], 1),
        "current_period_start": work.now,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": of,
        "tax_rates": [],
    }


def invoice(
    work: Work, of: Object, customer: Object, reason: str, *, free: bool, since: int
) -> Object:
    """https://docs.stripe.com/api/invoices/object: its own period is the one before, its lines have
    the one it is for. `free`: a trial's costs nothing."""
    id = new_id("in")
    lines = [_line(id, of, item, free=free) for item in of["items"]["data"]]
    total = sum(line["amount"] for line in lines)
    empty = dict.fromkeys(
        (
            "account_name", "account_tax_ids", "amount_paid_off_stripe", "application",
            "automatically_finalizes_at", "custom_fields", "customer_account", "customer_address",
            "customer_phone", "customer_shipping", "default_payment_method", "default_source",
            "description", "due_date", "effective_at", "ending_balance", "footer", "from_invoice",
            "hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision",
            "next_payment_attempt", "number", "on_behalf_of", "receipt_number", "rendering",
            "shipping_cost", "shipping_details", "statement_descriptor", "test_clock",
        )
    )  # fmt: skip
    return {
        **empty,
        "id": id,
        "object": "invoice",
        "account_country": "IT",
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {**AUTOMATIC_TAX, "provider": None, "status": None},
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": work.now,
        "currency": of["currency"],
        "customer": of["customer"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": {
            "object": "list",
            "data": lines,
            "has_more": False,
            "total_count": len(lines),
            "url": f"/v1/invoices/{id}/lines",
        },
        "livemode": False,
        "metadata": {},
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": of["metadata"], "subscription": of["id"]},
            "type": "subscription_details",
        },
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": work.now,
        "period_start": since,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        ),
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": work.now,
        "_subscription": of["id"],
    }


def invoice_payment(work: Work, of: Object, intent: Object) -> Object:
    """https://docs.stripe.com/api/invoice-payment/object"""
    return {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": of["amount_due"],
        "created": work.now,
        "currency": of["currency"],
        "invoice": of["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }


def payment_intent(work: Work, of: Object) -> Object:
    """The payment an invoice is to be paid with."""
    words = "Subscription " + ("creation" if _first(of) else "update")
    offered = [objects.CARD, objects.SEPA] if of["currency"] == "eur" else [objects.CARD]
    return objects.payment_intent(
        work, of["amount_due"], of["currency"], of["customer"], offered, {"description": words}
    )


def mandate(work: Work, method: Object) -> Object:
    """https://docs.stripe.com/api/mandates/object"""
    id = new_id("mandate")
    return {
        "id": id,
        "object": "mandate",
        "created": work.now,
        "customer_acceptance": {
            "accepted_at": work.now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "sandbox"},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {},
        "on_behalf_of": None,
        "payment_method": method["id"],
        "payment_method_details": {
            "sepa_debit": {"reference": id[-12:].upper(), "url": f"{work.url}/_control/"},
            "type": "sepa_debit",
        },
        "status": "active",
        "type": "multi_use",
    }


def _first(of: Object) -> bool:
    return bool(of["billing_reason"] == "subscription_create")


def _line(invoice: str, of: Object, item: Object, *, free: bool) -> Object:
    """https://docs.stripe.com/api/invoice-line-item/object"""
    price = item["price"]
    amount = 0 if free else price["unit_amount"] * item["quantity"]
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": f"Trial period for {price['_name']}"
        if free
        else f"{item['quantity']} × {price['_name']}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": of["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": {
                "invoice_item": None,
                "proration": False,
                "proration_details": {"credited_items": None},
                "subscription": of["id"],
                "subscription_item": item["id"],
            },
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": "0" if free else price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subscription": of["id"],
        "subtotal": amount,
        "taxes": [],
    }
