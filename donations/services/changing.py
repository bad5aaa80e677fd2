"""What changes of a promise: she asks, the row is committed, then Stripe is asked, as often as it
takes. What became of the promise is read afresh, not from the answer: one that Stripe gives again,
because the first was lost, may be older than a later change."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from donations import gateway
from donations.models import GivingSettings, PromiseChange, RecurringDonation
from donations.services import promises
from donations.services.giving import InvalidAmount
from donations.stripe_facts import CONFIRM, Rejected, Subscription, Unavailable
from outbox.services import LeaseLost, backoff, claim, expired, finish

Kind, State = PromiseChange.Kind, PromiseChange.State
LEASE = timedelta(minutes=2)  # many times the gateway's patience
AGAIN = {"base": timedelta(seconds=5), "cap": timedelta(minutes=10)}
LONGEST = timedelta(days=366)
UNTOLD = {Kind.CANCEL, Kind.PAY}  # a mail of its own tells of them
AFTER = timedelta(days=1)  # a charge that is skipped lies a day behind when the pause ends

log = logging.getLogger(__name__)


class NotNow(Exception):
    """The promise is not kept any more, or not in a way that this would change."""


class Same(ValueError):
    """It is this amount already."""


class BadDay(ValueError):
    """A pause ends on a day to come, within a year."""


def ask(
    *,
    key: str,
    promise: RecurringDonation,
    kind: PromiseChange.Kind,
    amount: int | None = None,
    until: datetime | None = None,
    reason: str = "",
    by: Any = None,
    note: str = "",
) -> PromiseChange:
    """One change per `key`, however often it is sent. `by`: of the staff; None: the donor herself.
    `note`: how she asked for it, when `by` does it in her place.

    Raises NotNow, InvalidAmount, Same, BadDay.
    """
    with transaction.atomic():
        held = RecurringDonation.objects.select_for_update(of=("self",)).get(pk=promise.pk)
        found = held.changes.filter(key=key).first()
        if found:
            return found
        if not held.is_live:
            raise NotNow(held.state)
        if kind == Kind.SKIP:
            until = _behind_the_next(held)
        _check(held, kind, amount, until)
        return PromiseChange.objects.create(
            key=key,
            promise=held,
            kind=kind,
            amount=amount,
            was=held.amount if kind == Kind.AMOUNT else None,
            until=until,
            reason=reason,
            by=by,
            note=note,
            next_at=timezone.now(),
        )


def key_of(promise: RecurringDonation, kind: PromiseChange.Kind, sheet: Any) -> str:
    """`sheet`: what a form carries, so that sent twice it is one change."""
    return f"{promise.public_id}:{kind}:{sheet}"


def _behind_the_next(held: RecurringDonation) -> datetime:
    if held.state == RecurringDonation.State.PAUSED or held.next_charge is None:
        raise NotNow(held.state)
    return held.next_charge + AFTER


def _check(
    held: RecurringDonation, kind: PromiseChange.Kind, amount: int | None, until: datetime | None
) -> None:
    if kind == Kind.AMOUNT and (amount or 0) not in GivingSettings.load().limits:
        raise InvalidAmount(amount)
    asked = held.changes.filter(kind=Kind.AMOUNT, state=State.ASKED)
    if kind == Kind.AMOUNT and amount == held.amount and not asked.exists():
        raise Same(amount)
    if kind == Kind.RESUME and held.state != RecurringDonation.State.PAUSED:
        raise NotNow(held.state)
    now = timezone.now()
    if kind == Kind.PAUSE and not (until and now < until <= now + LONGEST):
        raise BadDay(until)


def ask_stripe(*, only: PromiseChange | None = None, limit: int = 50) -> int:
    """Asks for what is due; returns how many it tried. `only`: this one, at once."""
    expired(PromiseChange.objects.all()).update(lease_token=None, lease_until=None)
    for tried in range(1 if only else limit):
        due = PromiseChange.objects.due()
        taken = claim(due.filter(pk=only.pk) if only else due, limit=1, lease=LEASE)
        if not taken:
            return tried
        _ask(taken[0])
    return 1 if only else limit


def _ask(row: PromiseChange) -> None:
    try:
        _tell(row)
        began = timezone.now()
        told = gateway.get().fetch_subscription(str(row.promise.subscription_id))
    except Unavailable as error:
        # an answer that Stripe keeps under the key stays what it is: next time under another one
        call = row.call + 1 if error.stored else row.call
        _write(row, call=call, last_error=str(error)[:500] or "?", next_at=_later(row))
    except Rejected as error:
        if row.kind == Kind.PAY:
            _not_paid(row, error)
            return
        _write(row, state=State.REFUSED, last_error=(error.words or str(error))[:500] or "?")
    except Exception as error:  # a fault of ours: in the log, and tried again
        log.exception("change not asked", extra={"promise_change": row.pk})
        _write(row, last_error=f"{type(error).__name__}: {error}"[:500], next_at=_later(row))
    else:
        _done(row, told, began)


def _tell(row: PromiseChange) -> None:
    stripe, kept, key = gateway.get(), str(row.promise.subscription_id), row.idempotency_key
    if row.kind == Kind.AMOUNT:
        assert row.amount
        stripe.change_amount(kept, row.amount, key=key)
    elif row.kind in (Kind.PAUSE, Kind.SKIP):
        assert row.until
        stripe.pause(kept, row.until, key=key)
    elif row.kind == Kind.RESUME:
        stripe.resume(kept, key=key)
    elif row.kind == Kind.CARD:
        stripe.charge_instead(kept, row.payment_method, key=key)
    elif row.kind == Kind.PAY:
        stripe.pay_invoice(row.invoice, key=key)
    else:
        stripe.cancel(kept, key=key)


def _done(row: PromiseChange, told: Subscription, began: datetime) -> None:
    try:
        with transaction.atomic():
            held = promises.follow(promise=row.promise_id, told=told, began=began)
            finish(row, state=State.DONE, done_at=timezone.now(), last_error="")
            if row.kind == Kind.CARD:
                _pay_what_waits(held, row)
            if row.kind not in UNTOLD:
                promises.acknowledge(held, "promise_changed", row.key)
    except LeaseLost:
        log.info("change went on without us", extra={"promise_change": row.pk})


def _pay_what_waits(held: RecurringDonation, row: PromiseChange) -> None:
    """With the new card at once, and not only when Stripe tries again some days later. Once for a
    charge and a card, which are in the key; the card's own row is finished with it."""
    if held.state != RecurringDonation.State.FAILING or not held.open_invoice:
        return
    PromiseChange.objects.get_or_create(
        key=f"{held.public_id}:pay:{held.open_invoice}:{row.payment_method}"[:110],
        defaults={
            "promise": held,
            "kind": Kind.PAY,
            "invoice": held.open_invoice,
            "next_at": timezone.now(),
        },
    )


