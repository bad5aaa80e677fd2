"""Steering Stripe from outside, as JSON or from the forms of ``/_control/``.

    POST /_control/stripe/pay      {"session", "method": a sample (sandbox.stripe.samples),
                                    "settle": bool, "created": timestamp, "email"}
    POST /_control/stripe/settle   {"payment_intent", "outcome": succeeded|failed}
    POST /_control/stripe/refund   {"payment_intent" | "charge", "amount" (cents),
                                    "outcome": succeeded|pending|failed}
                                   or {"refund", "outcome": succeeded|failed}
    POST /_control/stripe/dispute  {"payment_intent" | "charge", "amount" (cents), "inquiry": bool}
                                   or {"dispute", "outcome": under_review|won|lost}
    POST /_control/stripe/warn     {"payment_intent" | "charge", "fraud_type"}: an early fraud warning
    POST /_control/stripe/payout   {"available": only what is available by now, "manual": bool,
                                    "outcome": paid at once}
                                   or {"payout", "outcome": paid|failed|reconciled, "failure_code"}
    POST /_control/stripe/payouts  {"every": days}: payouts of what is available; 0 = none
    POST /_control/stripe/adjust   {"amount" (cents, may be below zero), "type": adjustment|stripe_fee,
                                    "description"}: money moves, and no object tells why
    POST /_control/stripe/expire   {"session"}
    POST /_control/stripe/webhooks see sandbox.stripe.outbox.set_mode; GET tells how it stands
    POST /_control/stripe/capture  {"seconds"}: how long after a payment its balance transaction
                                   (fee and net) comes, with charge.updated; 0 = at once
    POST /_control/stripe/account  {"charges_enabled": bool}: whether Stripe has cleared the account
    POST /_control/stripe/clock    {"days" | "hours" | "seconds" | "to": timestamp}: time goes on,
                                   and what falls due until then happens, in order; GET tells it
    POST /_control/stripe/refuse   {"subscription" | "payment_method", "times", "how": declined|
                                    insufficient_funds|expired|asks}: the next charges fail
    POST /_control/stripe/retries  {"afterwards": cancel|unpaid|past_due}: once they are over
    POST /_control/stripe/method   {"customer", "method"}: another one is chosen on the portal
    POST /_control/stripe/invoice  {"invoice", "method", "keep": bool}: paid on its page
                                   or {"invoice", "confirm": bool}: the bank's question answered
    POST /_control/stripe/debits   {"begins": active|incomplete}: what a promise is while its first
                                   debit is under way
    POST /_control/stripe/mandate  {"subscription" | "payment_method", "status": active|inactive}
    POST /_control/stripe/card     {"subscription" | "payment_method", "exp_month", "exp_year"}:
                                   the network has sent a card's new date
    POST /_control/stripe/key      {"key", "lacks": ["charge_read", …]}: a restricted key
    POST /_control/stripe/fault    see sandbox.faults

``pay`` answers for the donor, 3-D Secure included; with ``settle`` a debit is collected at once;
with ``created`` everything it makes lies at that moment, so that gifts can lie in the past.
"""

import re
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import BadRequest
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox.control import done
from sandbox.stripe import (
    account,
    agenda,
    billing_control,
    checkout,
    clock,
    disputes,
    outbox,
    payouts,
    refunds,
    sessions,
    settings,
    warnings,
)
from sandbox.stripe.errors import StripeError
from sandbox.stripe.panel import panel as panel
from sandbox.stripe.work import Object, Work, public
from sandbox.web import Context, answer, fields

UNITS = {"days": 24 * 3600, "hours": 3600, "seconds": 1}
FARTHEST = 10 * 366 * 24 * 3600
Action = Callable[[Work, dict[str, Any]], Object]


def rules() -> list[Rule]:
    return [
        *(
            Rule(f"/_control/stripe/{name}", methods=["POST"], endpoint=_steering(action))
            for name, action in ACTIONS.items()
        ),
        Rule("/_control/stripe/webhooks", methods=["GET"], endpoint=webhooks_now),
        Rule("/_control/stripe/clock", methods=["POST"], endpoint=move_clock),
        Rule("/_control/stripe/clock", methods=["GET"], endpoint=clock_now),
    ]


