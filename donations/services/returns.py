"""What goes back, and what comes back again: refunds and disputes of one charge.

Part of `books`, and of `giving_back` for what came by hand: the gift is locked, and said twice it
changes nothing. The state of the gift is worked out at the end from what stands in the books, so that
no order of events can matter.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from donations.models import Acknowledgement, Dispute, Donation, Receipt
from donations.services import alerting, receipts, refunding, yearly_receipts
from donations.services.page import (
    DISPUTES,
    FEES,
    GIFTS,
    STRIPE,
    Page,
    acknowledge,
    add_credit,
    enter,
    keep_quiet,
)
from donations.stripe_facts import Charge, Movement, Refund
from donations.stripe_facts import Dispute as Told

State = Donation.State
Why = Receipt.VoidReason


@dataclass(frozen=True)
class Turn:
    """What happens to a gift. `quiet`: it was undone before the donor could hear of it."""

    origin: str
    kind: str  # of the acknowledgement
    reason: Why
    quiet: bool


@dataclass(frozen=True)
class Change:
    """Less or more remains of the gift: the duty to say so, and why a receipt ends."""

    duty: Acknowledgement
    reason: Why
    at: datetime
    quiet: bool


def take_in(
    page: Page, donation: Donation, charge: Charge, purse: str, lost: Collection[str]
) -> None:
    """All that Stripe says went back of `charge`, from `purse` (GIFTS, or SUSPENSE for the second
    payment of one gift, which is no gift and has no receipt). `lost`: the disputes that an event
    said were lost, whatever became of them since."""
    changes = _refunds(page, donation, charge, purse)
    for told in charge.disputes:
        changes += _dispute(page, donation, charge, told, purse, told.id in lost)
    if purse == GIFTS:
        alerting.warn(donation, charge.warnings)
        _papers(page, donation, changes)
    state = _state(page, donation)
    if donation.state != state:
        donation.state = state
        page.changed[donation.pk] = donation


def by_hand(
    page: Page, donation: Donation, turn: Turn, ways: tuple[str, str], amount: int, at: datetime
) -> None:
    """What a person gave back of a gift that came by hand, or took back because it never went. It had
    its receipt when it came, or none: none is issued for what stays of it."""
    changes = _change(page, donation, turn, ways, amount, at)
    _papers(page, donation, changes, unasked=False)
    donation.state = _state(page, donation)


def _refunds(page: Page, donation: Donation, charge: Charge, purse: str) -> list[Change]:
    """One by one in their order, so that whoever hears of several at once writes the same books."""
    changes: list[Change] = []
    for refund in charge.refunds:
        given = f"{refund.id}:refund" in page.booked
        if refund.transaction and not given:
            changes += _give_back(page, donation, refund, purse)
        if refund.transaction and refund.came_back and f"{refund.id}:returned" not in page.booked:
            changes += _take_back(page, donation, refund, purse, quiet=not given)
        refunding.follow(donation, refund)
    return changes


def _give_back(page: Page, donation: Donation, refund: Refund, purse: str) -> list[Change]:
    return _change(
        page,
        donation,
        Turn(f"{refund.id}:refund", "refund", Why.REFUND, quiet=refund.came_back),
        (purse, STRIPE),
        refund.amount,
        refund.created,
    )


def _take_back(
    page: Page, donation: Donation, refund: Refund, purse: str, *, quiet: bool
) -> list[Change]:
    """The bank would not take the refund: the money is ours again, and a receipt is due again."""
    return _change(
        page,
        donation,
        Turn(f"{refund.id}:returned", "refund_returned", Why.REFUND_RETURNED, quiet=quiet),
        (STRIPE, purse),
        refund.amount,
        refund.created,
    )


def _dispute(
    page: Page, donation: Donation, charge: Charge, told: Told, purse: str, was_lost: bool
) -> list[Change]:
    """While the bank decides, the money waits in the disputes' account and the gift stands. What was
    lost stands in the journal even when we hear of it after the appeal was won."""
    row = _note(page, donation, told)
    for movement in told.movements:
        _move(page, donation, movement)
    lost, won = f"{told.id}:lost", f"{told.id}:won"
    is_won = row.status == Dispute.Status.WON
    changes: list[Change] = []
    heard = lost in page.booked
    if not heard and (was_lost or row.status in Dispute.ONCE_LOST):
        changes += _lose(page, donation, charge, told, purse, quiet=is_won)
    if is_won and lost in page.booked and won not in page.booked:
        changes += _win(page, donation, told, page.booked[lost], purse, quiet=not heard)
    return changes


def _note(page: Page, donation: Donation, told: Told) -> Dispute:
    row = page.disputes.get(told.id)
    if row and not row.follows(told.status):
        return row
    row = row or Dispute(dispute_id=told.id, donation=donation)
    row.alert = alerting.of_dispute(row, told.status)
    row.status, row.reason = told.status[:30], told.reason[:60]
    row.amount, row.answer_by, row.opened_at = told.amount, told.answer_by, told.created
    row.save()
    page.disputes[told.id] = row
    return row


def _move(page: Page, donation: Donation, one: Movement) -> None:
    """The bank takes the money, or gives it back; Stripe takes its fee, or gives it back."""
    kind = "withdrawn" if one.amount < 0 else "reinstated"
    if one.amount and f"{one.id}:{kind}" not in page.booked:
        ways = (DISPUTES, STRIPE) if one.amount < 0 else (STRIPE, DISPUTES)
        enter(page, donation, f"{one.id}:{kind}", *ways, abs(one.amount), one.created)
    if one.fee and f"{one.id}:fee" not in page.booked:
        ways = (FEES, STRIPE) if one.fee > 0 else (STRIPE, FEES)
        enter(page, donation, f"{one.id}:fee", *ways, abs(one.fee), one.created)


def _lose(
    page: Page, donation: Donation, charge: Charge, told: Told, purse: str, *, quiet: bool
) -> list[Change]:
    """It counts from the day the money was taken. A bank may take more than was left of the gift
    then (it was refunded before): the rest stays visible in the disputes' account."""
    taken = [one.created for one in told.movements if one.amount < 0]
    if not taken:
        return []  # the money has not been taken yet
    at = min(taken)
    left = donation.net + _given_back_since(charge, told)
    amount = min(told.taken, left) if purse == GIFTS else told.taken
    if amount <= 0:
        return []  # there was none left
    turn = Turn(f"{told.id}:lost", "dispute_lost", Why.DISPUTE_LOST, quiet=quiet)
    return _change(page, donation, turn, (purse, DISPUTES), amount, at)


