"""A subscription through the years: its periods, the invoice of each, and how that is paid.

https://docs.stripe.com/billing/subscriptions/overview (states),
https://docs.stripe.com/billing/invoices/subscription (a draft for an hour, then charged),
https://docs.stripe.com/billing/revenue-recovery/smart-retries (retries, and what comes after),
https://docs.stripe.com/billing/subscriptions/webhooks (events),
https://docs.stripe.com/billing/subscriptions/pause-payment.
A draft is made when the period begins; what falls due is found by sandbox.stripe.agenda.
"""

from sandbox.stripe import billing_objects, invoices, payments, periods, settings
from sandbox.stripe.errors import StripeError
from sandbox.stripe.samples import CARD, SAMPLES
from sandbox.stripe.work import Object, Work

DRAFT_FOR = 3600
DAY = 24 * 3600
RETRIES = (3, 5, 7)  # days after each failure; Stripe chooses them by the card
AFTERWARDS = ("cancel", "unpaid", "past_due")
ENDED = ("canceled", "incomplete_expired")
LATE = ("past_due", "unpaid")


def begin(work: Work, session: Object, intent: Object, method: Object) -> Object:
    """A Checkout Session was paid, or its debit is under way: the subscription, its first invoice."""
    made = billing_objects.subscription(
        work, session["customer"], session["_line_items"], session["_subscription_data"], method
    )
    work.add(made)
    invoice = draft(work, made, "subscription_create")
    invoices.finalize(work, invoice, intent)
    invoice |= {"attempted": True, "attempt_count": 1}
    work.emit("customer.subscription.created", made)
    schedule(work, made)
    if intent["status"] == "succeeded":
        paid(work, invoice, intent)
    else:
        work.awaits(invoice, None)
    return made


def turn(work: Work, subscription: Object) -> None:
    """Its moment has come: a pause ends, it ends itself, or its next period begins."""
    pause, cancel_at = subscription["pause_collection"], subscription["cancel_at"]
    if pause and pause["resumes_at"] and pause["resumes_at"] <= work.now:
        change(work, subscription, {"pause_collection": None})
    elif cancel_at and cancel_at <= work.now:
        end(work, subscription, "cancellation_requested")
        return
    else:
        _renew(work, subscription)
    schedule(work, subscription)


def schedule(work: Work, subscription: Object) -> None:
    pause = subscription["pause_collection"] or {}
    moments = [_end(subscription), subscription["cancel_at"], pause.get("resumes_at")]
    work.awaits(subscription, min(moment for moment in moments if moment))


def change(work: Work, subscription: Object, changes: Object) -> None:
    """Save, and say what was there before."""
    before = {name: subscription[name] for name in changes if subscription[name] != changes[name]}
    subscription |= changes
    work.save(subscription)
    if before:
        work.emit("customer.subscription.updated", subscription, before)


def restart(work: Work, subscription: Object) -> Object:
    """A new period from now on, and its invoice (another rhythm, another anchor)."""
    since = subscription["items"]["data"][0]["current_period_start"]
    subscription["billing_cycle_anchor"] = work.now
    _period(work, subscription, work.now)
    return draft(work, subscription, "subscription_update", since=since)


def skip(work: Work, subscription: Object, until: int) -> Object:
    """Nothing is due until then: a trial, with an invoice of nothing.

    https://docs.stripe.com/billing/subscriptions/trials, and
    https://docs.stripe.com/billing/subscriptions/billing-cycle#add-a-trial-to-change-the-billing-cycle
    """
    since = subscription["items"]["data"][0]["current_period_start"]
    subscription |= {"status": "trialing", "trial_start": work.now, "trial_end": until}
    subscription["billing_cycle_anchor"] = until
    for item in subscription["items"]["data"]:
        item |= {"current_period_start": work.now, "current_period_end": until}
    return draft(work, subscription, "subscription_update", free=True, since=since)


