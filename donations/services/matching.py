"""What a line on the bank's statement may be, with the reasons: proposals only, a person decides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import IntEnum

from django.db.models import Max, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from donations.models import BankLine, Donation, Payout
from donations.references import find_references, misread_references
from donations.services.by_hand import BANK, PLACES, day_of
from donations.services.doubles import likely_doubles
from donations.services.finding import gifts_found
from donations.services.opening import REOPENABLE
from donations.services.payers import named_in
from donations.words import of_name, words

CLEARING = timedelta(days=5)  # between the day Stripe names and the bank's
NEAR = timedelta(days=10)  # between a gift entered by hand and its line
GIVERS = 5
SHARED = 3  # who gave from one account; more, and it is that of a service or of a till
CASH_WORDS = {"contante", "contanti", "versamento", "versamenti"}
SHORTEST = 6  # signs of a transfer's number that are no chance
State = Donation.State


class Degree(IntEnum):
    POSSIBLE = 1
    LIKELY = 2
    SURE = 3

    @property
    def label(self) -> Promise:
        return {1: _("Possible"), 2: _("Likely"), 3: _("Sure")}[self.value]


@dataclass(frozen=True)
class Proposal:
    """`known`: the gift stands in the books already, and the line only belongs to it. `again`: it is
    settled, and the line may be another gift of whoever gave it, which a person enters."""

    donation: Donation
    degree: Degree
    reasons: Sequence[Promise] = ()
    known: bool = False
    again: bool = False


def proposals(lines: Sequence[BankLine]) -> dict[int, list[Proposal]]:
    """By line, the surest first. As many questions to the database, however many lines."""
    lines = [line for line in lines if line.state == BankLine.State.OPEN and line.amount > 0]
    codes = {line.pk: find_references(line.words) for line in lines}
    near = {line.pk: misread_references(line.words) for line in lines}
    promises = _promises({line.amount for line in lines}, [*codes.values(), *near.values()])
    by_code = {gift.transfer.reference: gift for gift in promises}
    known = _known(lines)
    before = _before(lines)
    payers = {iban: set(gifts) for iban, gifts in before.items()}
    found: dict[int, list[Proposal]] = {}
    for line in lines:
        standing = [by_code[code] for code in codes[line.pk] if code in by_code]
        named = Named(codes[line.pk], near[line.pk], standing)
        all_of_it = [_promised(line, gift, named, payers) for gift in promises]
        all_of_it += [_entered(line, gift, named, payers) for gift in known]
        told = [one for one in all_of_it if one]
        if not standing:
            told += _same_account(line, before[line.iban], told)
        found[line.pk] = sorted(told, key=lambda one: (-one.degree, one.again))[:5]
    return _nothing_twice(_nothing_counted_already(found, likely_doubles(lines)))


@dataclass(frozen=True)
class Named:
    """The references that a line holds, those it may hold if a sign was misread, and whose the former
    are, as far as they are ours."""

    surely: Sequence[str]
    perhaps: Sequence[str]
    gifts: Sequence[Donation]

    def others(self, gift: Donation) -> list[Donation]:
        return [other for other in self.gifts if other.pk != gift.pk]


def sounds_like_cash(line: BankLine) -> bool:
    """As banks name what is paid in at their counters and machines."""
    return line.amount > 0 and bool(CASH_WORDS & set(words(f"{line.name} {line.text}")))


@dataclass(frozen=True)
class SentByStripe:
    payout: Payout
    degree: Degree
    reasons: Sequence[Promise] = ()


def payouts(lines: Sequence[BankLine]) -> dict[int, list[SentByStripe]]:
    """By line, the payouts from Stripe of the same amount that were due there about then."""
    lines = [line for line in lines if line.state == BankLine.State.OPEN]
    if not lines:
        return {}
    days = [line.day for line in lines]
    rows = Payout.objects.filter(
        bank_line=None,
        amount__in={line.amount for line in lines},
        arrives_on__range=(min(days) - CLEARING, max(days) + CLEARING),
    ).exclude(status__in=Payout.BACK)
    return {
        line.pk: [
            _sent(line, row)
            for row in rows
            if row.amount == line.amount and abs(row.arrives_on - line.day) <= CLEARING
        ]
        for line in lines
    }


def _sent(line: BankLine, payout: Payout) -> SentByStripe:
    named = "stripe" in words(f"{line.name} {line.text}")
    reasons: list[Promise] = [_("the amount is the same"), _("the days are near")]
    if not named:
        return SentByStripe(payout, Degree.POSSIBLE, reasons)
    return SentByStripe(payout, Degree.LIKELY, [*reasons, _("the bank names Stripe")])


def sure(found: dict[int, list[Proposal]]) -> dict[int, Proposal]:
    """The one proposal of each line that nothing speaks against."""
    surest = {
        line: [one for one in told if one.degree == Degree.SURE] for line, told in found.items()
    }
    return {line: told[0] for line, told in surest.items() if len(told) == 1}


def _promises(amounts: set[int], codes: Iterable[list[str]]) -> list[Donation]:
    rows = Donation.objects.select_related("transfer", "donor", "fund").exclude(transfer=None)
    named = [code for found in codes for code in found]
    by_code = rows.filter(transfer__reference__in=named)
    waiting = rows.filter(amount__in=amounts, state__in=[State.AWAITING, State.EXPIRED])
    return list({gift.pk: gift for gift in (*by_code, *waiting)}.values())


def _known(lines: Sequence[BankLine]) -> QuerySet[Donation] | list[Donation]:
    if not lines:
        return []
    days = [line.day for line in lines]
    methods = [method for method, place in PLACES.items() if place == BANK]
    rows = Donation.objects.filter(
        by_hand__reversed_at=None,
        by_hand__isnull=False,
        bank_line=None,
        method__in=methods,
        amount__in={line.amount for line in lines},
        settled_at__date__range=(min(days) - NEAR, max(days) + NEAR),
    )
    return rows.select_related("donor", "fund")


def _before(lines: Sequence[BankLine]) -> dict[str, dict[int, Donation]]:
    """By account, the newest gift of each donor who gave from it before."""
    ibans = {line.iban for line in lines if line.iban}
    rows = BankLine.objects.filter(iban__in=ibans, donation__isnull=False).order_by()
    newest = rows.values("iban", "donation__donor").annotate(newest=Max("donation"))
    last = Donation.objects.filter(pk__in=newest.values("newest")).order_by("-pk")
    found: dict[str, dict[int, Donation]] = defaultdict(dict)
    for gift in last.select_related("bank_line"):
        found[gift.bank_line.iban][gift.donor_id] = gift
    return found


def _promised(
    line: BankLine, gift: Donation, codes: Named, payers: dict[str, set[int]]
) -> Proposal | None:
    named = gift.transfer.reference in codes.surely
    misread = not named and gift.transfer.reference in codes.perhaps
    same = gift.amount == line.amount
    if not (named or misread or same):
        return None
    if gift.state not in (*REOPENABLE, State.REVERSED):
        return _another(gift, misread=misread, same=same)
    who, others = _who(line, gift, payers), codes.others(gift)
    hers = [] if named else _named_before(gift, others)
    if others and not (named or misread or who or hers):
        return None
    reasons: list[Promise] = [_("the reference is that of the promise")] if named else []
    if misread:
        reasons.append(_("the reference is that of the promise, with a sign that looks like it"))
    reasons.append(_("the amount is the same") if same else _("the amount is another one"))
    reasons += [*who, *hers]
    if gift.state == State.REVERSED:
        reasons.append(_("it was recognised once and taken back"))
    if named:
        fits = same and gift.state in REOPENABLE
        if fits and others and not who:
            fits = False
            reasons.append(_("the reference of another gift is there too"))
        return Proposal(gift, Degree.SURE if fits else Degree.LIKELY, reasons)
    likely = who or misread or hers
    return Proposal(gift, Degree.LIKELY if likely else Degree.POSSIBLE, reasons)


def _another(gift: Donation, *, misread: bool, same: bool) -> Proposal | None:
    """A causale is typed once into a standing order, and comes every month."""
    if gift.erased:
        return None
    told = _("the reference is that of an earlier gift of theirs")
    if misread:
        told = _(
            "the reference is that of an earlier gift of theirs, with a sign that looks like it"
        )
    amount = _("the amount is the same") if same else _("the amount is another one")
    return Proposal(gift, Degree.LIKELY, [told, amount], again=True)


def _same_account(
    line: BankLine, before: dict[int, Donation], told: Sequence[Proposal]
) -> list[Proposal]:
    """Whoever gave from there before, unless a gift of hers is proposed already. Likely, unless
    others gave from there too, or the bank names somebody else."""
    if len(before) > SHARED:
        return []
    proposed = {one.donation.donor_id for one in told}
    named = set(words(line.name))
    reasons: list[Promise] = [_("this donor gave from the same account before")]

    def degree(gift: Donation) -> Degree:
        hers = not named or named & set(words(gift.donor_name))
        return Degree.LIKELY if hers and len(before) == 1 else Degree.POSSIBLE

    return [
        Proposal(gift, degree(gift), reasons, again=True)
        for donor, gift in before.items()
        if donor not in proposed and not gift.erased
    ]


def _named_before(gift: Donation, others: Sequence[Donation]) -> list[Promise]:
    """The line's reference is of another gift, but of the same donor."""
    if any(other.donor_id == gift.donor_id for other in others):
        return [_("the reference is that of another gift of theirs")]
    return []


