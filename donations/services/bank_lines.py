"""What a person says of a line on the bank's statement. She always says it; each time one transaction
holds the line, so that two who say something at once say it one after the other."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from donations.models import BankLine, Donation, HandEntry, JournalEntry, Payout, RefundRequest
from donations.services import dating, giving_back, paying_in
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
from donations.services.finding import write_words_anew
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
def recognise_refund(*, line: BankLine, refund: RefundRequest, by: User | None) -> RefundRequest:
    """A gift was given back by hand before the statement came: no row is added. Raises Decided,
    NotThis."""
    held = _went_out(line)
    Donation.objects.select_for_update().get(pk=refund.donation_id)
    given = RefundRequest.objects.get(pk=refund.pk)
    of_bank = given.way == giving_back.Way.BANK and given.state == giving_back.State.DONE
    taken = BankLine.objects.filter(refund=given).exists()
    if not of_bank or taken or given.amount != -held.amount:
        raise NotThis(given.pk)
    _decide(held, State.BACK, by, refund=given)
    return given


@transaction.atomic
def give_back_from_line(
    *,
    line: BankLine,
    key: str,
    donation: Donation,
    reason: str,
    note: str,
    by: User | None,
    seen_left: int | None = None,
    note_down: Callable[[RefundRequest], None] = lambda _row: None,
) -> RefundRequest:
    """A gift that nobody had written down as given back: amount and day are the bank's. Raises
    Decided, NotThis, and what `giving_back.give_back` raises."""
    held = _went_out(line)
    if RefundRequest.objects.filter(key=key).exists():
        raise Decided(held.pk)
    given = giving_back.give_back(
        key=key,
        donation=donation,
        amount=-held.amount,
        day=held.day,
        way=giving_back.Way.BANK,
        reason=reason,
        note=note,
        by=by,
        seen_left=seen_left,
        line=held,
        note_down=note_down,
    )
    _decide(held, State.BACK, by, refund=given)
    return given


@transaction.atomic
def set_aside(*, line: BankLine, reason: str, by: User | None) -> None:
    """It is no gift. Raises Decided."""
    held = _open(line)
    _decide(held, State.ASIDE, by, reason=reason)


@transaction.atomic
def undo(*, line: BankLine, reason: str, by: User | None) -> None:
    """The line waits again; what it brought (a gift, cash from the box, a gift given back) is reversed,
    by a row dated now. Raises Decided."""
    dating.hold()
    held = BankLine.objects.select_for_update().get(pk=line.pk)
    if held.state == State.OPEN or held.turn != line.turn:
        raise Decided(held.pk)
    if held.state == State.GIFT and held.donation:
        reverse_gift(donation=held.donation, reason=reason, by=by)
        return
    if held.state == State.BACK and held.refund and wrote_the_refund(held):
        giving_back.take_back(refund=held.refund, reason=reason, by=by)
        return
    if held.state == State.CASH:
        paying_in.take_back(held)
    gift = held.donation
    let_go(held)
    if gift:
        write_words_anew(gift=gift)


def _open(line: BankLine) -> BankLine:
    dating.hold()
    held = BankLine.objects.select_for_update().get(pk=line.pk)
    if held.state != State.OPEN:
        raise Decided(held.pk)
    return held


def wrote_the_refund(line: BankLine) -> bool:
    """It was given back from this line, and not only recognised on it."""
    rows = JournalEntry.objects.filter(origin=giving_back.refunded(line.origin))
    return line.refund_id is not None and rows.exists()


def _went_out(line: BankLine) -> BankLine:
    held = _open(line)
    if held.amount >= 0:
        raise NotThis(held.pk)
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
    refund: RefundRequest | None = None,
    reason: str = "",
) -> None:
    held.state, held.donation, held.payout, held.reason = state, donation, payout, reason
    held.refund = refund
    held.decided_by, held.decided_at = by, timezone.now()
    held.save()
    if donation:
        write_words_anew(gift=donation)