def _not_paid(row: PromiseChange, error: Rejected) -> None:
    """Or paid by other means meanwhile: a fresh look tells. Where the bank wants to hear from her she
    gets the page for it; a card that was refused is Stripe's to try again."""
    began = timezone.now()
    try:
        told = gateway.get().fetch_subscription(str(row.promise.subscription_id))
    except (Unavailable, Rejected) as silence:
        _write(row, last_error=str(silence)[:500] or "?", next_at=_later(row))
        return
    try:
        with transaction.atomic():
            held = promises.follow(promise=row.promise_id, told=told, began=began)
            if held.open_invoice != row.invoice:
                finish(row, state=State.DONE, done_at=timezone.now(), last_error="")
                return
            if error.code in CONFIRM:
                promises.acknowledge(held, "payment_confirm", row.invoice)
            finish(row, state=State.REFUSED, last_error=(error.words or str(error))[:500] or "?")
    except LeaseLost:
        log.info("change went on without us", extra={"promise_change": row.pk})


def _later(row: PromiseChange) -> Any:
    return timezone.now() + backoff(row.attempts, **AGAIN)


def _write(row: PromiseChange, **fields: Any) -> None:
    try:
        finish(row, **fields)
    except LeaseLost:
        log.info("change went on without us", extra={"promise_change": row.pk})