def end(work: Work, subscription: Object, reason: str) -> None:
    """What is not paid yet stays as it is, and nobody asks for it any more."""
    subscription |= {
        "status": "canceled",
        "ended_at": work.now,
        "canceled_at": subscription["canceled_at"] or work.now,
    }
    subscription["cancellation_details"]["reason"] = reason
    work.awaits(subscription, None)
    for invoice in work.find("invoice", _subscription=subscription["id"]):
        if invoice["status"] in ("draft", "open"):
            invoice |= {"auto_advance": False, "next_payment_attempt": None}
            work.awaits(invoice, None)
    work.emit("customer.subscription.deleted", subscription)


def ending(
    work: Work, subscription: Object, at: int | None, *, with_period: bool = False
) -> Object:
    """What changes when its end is set, or is not wanted any more."""
    reason = "cancellation_requested" if at else None
    return {
        "cancel_at": at,
        "cancel_at_period_end": with_period,
        "canceled_at": work.now if at else None,
        "cancellation_details": {**subscription["cancellation_details"], "reason": reason},
    }


def ending_with_period(work: Work, subscription: Object, wanted: bool) -> Object:
    return ending(work, subscription, _end(subscription) if wanted else None, with_period=wanted)


def draft(
    work: Work, subscription: Object, reason: str, *, free: bool = False, since: int | None = None
) -> Object:
    customer = work.get("customer", subscription["customer"])
    made = billing_objects.invoice(
        work, subscription, customer, reason, free=free, since=since or work.now
    )
    subscription["latest_invoice"] = work.add(made)["id"]
    work.save(subscription)
    work.emit("invoice.created", made)
    return made


def advance(work: Work, invoice: Object) -> None:
    """Its moment has come: the draft is made final and charged, or the charge is tried again."""
    if invoice["status"] == "draft":
        invoices.finalize(work, invoice)
    if invoice["status"] == "open":
        charge(work, invoice)


def charge(
    work: Work,
    invoice: Object,
    method: Object | None = None,
    *,
    how: str = "",
    by_hand: bool = False,
) -> Object:
    """Try to take an invoice's money; gives its payment. Without a method it is what the
    subscription or its customer is charged with. Only Stripe's own tries count, after the first:
    https://docs.stripe.com/api/invoices/object#invoice_object-attempt_count"""
    intent = invoices.intent_of(work, invoice)
    between = by_hand and invoice["attempted"]  # Stripe's own tries go on as planned
    if not between:
        invoice |= {"attempt_count": invoice["attempt_count"] + 1, "next_payment_attempt": None}
        work.awaits(invoice, None)
    invoice["attempted"] = True
    subscription = work.get("subscription", invoice["_subscription"])
    method = method or method_of(work, subscription)
    if method is None:
        failed(work, invoice, between=between)
        return intent
    how = how or verdict(work, method)
    payments.with_method(intent, method)
    if method["type"] != CARD:
        intent["_refused"] = how != "ok"
        invoice["next_payment_attempt"] = None
        work.awaits(invoice, None)
        payments.start_debit(work, intent, method)
    elif how == "ok":
        payments.take_card(work, intent, method)
        paid(work, invoice, intent)
    elif how == "asks":
        payments.ask_for_authentication(work, intent, f"{invoice['hosted_invoice_url']}/3ds", None)
        failed(work, invoice, between=between, asks=True)
    else:
        payments.decline_card(work, intent, method, how)
        failed(work, invoice, between=between)
    return intent


def verdict(work: Work, method: Object) -> str:
    """How a charge goes that nobody sits in front of: ``ok``, ``asks``, or why it is refused."""
    if refusing := method.get("_refuses"):
        refusing["times"] -= 1
        if refusing["times"] <= 0:
            del method["_refuses"]
        work.save(method)
        return str(refusing["how"])
    if method.get("_mandate"):
        active = work.get("mandate", method["_mandate"])["status"] == "active"
        return SAMPLES[method["_sample"]].later if active else "declined"
    if method["type"] == CARD:
        last = (method[CARD]["exp_year"], method[CARD]["exp_month"])
        if last < periods.month_of(work.now):
            return "expired"
    return SAMPLES[method["_sample"]].later


def paid(work: Work, invoice: Object, intent: Object) -> None:
    invoices.settle(work, invoice, intent)
    subscription = work.get("subscription", invoice["_subscription"])
    if subscription["status"] in LATE and subscription["latest_invoice"] == invoice["id"]:
        change(work, subscription, {"status": "active"})


