"""What goes back, and what comes back again: refunds and disputes of one charge.

Part of `books`: the gift is locked, and said twice it changes nothing. The state of the gift is
worked out at the end from what stands in the books, so that no order of events can matter.
"""

from datetime import datetime

from donations.models import Dispute, Donation, Receipt
from donations.services import receipts
from donations.services.page import (
    DISPUTES,
    FEES,
    GIFTS,
    STRIPE,
    Page,
    acknowledge,
    add_credit,
    enter,
)
from donations.stripe_facts import Charge, Movement, Refund
from donations.stripe_facts import Dispute as Told

State = Donation.State
Why = Receipt.VoidReason


def take_in(page: Page, donation: Donation, charge: Charge, purse: str) -> None:
    """All that Stripe says went back of `charge`, from `purse` (GIFTS, or SUSPENSE for the second
    payment of one gift, which is no gift and has no receipt)."""
    _refunds(page, donation, charge, purse)
    for told in charge.disputes:
        _dispute(page, donation, told, purse)
    state = _state(page, donation)
    if donation.state != state:
        donation.state = state
        page.changed[donation.pk] = donation


def _refunds(page: Page, donation: Donation, charge: Charge, purse: str) -> None:
    """One by one in their order, so that whoever hears of several at once writes the same books."""
    for refund in charge.refunds:
        if refund.transaction and f"{refund.id}:refund" not in page.booked:
            _give_back(page, donation, refund, purse)
        if refund.transaction and refund.came_back and f"{refund.id}:returned" not in page.booked:
            _take_back(page, donation, refund, purse)


def _give_back(page: Page, donation: Donation, refund: Refund, purse: str) -> None:
    origin = f"{refund.id}:refund"
    entry = enter(page, donation, origin, purse, STRIPE, refund.amount, refund.created)
    if purse != GIFTS:
        return
    reason = Why.REFUND
    receipt = _change(page, donation, origin, -refund.amount, reason, refund.created)
    acknowledge(
        page, donation, "refund", key=origin, entry=entry, receipt=receipt, skip=refund.came_back
    )


def _take_back(page: Page, donation: Donation, refund: Refund, purse: str) -> None:
    """The bank would not take the refund: the money is ours again, and a receipt is due again. The
    donor hears of it either way: the receipt that she has is void."""
    origin = f"{refund.id}:returned"
    entry = enter(page, donation, origin, STRIPE, purse, refund.amount, refund.created)
    if purse != GIFTS:
        return
    reason = Why.REFUND_RETURNED
    receipt = _change(page, donation, origin, refund.amount, reason, refund.created)
    acknowledge(page, donation, "refund_returned", key=origin, entry=entry, receipt=receipt)


def _dispute(page: Page, donation: Donation, told: Told, purse: str) -> None:
    """While the bank decides, the money waits in the disputes' account and the gift stands."""
    row = _note(page, donation, told)
    for movement in told.movements:
        _move(page, donation, movement)
    lost, won = f"{told.id}:lost", f"{told.id}:won"
    if row.status == Dispute.Status.LOST and lost not in page.booked:
        _lose(page, donation, told, lost, purse)
    if row.status == Dispute.Status.WON and lost in page.booked and won not in page.booked:
        _win(page, donation, told, won, page.booked[lost], purse)


def _note(page: Page, donation: Donation, told: Told) -> Dispute:
    row = page.disputes.get(told.id)
    if row and not row.follows(told.status):
        return row
    row = row or Dispute(dispute_id=told.id, donation=donation)
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


def _lose(page: Page, donation: Donation, told: Told, origin: str, purse: str) -> None:
    """It counts from the day the money was taken. A bank may take more than is left of the gift
    (it was refunded before): the rest stays visible in the disputes' account."""
    amount = min(told.taken, donation.net) if purse == GIFTS else told.taken
    if amount <= 0:
        return  # the money has not been taken yet, or there was none left
    at = min(one.created for one in told.movements if one.amount < 0)
    entry = enter(page, donation, origin, purse, DISPUTES, amount, at)
    if purse != GIFTS:
        return
    receipt = _change(page, donation, origin, -amount, Why.DISPUTE_LOST, at)
    acknowledge(page, donation, "dispute_lost", key=origin, entry=entry, receipt=receipt)


def _win(page: Page, donation: Donation, told: Told, origin: str, amount: int, purse: str) -> None:
    """Lost at first, won in the appeal."""
    at = max((one.created for one in told.movements), default=told.created)
    entry = enter(page, donation, origin, DISPUTES, purse, amount, at)
    if purse != GIFTS:
        return
    receipt = _change(page, donation, origin, amount, Why.DISPUTE_WON, at)
    acknowledge(page, donation, "dispute_won", key=origin, entry=entry, receipt=receipt)


def _change(
    page: Page, donation: Donation, origin: str, cents: int, reason: Why, at: datetime
) -> Receipt | None:
    """So many cents less (below zero) or more remain of the gift: its source and its receipt
    follow. Returns the receipt that is valid now."""
    donation.refunded_amount -= cents
    page.changed[donation.pk] = donation
    add_credit(page, donation, origin, cents, at)
    return _replace_receipt(page, donation, reason, at)


def _replace_receipt(page: Page, donation: Donation, reason: Why, at: datetime) -> Receipt | None:
    """The valid receipt is void; one for what stays takes its place. None when nothing stays."""
    last = donation.receipts.order_by("-pk").first()
    if last and last.state == Receipt.State.ISSUED:
        receipts.void(receipt=last, reason=reason, at=at)
    if not donation.net:
        return None
    return receipts.issue(roll=page.roll, donation=donation, amount=donation.net, replaces=last)


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