def _given_back_since(charge: Charge, told: Told) -> int:
    """Refunds of what the appeal brought back: they stand in the books before the loss when we hear
    of that only now."""
    back = [one.created for one in told.movements if one.amount > 0]
    refunds = [one for one in charge.refunds if one.transaction and not one.came_back]
    return sum(one.amount for one in refunds if back and one.created > max(back))


def _win(
    page: Page, donation: Donation, told: Told, amount: int, purse: str, *, quiet: bool
) -> list[Change]:
    """Lost at first, won in the appeal."""
    at = max((one.created for one in told.movements), default=told.created)
    turn = Turn(f"{told.id}:won", "dispute_won", Why.DISPUTE_WON, quiet=quiet)
    return _change(page, donation, turn, (DISPUTES, purse), amount, at)


def _change(
    page: Page,
    donation: Donation,
    turn: Turn,
    ways: tuple[str, str],
    amount: int,
    at: datetime,
) -> list[Change]:
    """From the gift's fund, or back to it (`ways`: debit, credit): its source follows."""
    entry = enter(page, donation, turn.origin, *ways, amount, at)
    if GIFTS not in ways:
        return []
    cents = -amount if ways[0] == GIFTS else amount
    donation.refunded_amount -= cents
    page.changed[donation.pk] = donation
    add_credit(page, donation, turn.origin, cents, at)
    duty = acknowledge(page, donation, turn.kind, key=turn.origin, entry=entry)
    return [Change(duty, turn.reason, at, turn.quiet)]


def _papers(page: Page, donation: Donation, changes: list[Change], *, unasked: bool = True) -> None:
    """One receipt for what remains now, and one mail that brings it, however much was heard of at
    once: nobody gets a receipt that is void already, nor the news of one she never had. `unasked`:
    who never had one gets one."""
    thanks = page.thanks.get(donation.pk)
    if not thanks and not changes:
        return
    last = None if thanks else yearly_receipts.newest(roll=page.roll, donation=donation)
    valid = last if last and last.state == Receipt.State.ISSUED else None
    if thanks and yearly_receipts.held_for_the_year(donation, page.roll):
        donation.receipt_by_year = True
        page.changed[donation.pk] = donation
    waits = last is None and (donation.receipt_by_year or not unasked)
    known = -1 if waits else valid.amount_of(donation) if valid else 0
    known = donation.amount if thanks else known
    speaking = [] if known == donation.net else [one for one in changes if not one.quiet]
    for change in changes:
        if change not in speaking:
            keep_quiet(change.duty)
    if not thanks and not speaking:
        return
    if valid:
        receipts.void(receipt=valid, reason=speaking[-1].reason, at=speaking[-1].at)
    receipt = None
    if last and last.covers_year:
        receipt = yearly_receipts.again(
            roll=page.roll, old=last, donation=donation, others=bool(valid)
        )
    elif donation.net and not waits and (last or not donation.erased):
        receipt = receipts.issue(
            roll=page.roll, donation=donation, amount=donation.net, replaces=last
        )
    if thanks and speaking:
        keep_quiet(thanks)
    bringing = speaking[-1].duty if speaking else thanks
    assert bringing
    bringing.receipt = receipt


def _state(page: Page, donation: Donation) -> State:
    mine = [one for one in page.disputes.values() if one.donation_id == donation.pk]
    if any(one.is_open for one in mine):
        return State.DISPUTED
    if donation.refunded_amount and any(_is_lost(page, one) for one in mine):
        return State.LOST
    if not donation.refunded_amount:
        return State.SETTLED
    return State.PARTLY_REFUNDED if donation.net else State.REFUNDED


def _is_lost(page: Page, one: Dispute) -> bool:
    lost, won = f"{one.dispute_id}:lost", f"{one.dispute_id}:won"
    return lost in page.booked and won not in page.booked
