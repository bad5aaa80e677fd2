"""A subscription through the years: its periods, the invoice of each, its pauses, its end.

https://docs.stripe.com/billing/subscriptions/overview (states),
https://docs.stripe.com/billing/invoices/subscription (a draft for an hour, then charged:
sandbox.stripe.charging), https://docs.stripe.com/billing/subscriptions/pause-payment.
What falls due is found by sandbox.stripe.agenda.
"""

from sandbox.stripe import billing_objects, invoices, periods
from sandbox.stripe.work import Object, Work

DRAFT_FOR = 3600
DAY = 24 * 3600
ENDED = ("canceled", "incomplete_expired")


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


def lapse(work: Work, subscription: Object) -> None:
    """Its first payment did not come: it never was."""
    work.awaits(subscription, None)
    change(work, subscription, {"status": "incomplete_expired", "ended_at": work.now})


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
