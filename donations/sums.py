"""What a gift adds up to: the sum before it, and with it."""

from dataclasses import dataclass

from django.db.models import F, Sum

from attribution.models import Source
from attribution.services import totals
from donations.models import Donation, SuggestedAmount


@dataclass(frozen=True)
class WithGift:
    """Cents: `before` the gift, and `now`, with it."""

    before: int
    now: int


def sum_with(gift: Donation) -> WithGift | None:
    """Of the campaign that brought the gift, else of its fund. None until the gift is there."""
    if gift.state not in Donation.RECEIVED or gift.net <= 0:
        return None
    now = totals(top(gift.source)).cents if gift.source else _of_fund(gift.fund_id)
    return WithGift(before=now - gift.net, now=now) if now >= gift.net else None


def top(source: Source) -> Source:
    """The campaign of a post's delivery: the top of its tree."""
    while source.parent is not None:
        source = source.parent
    return source


def _of_fund(fund: int) -> int:
    received = Donation.objects.filter(fund=fund, state__in=Donation.RECEIVED)
    return received.aggregate(sum=Sum(F("amount") - F("refunded_amount")))["sum"] or 0


def meaning_of(gift: Donation) -> str:
    """What the amount makes possible, when it is one of those that mean something."""
    if gift.pieces:
        return f"{gift.pieces} {gift.pieces_of}"
    found = SuggestedAmount.objects.filter(amount=gift.bare, fund=gift.fund_id).first()
    return found.meaning if found else ""