def work_in(ctx: Context, db: Any, now: int | None = None) -> Work:
    """Stripe's side of a transaction that no API request asked for."""
    return Work(db, ctx.world.base_url, bool(ctx.world.webhook_url), now or clock.now(db))


def pay(work: Work, data: dict[str, Any]) -> Object:
    session = work.get("checkout.session", str(data.get("session", "")))
    if data.get("created"):
        _date_back(work, session, data["created"])
    method = str(data.get("method") or "card")
    email = str(data.get("email") or session["customer_email"] or "prova@example.org")
    if method not in checkout.offered(session):
        raise BadRequest(f"method must be one of {', '.join(checkout.offered(session))}.")
    checkout.attempt(work, session, method, email, data.get("name"))
    intent = sessions.intent_of(work, session)
    if intent and intent["status"] == "requires_action":
        checkout.authenticate(work, session, True)
    elif intent and intent["status"] == "processing" and _true(data.get("settle")):
        checkout.settle(work, intent, True)
    return _story(work, session["id"])


def settle(work: Work, data: dict[str, Any]) -> Object:
    intent = work.get("payment_intent", str(data.get("payment_intent", "")))
    outcome = data.get("outcome", "succeeded")
    if outcome not in ("succeeded", "failed"):
        raise BadRequest("outcome must be succeeded or failed.")
    checkout.settle(work, intent, outcome == "succeeded")
    return {"payment_intent": public(work.get("payment_intent", intent["id"]))}


def refund(work: Work, data: dict[str, Any]) -> Object:
    outcome = data.get("outcome") or None
    if outcome not in (None, "succeeded", "pending", "failed"):
        raise BadRequest("outcome must be succeeded, pending or failed.")
    if data.get("refund"):
        if outcome not in ("succeeded", "failed"):
            raise BadRequest("A refund that exists can only succeed or fail.")
        found = work.get("refund", str(data["refund"]))
        return {"refund": public(refunds.finish(work, found, outcome))}
    params: Object = {
        name: str(data[name]) for name in ("charge", "payment_intent") if data.get(name)
    }
    if data.get("euros"):
        params |= {"amount": _cents(str(data["euros"]))}
    elif data.get("amount"):
        params |= {"amount": _whole(data["amount"], "amount")}
    return {"refund": public(refunds.give_back(work, params, outcome))}


def dispute(work: Work, data: dict[str, Any]) -> Object:
    """A bank contests a payment, or decides. A debit is lost at once, as with Stripe."""
    if data.get("dispute"):
        if data.get("outcome") not in disputes.OUTCOMES:
            raise BadRequest(f"outcome must be one of {', '.join(disputes.OUTCOMES)}.")
        found = work.get("dispute", str(data["dispute"]))
        return {"dispute": public(disputes.decide(work, found, str(data["outcome"])))}
    amount = _whole(data["amount"], "amount") if data.get("amount") else None
    inquiry = _true(data.get("inquiry"))
    return {"dispute": public(disputes.contest(work, _charge(work, data), amount, inquiry))}


def warn(work: Work, data: dict[str, Any]) -> Object:
    kind = str(data.get("fraud_type") or "unauthorized_use_of_card")
    if kind not in warnings.TYPES:
        raise BadRequest(f"fraud_type must be one of {', '.join(warnings.TYPES)}.")
    return {"warning": public(warnings.warn(work, _charge(work, data), kind))}


def adjust(work: Work, data: dict[str, Any]) -> Object:
    kind = str(data.get("type") or "adjustment")
    amount = _whole(data.get("amount"), "amount")
    if kind not in ("adjustment", "stripe_fee") or not amount:
        raise BadRequest("type must be adjustment or stripe_fee, amount not zero.")
    words = str(data.get("description") or "Adjustment")
    return {"balance_transaction": public(payouts.adjust(work, amount, kind, words))}