def _entered(
    line: BankLine, gift: Donation, codes: Named, payers: dict[str, set[int]]
) -> Proposal | None:
    if gift.amount != line.amount or abs(day_of(gift) - line.day) > NEAR:
        return None
    reasons: list[Promise] = [_("the amount is the same"), _("the days are near")]
    number = gift.method_reference
    numbered = len(number) >= SHORTEST and number.upper() in line.words.upper()
    if numbered:
        reasons.append(_("the number of the payment is the same"))
    others = codes.others(gift)
    who = [*_who(line, gift, payers), *_named_before(gift, others)]
    if others and not (numbered or who):
        return None
    certain = numbered and (who or not others)
    degree = Degree.SURE if certain else Degree.LIKELY if numbered or who else Degree.POSSIBLE
    return Proposal(gift, degree, [*reasons, *who], known=True)


def _who(line: BankLine, gift: Donation, payers: dict[str, set[int]]) -> list[Promise]:
    reasons: list[Promise] = []
    if gift.donor_id in payers.get(line.iban, ()):
        reasons.append(_("this donor gave from the same account before"))
    own = set(of_name(gift))
    if own and own <= set(words(f"{line.name} {line.text}")):
        reasons.append(_("the name is the same"))
    return reasons


def _nothing_counted_already(
    found: dict[int, list[Proposal]], doubles: dict[int, BankLine]
) -> dict[int, list[Proposal]]:
    """A movement that may stand here twice is never recognised without a look."""
    told: Promise = _("it may be the same movement as another line")
    return {
        line: [
            replace(
                one,
                degree=min(one.degree, Degree.POSSIBLE if one.again else Degree.LIKELY),
                reasons=[*one.reasons, told],
            )
            for one in proposals
        ]
        if line in doubles
        else proposals
        for line, proposals in found.items()
    }


