"""Giving back a gift that came by hand: the money leaves by a transfer or out of the cash box, and no
machine tells us of it. The row of the refund, the ledger's, credit, receipt and the duty to say so
are one transaction; what follows is what follows a refund of Stripe's (`returns`).

What was written by mistake is reversed, with the reason: the money never left.
"""

from collections.abc import Callable
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from donations.models import BankLine, Donation, RefundRequest
from donations.models.ledger import BY_HAND
from donations.services import dating, paying_in, refunding, returns
from donations.services.by_hand import BANK, CASH, day_of, let_go, moment, today
from donations.services.page import GIFTS, page_of, write
from donations.services.refunding import NotNow, TooMuch
from donations.services.returns import Turn, Why
from people.models import User

State, Way = RefundRequest.State, RefundRequest.Way
PURSES = {Way.BANK: BANK, Way.CASH: CASH}


class NotThatDay(NotNow):
    """Before the gift, or still to come."""


class NoSuchWay(NotNow):
    """What came by hand leaves from the bank or out of the cash box, for a reason of its own."""


class CannotTakeBack(Exception):
    """It was not given back by hand, or is reversed already."""


@transaction.atomic
def give_back(
    *,
    key: str,
    donation: Donation,
    amount: int,
    day: date,
    way: str,
    reason: str,
    note: str = "",
    by: User | None,
    seen_left: int | None = None,
    line: BankLine | None = None,
    note_down: Callable[[RefundRequest], None] = lambda _row: None,
) -> RefundRequest:
    """One refund per `key`, however often it is sent. `seen_left`: what the person was shown to be
    left; where that is not so any more, nothing is written. `line`: where it stands on the bank's
    statement, if the caller holds one. `note_down` is called with the row that is made.

    Raises NotNow, TooMuch, NotThatDay, NoSuchWay, and paying_in.TooMuch where the cash box never held it.
    """
    dating.hold()
    held = _held(donation)
    if found := held.refund_requests.filter(key=key).first():
        return found
    left = refunding.left_of(held)
    if not left or not refunding.came_by_hand(held):
        raise NotNow(held.state)
    if way not in PURSES or reason not in RefundRequest.BY_HAND:
        raise NoSuchWay(way)
    if not 0 < amount <= left or seen_left not in (None, left):
        raise TooMuch(left)
    if not day_of(held) <= day <= today():
        raise NotThatDay(day)
    if way == Way.CASH:
        paying_in.look_into_the_box(amount)
    made = RefundRequest.objects.create(
        key=key,
        donation=held,
        amount=amount,
        reason=reason,
        note=note,
        asked_by=by,
        state=State.DONE,
        way=way,
        given_on=day,
    )
    page = page_of(held)
    turn = Turn(refunded(_origin(made, line)), "refund", Why.REFUND, quiet=False)
    ways = (GIFTS, PURSES[Way(way)])
    returns.by_hand(page, held, turn, ways, amount, moment(day))
    write(page)
    note_down(made)
    return made


@transaction.atomic
def take_back(*, refund: RefundRequest, reason: str, by: User | None) -> RefundRequest:
    """The money never left: a row the other way round, dated now, and the gift counts again; its line
    on the bank's statement waits again. Raises CannotTakeBack."""
    dating.hold()
    line = BankLine.objects.select_for_update().filter(refund=refund).first()
    held = _held(refund.donation)
    row = held.refund_requests.select_for_update().get(pk=refund.pk)
    if row.state != State.DONE or not row.by_hand:
        raise CannotTakeBack(row.pk)
    now, page = timezone.now(), page_of(held)
    from_line = line is not None and refunded(line.origin) in page.booked
    origin = _origin(row, line if from_line else None)
    turn = Turn(f"{origin}:not_refunded", "refund_reversed", Why.REFUND_REVERSED, quiet=False)
    returns.by_hand(page, held, turn, (PURSES[Way(row.way)], GIFTS), row.amount, now)
    row.state, row.reversal_reason = State.REVERSED, reason
    row.reversed_by, row.reversed_at = by, now
    row.save(update_fields=["state", "reversal_reason", "reversed_by", "reversed_at"])
    write(page)
    if line:
        let_go(line)
    return row


def refunded(origin: str) -> str:
    """How the journal names the row by which money left."""
    return f"{origin}:refund"


def standing(donation: Donation) -> QuerySet[RefundRequest]:
    """What was given back of it by hand."""
    return donation.refund_requests.filter(state=State.DONE).exclude(way=Way.STRIPE)


def _held(donation: Donation) -> Donation:
    gifts = Donation.objects.select_for_update(of=("self",))
    return gifts.select_related("fund", "source", "donor").get(pk=donation.pk)


def _origin(row: RefundRequest, line: BankLine | None) -> str:
    return line.origin if line else f"{BY_HAND}{row.key}"
