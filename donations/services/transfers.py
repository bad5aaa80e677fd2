"""A promise of a bank transfer: from the form to the instructions, called to mind once, and given up
when it does not come. What comes in is recognised by a person, on the bank's statement."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from attribution.models import Source
from brand.models import LegalSettings
from donations.models import Donation, Fund, TransferPromise
from donations.money import Limits
from donations.references import new_reference
from donations.services import premiums
from donations.services.giving import (
    NOTHING_OWN,
    Details,
    Meant,
    Started,
    begin_gift,
    rewrite,
    written,
)
from donations.services.opening import REOPENABLE, retire
from donations.services.page import acknowledge, page_of, write

State = Donation.State
AT_ONCE = 200
TRIES = 20  # until a reference is found that nobody has

log = logging.getLogger(__name__)


def promise_transfer(
    *,
    form_token: UUID,
    amount: int,
    fund: Fund,
    donor: Details,
    language: str,
    consents: Mapping[str, str],
    source: Source | None = None,
    meant: Meant = NOTHING_OWN,
    premium: premiums.Choice | None = None,
    limits: Limits | None = None,
) -> Started:
    """Like `start_donation`, without a payment page and its costs: one gift per `form_token`, and its
    reference stays the same however often the form is sent; a payment page that was opened before is
    closed at Stripe. Raises InvalidAmount, premiums.SoldOut, premiums.NotForThis, gateway.Unavailable
    and gateway.Rejected."""
    given: dict[str, Any] = {"amount": amount, "covered": 0, "fund": fund, "language": language}
    given |= meant.columns
    email = written(donor, given, limits)
    donation = begin_gift(form_token, email, given, source, consents)
    if premium:
        premiums.choose(gift=donation, choice=premium, bare=amount)
    last = donation.attempts.order_by("-number").first()
    if last and not retire(last):  # somebody has paid at the page of this form
        return Started(donation, donation.get_absolute_url())
    with transaction.atomic():
        gifts = Donation.objects.select_for_update(of=("self",))
        held = gifts.select_related("fund", "source", "donor").get(pk=donation.pk)
        if held.state in REOPENABLE:
            promise = _promise(held)
            rewrite(held, given, consents, reference=promise.readable)
            held.refresh_from_db()
            _await(held)
    return Started(held, held.get_absolute_url())


def remind_and_give_up() -> int:
    """Calls to mind what is late, once, and gives up what is too late; returns how many."""
    now = timezone.now()
    due = TransferPromise.objects.filter(donation__state=State.AWAITING)
    due = due.filter(Q(remind_at__lte=now) | Q(gives_up_at__lte=now))
    return sum(_go_on(pk) for pk in due.values_list("donation", flat=True)[:AT_ONCE])


def _promise(held: Donation) -> TransferPromise:
    """One a gift; made anew, it begins its days anew."""
    now, legal = timezone.now(), LegalSettings.load()
    reminder, patience = legal.transfer_reminder, legal.transfer_patience
    times = {
        "promised_at": now,
        "remind_at": now + timedelta(days=reminder) if reminder else None,
        "gives_up_at": now + timedelta(days=patience),
    }
    if TransferPromise.objects.filter(donation=held).update(**times):
        return TransferPromise.objects.get(donation=held)
    return _with_reference(held, times)


def _await(held: Donation) -> None:
    """Instructions go out whenever they say something new."""
    page = page_of(held)
    held.state = State.AWAITING
    page.changed[held.pk] = held
    kind = "transfer_details"
    acknowledge(page, held, kind, key=f"{held.public_id}:{kind}:{held.amount}")
    write(page)


def _with_reference(held: Donation, times: dict[str, Any]) -> TransferPromise:
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return TransferPromise.objects.create(
                    donation=held, reference=new_reference(), **times
                )
        except IntegrityError:
            log.info("reference of a transfer is taken")
    raise RuntimeError("no reference is free")


@transaction.atomic
def _go_on(pk: int) -> int:
    """0 when it has come, or was given up by somebody else, meanwhile."""
    gifts = Donation.objects.select_for_update(of=("self",))
    held = gifts.select_related("fund", "source", "donor").get(pk=pk)
    promise, now = TransferPromise.objects.get(donation=held), timezone.now()
    if held.state != State.AWAITING:
        return 0
    page = page_of(held)
    if promise.gives_up_at <= now:
        held.state = State.EXPIRED
        page.changed[held.pk] = held
    elif promise.remind_at and promise.remind_at <= now:
        acknowledge(page, held, "transfer_reminder")
    promise.remind_at = None
    promise.save(update_fields=["remind_at"])
    write(page)
    return 1