def _charge(work: Work, data: dict[str, Any]) -> Object:
    charge = str(data.get("charge", ""))
    if data.get("payment_intent"):
        charge = str(work.get("payment_intent", str(data["payment_intent"]))["latest_charge"])
    return work.get("charge", charge)


def expire(work: Work, data: dict[str, Any]) -> Object:
    return {"session": public(sessions.expire(work, {}, str(data.get("session", ""))))}


def webhooks(work: Work, data: dict[str, Any]) -> Object:
    return {"webhooks": outbox.set_mode(work.db, data)}


def capture(work: Work, data: dict[str, Any]) -> Object:
    value = {"seconds": _whole(data.get("seconds") or 0, "seconds")}
    settings.write(work.db, "capture", value)
    return {"capture": value}


def webhooks_now(ctx: Context) -> Response:
    """How deliveries stand: the mode, how many in which state, and those not delivered."""
    with ctx.store.tx() as db:
        left = [dict(row) for row in outbox.pending(db)]
        return answer({**outbox.mode_of(db), "counts": outbox.counts(db), "pending": left})


def move_clock(ctx: Context) -> Response:
    """Not one transaction: each thing that falls due is done in its own."""
    data = fields(ctx)
    with ctx.store.tx() as db:
        to = now = clock.now(db)
    if data.get("to"):
        to = _whole(data["to"], "to")
    for name, seconds in UNITS.items():
        to += seconds * _whole(data.get(name) or 0, name)
    if not now <= to <= now + FARTHEST:
        raise BadRequest("Time goes forward only, and by ten years at most.")
    agenda.move(ctx.world, to)
    return done(ctx, _clock(ctx))


def clock_now(ctx: Context) -> Response:
    return answer(_clock(ctx))


def _clock(ctx: Context) -> Object:
    with ctx.store.tx() as db:
        return {"clock": {"now": clock.now(db), "ahead": clock.ahead(db)}}


ACTIONS: dict[str, Action] = {
    "pay": pay,
    "settle": settle,
    "refund": refund,
    "dispute": dispute,
    "warn": warn,
    "refuse": billing_control.refuse,
    "retries": billing_control.retries,
    "method": billing_control.method,
    "invoice": billing_control.invoice,
    "debits": billing_control.debits,
    "mandate": billing_control.mandate,
    "card": billing_control.card,
    "payout": payouts.steer,
    "payouts": payouts.schedule,
    "adjust": adjust,
    "expire": expire,
    "webhooks": webhooks,
    "capture": capture,
    "account": account.switch,
    "key": account.restrict,
}


def _steering(action: Action) -> Callable[[Context], Response]:
    def steer(ctx: Context) -> Response:
        data = fields(ctx)
        now = _whole(data["created"], "created") if data.get("created") else None
        try:
            with ctx.store.tx() as db:
                result = action(work_in(ctx, db, now), data)
        except StripeError as error:
            raise BadRequest(error.message) from None
        return done(ctx, result)

    return steer


def _date_back(work: Work, session: Object, created: Any) -> None:
    """Let an open session have been made a minute before it is paid."""
    session["created"] = min(session["created"], _whole(created, "created") - 60)
    work.save(session)


def _story(work: Work, id: str) -> Object:
    session = work.get("checkout.session", id)
    intent = sessions.intent_of(work, session) or {}
    latest, begun = intent.get("latest_charge"), session["subscription"]
    return {
        "session": public(session),
        "payment_intent": public(intent),
        "charge": public(work.get("charge", latest)) if latest else None,
        "subscription": public(work.get("subscription", begun)) if begun else None,
    }


def _true(value: Any) -> bool:
    return value in (True, "true", "1", "on")


def _cents(written: str) -> int:
    """``12``, ``12,5`` or ``12,50`` euros, as the form has them."""
    found = re.fullmatch(r"(\d{1,7})(?:[.,](\d{1,2}))?", written.strip())
    if not found:
        raise BadRequest("Write the euros as 12 or 12,50.")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _whole(value: Any, name: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise BadRequest(f"{name} must be a whole number.") from None