def _nothing_twice(found: dict[int, list[Proposal]]) -> dict[int, list[Proposal]]:
    """Two lines of one promise: neither is sure, a person looks which one it is."""
    claims: dict[int, int] = defaultdict(int)
    for told in found.values():
        for one in told:
            claims[one.donation.pk] += one.degree == Degree.SURE
    return {
        line: [
            Proposal(
                one.donation, Degree.LIKELY, [*one.reasons, _("another line fits too")], one.known
            )
            if one.degree == Degree.SURE and claims[one.donation.pk] > 1
            else one
            for one in told
        ]
        for line, told in found.items()
    }


def likely_givers(line: BankLine) -> list[Donation]:
    """The last gift of each of those who may have sent it: from the same account, or by the name."""
    rows = Donation.objects.select_related("donor").filter(state__in=Donation.RECEIVED)
    rows = rows.order_by("-settled_at")
    found = list(rows.filter(bank_line__iban=line.iban)[:GIVERS]) if line.iban else []
    if len(words(line.name)) > 1:
        found += gifts_found(rows, " ".join(words(line.name)))[:GIVERS]
    found += named_in([line]).values()
    by_donor = {gift.donor_id: gift for gift in reversed(found)}
    return list(by_donor.values())[-GIVERS:][::-1]
