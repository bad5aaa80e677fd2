"""What a person says of a line on the bank's statement. She always says it; each time one transaction
holds the line, so that two who say something at once say it one after the other."""

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from donations.models import BankLine, Donation, HandEntry, Payout
from donations.services import dating, paying_in
from donations.services.by_hand import (
    BANK,
    PLACES,
    CannotEnter,
    HandGift,
    Method,
    enter_gift,
    let_go,
    reverse_gift,
    settle_promise,
)
from people.models import User

State = BankLine.State


class Decided(Exception):
    """Somebody said what it is meanwhile."""


class NotThis(Exception):
    """That gift is not one that this line can be."""


@transaction.atomic
def recognise_promise(*, line: BankLine, donation: Donation, by: User | None) -> Donation:
    """The promised gift is there. Raises Decided, and CannotSettle."""
    held = _waiting(line)
    gift = settle_promise(donation=donation, amount=held.amount, day=held.day, line=held, by=by)
    _decide(held, State.GIFT, by, donation=gift)
    return gift


@transaction.atomic
def enter_from_line(
    *, line: BankLine, form_token: UUID, given: HandGift, by: User | None
) -> Donation:
    """A gift that nobody had promised: amount and day are the bank's. Raises Decided, CannotEnter."""
    held = _waiting(line)
    if PLACES.get(Method(given.method)) != BANK:
        raise CannotEnter(given.method)
    given = replace(given, amount=held.amount, day=held.day)
    entered = enter_gift(form_token=form_token, given=given, by=by, line=held)
    if not entered.made:
        raise Decided(held.pk)
    _decide(held, State.GIFT, by, donation=entered.donation)
    return entered.donation


@transaction.atomic
def recognise_known(*, line: BankLine, donation: Donation, by: User | None) -> Donation:
    """It was entered by hand before the statement came: no row is added. Raises Decided, NotThis."""
    held = _waiting(line)
    gift = Donation.objects.select_for_update().get(pk=donation.pk)
    by_hand = HandEntry.objects.filter(donation=gift, reversed_at=None).exists()
    taken = BankLine.objects.filter(donation=gift).exists()
    in_the_bank = PLACES.get(Method(gift.method)) == BANK
    if not by_hand or taken or not in_the_bank or gift.amount != held.amount:
        raise NotThis(gift.pk)
    _decide(held, State.KNOWN, by, donation=gift)
    return gift


@transaction.atomic
def recognise_payout(*, line: BankLine, payout: Payout, by: User | None) -> Payout:
    """What Stripe sent, or took: its own news write the row. Raises Decided, NotThis."""
    held = _open(line)
    sent = Payout.objects.select_for_update().get(pk=payout.pk)
    taken = BankLine.objects.filter(payout=sent).exists()
    if taken or sent.status in Payout.BACK or sent.amount != held.amount:
        raise NotThis(sent.pk)
    _decide(held, State.PAYOUT, by, payout=sent)
    return sent


@transaction.atomic
def recognise_cash(*, line: BankLine, by: User | None) -> None:
    """Cash from the box, paid in at the bank. Raises Decided, NotThis, paying_in.TooMuch."""
    held = _waiting(line)
    paying_in.book(held)
    _decide(held, State.CASH, by)


@transaction.atomic
def set_aside(*, line: BankLine, reason: str, by: User | None) -> None:
    """It is no gift. Raises Decided."""
    held = _open(line)
    _decide(held, State.ASIDE, by, reason=reason)


@transaction.atomic
def undo(*, line: BankLine, reason: str, by: User | None) -> None:
    """The line waits again; what it brought (a gift, cash from the box) is reversed, by a row dated
    now. Raises Decided."""
    dating.hold()
    held = BankLine.objects.select_for_update().get(pk=line.pk)
    if held.state == State.OPEN or held.turn != line.turn:
        raise Decided(held.pk)
    if held.state == State.GIFT and held.donation:
        reverse_gift(donation=held.donation, reason=reason, by=by)
        return
    if held.state == State.CASH:
        paying_in.take_back(held)
    let_go(held)


def _open(line: BankLine) -> BankLine:
    dating.hold()
    held = BankLine.objects.select_for_update().get(pk=line.pk)
    if held.state != State.OPEN:
        raise Decided(held.pk)
    return held


def _waiting(line: BankLine) -> BankLine:
    held = _open(line)
    if held.amount <= 0:
        raise NotThis(held.pk)
    return held


def _decide(
    held: BankLine,
    state: State,
    by: User | None,
    *,
    donation: Donation | None = None,
    payout: Payout | None = None,
    reason: str = "",
) -> None:
    held.state, held.donation, held.payout, held.reason = state, donation, payout, reason
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
