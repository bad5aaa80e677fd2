"""Which gift a line that went out of the bank may have given back: proposals only, a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from donations.models import BankLine, Donation, GiftWord, RefundRequest
from donations.services.finding import gifts_found
from donations.services.matching import NEAR, Degree
from donations.words import of_name, words

AT_MOST = 5
FOUND = 10
LOOKED_AT = 200
LEAST = 2  # words of a name that are no chance
State, Way = RefundRequest.State, RefundRequest.Way


@dataclass(frozen=True)
class GivenBack:
    refund: RefundRequest
    degree: Degree
    reasons: Sequence[Promise] = ()


def refunds(lines: Sequence[BankLine]) -> dict[int, list[GivenBack]]:
    """By line, what was given back by hand out of the bank: the same amount, about the same day, and no
    line of its own yet. One question, however many lines."""
    out = [line for line in lines if line.state == BankLine.State.OPEN and line.amount < 0]
    if not out:
        return {}
    days = [line.day for line in out]
    rows = RefundRequest.objects.filter(
        bank_line=None,
        way=Way.BANK,
        state=State.DONE,
        amount__in={-line.amount for line in out},
        given_on__range=(min(days) - NEAR, max(days) + NEAR),
    ).select_related("donation__donor", "donation__fund")
    found = {}
    for line in out:
        told = [_told(line, row) for row in rows if _fits(line, row)]
        found[line.pk] = sorted(told, key=lambda one: -one.degree)[:AT_MOST]
    return found


def _fits(line: BankLine, row: RefundRequest) -> bool:
    near = row.given_on is not None and abs(row.given_on - line.day) <= NEAR
    return near and row.amount == -line.amount


def _told(line: BankLine, row: RefundRequest) -> GivenBack:
    reasons: list[Promise] = [_("the amount is the same"), _("the days are near")]
    if not _named(line, row.donation):
        return GivenBack(row, Degree.POSSIBLE, reasons)
    return GivenBack(row, Degree.LIKELY, [*reasons, _("the name is the same")])


def _named(line: BankLine, gift: Donation) -> bool:
    own = set(of_name(gift))
    return len(own) >= LEAST and own <= set(words(f"{line.name} {line.text}"))


def gifts_to_give_back(line: BankLine, text: str = "") -> list[Donation]:
    """Gifts that came by hand of which the line's sum is left, the newest first: those found by `text`,
    or else of whoever the line names or pays."""
    rows = _left(-line.amount)
    if text:
        return list(gifts_found(rows, text)[:FOUND])
    found = list(rows.filter(bank_line__iban=line.iban)[:AT_MOST]) if line.iban else []
    found += [gift for gift in rows.filter(pk__in=_sharing(line))[:LOOKED_AT] if _named(line, gift)]
    return list({gift.pk: gift for gift in found}.values())[:AT_MOST]


def _sharing(line: BankLine) -> QuerySet:
    """Gifts that have some of the line's words in the name."""
    said = set(words(f"{line.name} {line.text}"))
    having = GiftWord.objects.filter(word__in=said).order_by().values("donation")
    return having.annotate(number=Count("pk")).filter(number__gte=LEAST).values("donation")


def _left(cents: int) -> QuerySet[Donation]:
    stays = Q(amount__gte=F("refunded_amount") + cents)
    rows = Donation.objects.filter(stays, by_hand__isnull=False, by_hand__reversed_at=None)
    return rows.select_related("donor", "fund").order_by("-settled_at", "-pk")
