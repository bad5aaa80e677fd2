"""What a gift adds up to: the sum before it, and with it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum

from attribution.models import Source
from brand.bilingual import NO_WORDS, Words
from donations.models import Donation, JournalEntry, SuggestedAmount

GIFT = ":gift"  # how the origin of the entry ends that brought the money in


@dataclass(frozen=True)
class WithGift:
    """Cents: `before` the gift, and `now`, with what stays of it. `whose`: the campaign's, or the
    fund's."""

    before: int
    now: int
    whose: Words = NO_WORDS


def sum_with(gift: Donation) -> WithGift | None:
    """Of the campaign that brought the gift, else of its fund, as it stood when the gift was
    booked: a page that is opened later says what the mail said. None until the gift is there."""
    if gift.state not in Donation.RECEIVED or gift.net <= 0:
        return None
    own = gift.entries.filter(credit__fund__isnull=False, origin__endswith=GIFT).first()
    if own is None:
        return None
    before = _stayed(gift, own)
    whose = Words(top(gift.source).label) if gift.source else NO_WORDS
    return WithGift(before, before + gift.net, whose or gift.fund.called) if before >= 0 else None


def top(source: Source) -> Source:
    """The campaign of a post's delivery: the top of its tree."""
    while source.parent is not None:
        source = source.parent
    return source


def _stayed(gift: Donation, own: JournalEntry) -> int:
    """What the rows of the books before its own left of other gifts."""
    rows: QuerySet[JournalEntry] = (
        JournalEntry.objects.filter(pk__lt=own.pk).exclude(donation=gift).order_by()
    )
    if gift.source:
        rows = _of_tree(rows, top(gift.source))
        came, went = Q(credit__fund__isnull=False), Q(debit__fund__isnull=False)
    else:
        came, went = Q(credit=own.credit_id), Q(debit=own.credit_id)
    sums = rows.filter(came | went).aggregate(
        came=Sum("amount", filter=came, default=0), went=Sum("amount", filter=went, default=0)
    )
    return int(sums["came"] - sums["went"])


def _of_tree(rows: QuerySet[JournalEntry], root: Source) -> QuerySet[JournalEntry]:
    path, tree = "donation__source", Q()
    for _level in range(3):  # campaign, post, delivery
        tree |= Q(**{path: root})
        path += "__parent"
    return rows.filter(tree)


def meaning_of(gift: Donation) -> Words:
    """What the amount makes possible, when it is one of those that mean something: as the donor read it,
    else as the fund has it. Nothing, once a part of it went back."""
    if gift.refunded_amount:
        return NO_WORDS
    if gift.pieces:
        english = f"{gift.pieces} {gift.meaning_en}" if gift.meaning_en else ""
        return Words(f"{gift.pieces} {gift.meaning}", english)
    if gift.meaning:
        return Words(gift.meaning, gift.meaning_en)
    found = SuggestedAmount.objects.filter(amount=gift.bare, fund=gift.fund_id).first()
    return found.meant if found else NO_WORDS
