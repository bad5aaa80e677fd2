"""Closing the form's door for a while, and opening it: by itself when cards are refused in a row or a
bank suspects fraud, and by a person."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from donations.models import CheckoutAttempt, ClosedDoor, Donation, GiftTry, StripeEvent
from donations.services import evenings
from donations.services.guarding import key_of
from donations.stripe_facts import ATTEMPT
from donations.visitors import Visitor
from people.models import User

# cards refused within an hour, by what they have in common
STREAKS = {"mail": 6, "device": 6, "address": 8, "network": 20}
WITHIN = timedelta(hours=1)
SHUT = timedelta(hours=6)
SUSPECTED = timedelta(days=3)
# of the whole house: so many within ten minutes, and half of what was let through
BRAKE_AT, BRAKE_WITHIN, BRAKE = 20, timedelta(minutes=10), timedelta(minutes=30)
LONGEST = timedelta(days=30)  # a digest cannot be recognised longer
ALERT = "brake"

Kind, Reason, State = ClosedDoor.Kind, ClosedDoor.Reason, GiftTry.State
THROUGH = (State.PASSED, State.RELEASED)
log = logging.getLogger(__name__)


def declined(event: StripeEvent) -> None:
    """A card that its bank refused, at a payment page of ours. A debit that comes back, or a promise's
    later charge, is nobody who tries cards. Part of a transaction of `events`."""
    charge = dict(json.loads(bytes(event.payload))["data"]["object"])
    if (charge.get("payment_method_details") or {}).get("type") != "card":
        return
    if (row := _try_of(charge)) is None:
        return
    now = timezone.now()
    GiftTry.objects.filter(pk=row.pk).update(declines=F("declines") + 1, declined_at=now)
    of_many = evenings.DECLINES if evenings.is_open_at(row.address) else 1
    for kind, streak in STREAKS.items():
        times = streak if kind == "mail" else streak * of_many
        if (key := getattr(row, kind)) and _declines(kind, key, now - WITHIN) >= times:
            _shut(kind, key, _hint(row, kind), Reason.DECLINES, now + SHUT)
    _brake(now)


def suspected(gift: Donation) -> None:
    """A bank believes the gift to be a fraud. Part of a transaction of `books`."""
    row = GiftTry.objects.filter(key__in=key_of(gift.form_token)).first()
    for kind in ("mail", "device"):
        if row and (key := getattr(row, kind)):
            _shut(kind, key, _hint(row, kind), Reason.FRAUD, timezone.now() + SUSPECTED)


def held_since(gift: Donation) -> tuple[GiftTry | None, datetime | None]:
    """The attempt that began a gift under suspicion, and until when others like it are held."""
    row = GiftTry.objects.filter(key__in=key_of(gift.form_token)).first()
    keys = [getattr(row, kind) for kind in ("mail", "device")] if row else []
    shut = ClosedDoor.objects.in_force().filter(
        kind__in=["mail", "device"], key__in=filter(None, keys)
    )
    return row, shut.order_by("-until").values_list("until", flat=True).first()


@transaction.atomic
def release(*, row: GiftTry, by: User) -> bool:
    """The form may be sent again, for a day. False when it is not held back (any more)."""
    held = GiftTry.objects.filter(pk=row.pk, state=State.QUARANTINED)
    return bool(held.update(state=State.RELEASED, decided_at=timezone.now(), decided_by=by))


@transaction.atomic
def shut_out(
    *, row: GiftTry, kind: str, lasting: timedelta, why: str, by: User
) -> ClosedDoor | None:
    """A person closes the door to what this attempt came from. None where that is not known."""
    key = getattr(row, kind) if kind in STREAKS else ""
    if not key:
        return None
    until = timezone.now() + min(lasting, LONGEST)
    return _close(kind, key, _hint(row, kind), Reason.PERSON, until, note=why, by=by)


@transaction.atomic
def open_again(*, door: ClosedDoor, by: User) -> bool:
    """Cards refused before count no longer. False when it is open already."""
    return bool(
        ClosedDoor.objects.in_force()
        .filter(pk=door.pk)
        .update(lifted_at=timezone.now(), lifted_by=by, alert="")
    )


def _try_of(charge: Mapping[str, Any]) -> GiftTry | None:
    key = str((charge.get("metadata") or {}).get(ATTEMPT, ""))
    begun = CheckoutAttempt.objects.filter(idempotency_key=key) if key else None
    if begun is None and (payment := str(charge.get("payment_intent") or "")):
        begun = CheckoutAttempt.objects.filter(payment_intent=payment)
    found = begun.select_related("donation").first() if begun is not None else None
    if found is None:
        return _just_now(charge)
    return GiftTry.objects.filter(key__in=key_of(found.donation.form_token)).first()


def _just_now(charge: Mapping[str, Any]) -> GiftTry | None:
    """A promise's first charge carries none of our ids, but the mail address of the form. Its later
    ones come when nobody has just sent a form."""
    visitor = Visitor(mail=str((charge.get("billing_details") or {}).get("email") or "").lower())
    rows = GiftTry.objects.filter(mail__in=visitor.known_as("mail"), state__in=THROUGH)
    return rows.filter(at__gt=timezone.now() - WITHIN).first()


def _declines(kind: str, key: str, since: datetime) -> int:
    opened = ClosedDoor.objects.filter(kind=kind, key=key).values_list("lifted_at", flat=True)
    since = max([since, *filter(None, opened)])
    rows = GiftTry.objects.filter(declined_at__gt=since)
    if kind != Kind.HOUSE:
        rows = rows.filter(**{kind: key})
    return rows.aggregate(all=Sum("declines"))["all"] or 0


def _brake(now: datetime) -> None:
    refused = _declines(Kind.HOUSE, "", now - BRAKE_WITHIN)
    if refused < BRAKE_AT:
        return
    through = GiftTry.objects.filter(at__gt=now - BRAKE_WITHIN, state__in=THROUGH).count()
    if refused * 2 >= through:
        _shut(Kind.HOUSE, "", "", Reason.DECLINES, now + BRAKE)


def _shut(kind: str, key: str, hint: str, reason: str, until: datetime) -> None:
    """By itself: what is closed for longer, or by a person, stays as it is. The treasury is told of the
    brake once, however long it goes on."""
    held = ClosedDoor.objects.select_for_update().in_force().filter(kind=kind, key=key).first()
    if held and (held.reason == Reason.PERSON or held.until >= until):
        return
    if held:
        ClosedDoor.objects.filter(pk=held.pk).update(until=until, reason=reason)
        return
    _close(kind, key, hint, reason, until, alert=ALERT if kind == Kind.HOUSE else "")
    log.warning("the gift form's door is closed", extra={"door": kind, "reason": reason})


def _close(kind: str, key: str, hint: str, reason: str, until: datetime, **more: Any) -> ClosedDoor:
    values: dict[str, Any] = {"note": "", "by": None, "alert": ""} | more
    values |= {"hint": hint, "reason": reason, "at": timezone.now(), "until": until}
    door, _made = ClosedDoor.objects.update_or_create(
        kind=kind, key=key, defaults=values | {"lifted_at": None, "lifted_by": None}
    )
    return door


def _hint(row: GiftTry, kind: str) -> str:
    return row.mail_hint if kind == "mail" else row.address_hint