def confirmed(work: Work, invoice: Object, authorised: bool) -> None:
    """The donor answers her bank, which wanted to hear her about an invoice."""
    intent = invoices.intent_of(work, invoice) if invoices.payable(invoice) else None
    if intent is None or intent["status"] != "requires_action":
        raise StripeError("This invoice awaits no confirmation.")
    method = work.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    if authorised:
        payments.take_card(work, intent, method)
        paid(work, invoice, intent)
    else:
        payments.fail(work, intent, method, *payments.UNAUTHENTICATED)
        failed(work, invoice, between=True)


def failed(work: Work, invoice: Object, *, between: bool = False, asks: bool = False) -> None:
    """It is tried again some days later; after the last time the subscription ends, or stays due.
    `between` those tries somebody tried by hand; `asks`: the bank wants to hear the donor."""
    if between:
        _tell_failed(work, invoice, asks)
        return
    subscription = work.get("subscription", invoice["_subscription"])
    tried, ended = invoice["attempt_count"], subscription["status"] in ENDED
    again = work.now + RETRIES[tried - 1] * DAY if 0 < tried <= len(RETRIES) and not ended else None
    invoice |= {"next_payment_attempt": again, "auto_advance": again is not None}
    work.awaits(invoice, again)
    _tell_failed(work, invoice, asks)
    if ended:
        return
    afterwards = settings.read(work.db, "retries").get("afterwards", "cancel")
    if again or afterwards == "past_due":
        if subscription["status"] == "active":
            change(work, subscription, {"status": "past_due"})
    elif afterwards == "unpaid":
        change(work, subscription, {"status": "unpaid"})
    else:
        end(work, subscription, "payment_failed")


def _tell_failed(work: Work, invoice: Object, asks: bool) -> None:
    work.save(invoice)
    if asks:
        work.emit("invoice.payment_action_required", invoice)
    work.emit("invoice.payment_failed", invoice)


def _renew(work: Work, subscription: Object) -> None:
    items, begins = subscription["items"]["data"], _end(subscription)
    before = {
        "items": {"data": [dict(item) for item in items]},
        "latest_invoice": subscription["latest_invoice"],
        "status": subscription["status"],
    }
    since = items[0]["current_period_start"]
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    _period(work, subscription, begins)
    invoice = draft(work, subscription, "subscription_cycle", since=since)
    changed = {name: was for name, was in before.items() if was != subscription[name]}
    work.emit("customer.subscription.updated", subscription, changed)
    pause = subscription["pause_collection"]
    if pause or subscription["status"] == "unpaid":
        _hold(work, invoice, pause["behavior"] if pause else "keep_as_draft")
        return
    invoice["automatically_finalizes_at"] = work.now + DRAFT_FOR
    work.awaits(invoice, work.now + DRAFT_FOR)


def _hold(work: Work, invoice: Object, behavior: str) -> None:
    """https://docs.stripe.com/billing/subscriptions/pause-payment: void, uncollectible, or a draft"""
    invoice["auto_advance"] = False
    work.save(invoice)
    if behavior == "void":
        invoices.finalize(work, invoice)
        invoices.void(work, invoice)
    elif behavior == "mark_uncollectible":
        invoices.finalize(work, invoice)
        invoices.give_up(work, invoice)


def _period(work: Work, subscription: Object, begins: int) -> None:
    for item in subscription["items"]["data"]:
        anchor, rhythm = subscription["billing_cycle_anchor"], item["price"]["recurring"]
        item["current_period_start"] = begins
        item["current_period_end"] = periods.following(anchor, rhythm, begins)
    work.save(subscription)


def _end(subscription: Object) -> int:
    return int(subscription["items"]["data"][0]["current_period_end"])


def method_of(work: Work, subscription: Object) -> Object | None:
    """The subscription's own goes before the customer's:
    https://docs.stripe.com/api/subscriptions/object#subscription_object-default_payment_method"""
    customer = work.get("customer", subscription["customer"])
    chosen = (
        subscription["default_payment_method"]
        or customer["invoice_settings"]["default_payment_method"]
    )
    return work.get("payment_method", chosen) if chosen else None
