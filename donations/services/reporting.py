"""What came in, for the reports: out of the journal's rows that touch a fund, so that every report
adds up to the books. A gift counts on its day in Italy, what went back on the day it went."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, TruncDate, TruncMonth

from attribution.models import Source
from donations.models import (
    Account,
    Donation,
    Fund,
    JournalEntry,
    PremiumClaim,
    PromiseChange,
    RecurringDonation,
)
from donations.models.promises import MONTHS
from donations.services.finding import PERSON
from donations.services.receipts import ROME

GIFT = Q(origin__endswith=":gift")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """From the first day to the last, both within; of all gifts, or of a campaign's or a fund's."""

    first: date
    last: date
    campaign: Source | None = None
    fund: Fund | None = None

    @property
    def year_before(self) -> "Scope":
        return replace(self, first=a_year_before(self.first), last=a_year_before(self.last))

    @property
    def within(self) -> tuple[datetime, datetime]:
        return begins(self.first), begins(self.last + DAY)


def begins(day: date) -> datetime:
    return datetime.combine(day, time(), ROME)


def a_year_before(day: date) -> date:
    """The 28th of February stands for the 29th."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


@dataclass
class Sums:
    """`given`: gifts; `net`: what the books keep of them, refunds and lost disputes taken off."""

    number: int = 0
    given: int = 0
    net: int = 0

    def add(self, other: "Sums") -> None:
        self.number += other.number
        self.given += other.given
        self.net += other.net

    @property
    def back(self) -> int:
        return self.given - self.net

    @property
    def average(self) -> int:
        """Cents that stay of a gift, so that it divides what stands beside it."""
        return round(self.net / self.number) if self.number else 0


Found = dict[Any, Sums]


def by_day(scope: Scope) -> Found:
    return _grouped(scope, TruncDate("at", tzinfo=ROME))


def by_month(scope: Scope, **only: Any) -> Found:
    found = _grouped(scope, TruncMonth("at", tzinfo=ROME), **only)
    return {month.date(): sums for month, sums in found.items()}


def by_way(scope: Scope) -> Found:
    return _grouped(scope, F("donation__method"))


def by_fund(scope: Scope) -> Found:
    """By the fund's name. A row may take from one fund and give to another: each side by itself."""
    accounts = _accounts(scope)
    names = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "fund__name"))
    found: Found = {}
    for side in ("credit", "debit"):
        rows = _rows(scope, accounts).filter(**{f"{side}__in": accounts})
        for key, sums in _add_up(rows, F(side), accounts, sides=(side,)).items():
            found.setdefault(names[key], Sums()).add(sums)
    return found


def by_source(scope: Scope, kind: str) -> Found:
    """By the campaign, post or delivery above what brought the gift (by its name and the post's
    campaign); None: there is none. Channels are told by their names, over all posts."""
    found = _grouped(scope, F("donation__source"))
    known = Source.objects.select_related("parent__parent").in_bulk([one for one in found if one])
    summed: Found = {}
    for key, sums in found.items():
        node: Source | None = known.get(key)
        while node and node.kind != kind:
            node = node.parent
        label = (str(node) if kind == "delivery" else node.full_name) if node else None
        # two posts may begin with the same words
        mark = (label, None if kind == "delivery" or node is None else node.pk)
        summed.setdefault(mark, Sums()).add(sums)
    return summed


def total(scope: Scope) -> Sums:
    found = _grouped(scope, F("currency"))
    whole = Sums()
    for sums in found.values():
        whole.add(sums)
    return whole


@dataclass(frozen=True)
class Pieces:
    """Of one thank-you gift. `worth`: cents by what a piece is worth, None where nobody wrote it;
    `net`: of the gifts they went with."""

    name: str
    number: int
    worth: int | None
    net: int


def by_premium(scope: Scope) -> list[Pieces]:
    """Those that gifts of these days brought, and nobody put back; the campaign is the piece's own."""
    first, end = scope.within
    State = PremiumClaim.State
    rows = PremiumClaim.objects.filter(
        state__in=[State.CONFIRMED, State.PACKED, State.DELIVERED],
        donation__settled_at__gte=first,
        donation__settled_at__lt=end,
    )
    if scope.campaign:
        rows = rows.filter(premium__campaign=scope.campaign)
    if scope.fund:
        rows = rows.filter(donation__fund=scope.fund)
    net = F("donation__amount") - F("donation__refunded_amount")
    things = rows.values(
        "premium", "premium__name", "premium__campaign__label", "premium__fair_value"
    )
    found = things.annotate(number=Count("pk"), net=Sum(net))
    return [
        Pieces(
            f"{row['premium__name']}, {row['premium__campaign__label']}",
            row["number"],
            None
            if row["premium__fair_value"] is None
            else row["number"] * row["premium__fair_value"],
            row["net"],
        )
        for row in found.order_by("-number", "premium__name", "premium")
    ]


def median(scope: Scope, number: int) -> int:
    """Cents of the gift in the middle; of an even number, between the two in the middle."""
    if not number:
        return 0
    accounts = _accounts(scope)
    gifts = _rows(scope, accounts).filter(GIFT, credit__in=accounts).order_by("amount")
    middle = gifts.values_list("amount", flat=True)[(number - 1) // 2 : number // 2 + 1]
    found = list(middle)
    return round(sum(found) / len(found)) if found else 0


def _accounts(scope: Scope) -> list[int]:
    accounts = Account.objects.filter(fund__isnull=False).order_by()
    if scope.fund:
        accounts = accounts.filter(fund=scope.fund)
    return list(accounts.values_list("pk", flat=True))


def _rows(scope: Scope, accounts: list[int]) -> QuerySet[JournalEntry]:
    first, end = scope.within
    rows = JournalEntry.objects.filter(at__gte=first, at__lt=end).order_by()
    rows = rows.filter(Q(credit__in=accounts) | Q(debit__in=accounts))
    if scope.campaign:
        path, tree = "donation__source", Q()
        for _level in range(3):
            tree |= Q(**{path: scope.campaign})
            path += "__parent"
        rows = rows.filter(tree)
    return rows


def _grouped(scope: Scope, key: Combinable, **only: Any) -> Found:
    accounts = _accounts(scope)
    return _add_up(_rows(scope, accounts).filter(**only), key, accounts)


def _add_up(
    rows: QuerySet[JournalEntry],
    key: Combinable,
    accounts: list[int],
    sides: tuple[str, ...] = ("credit", "debit"),
) -> Found:
    came = Q(credit__in=accounts) if "credit" in sides else Q(pk=None)
    went = Q(debit__in=accounts) if "debit" in sides else Q(pk=None)
    summed = rows.values(key=key).annotate(
        number=Count("pk", filter=came & GIFT),
        given=Coalesce(Sum("amount", filter=came & GIFT), 0),
        came=Coalesce(Sum("amount", filter=came), 0),
        went=Coalesce(Sum("amount", filter=went), 0),
    )
    return {
        row["key"]: Sums(row["number"], row["given"], row["came"] - row["went"]) for row in summed
    }


@dataclass
class Movement:
    """A month of the recurring gifts. Cents that they are worth in a year: divided by twelve they
    are a month's, and nothing is lost to rounding on the way."""

    income: int = 0
    begun: int = 0
    changed: int = 0
    ended: int = 0
    paused: int = 0
    level: int = 0  # at the month's end (or now), pauses within


def recurring(months: list[date]) -> dict[date, Movement]:
    """`months`, one after the other. The level is added up from the first promise on, out of each
    one's own days: what ends later than the last month is promised still."""
    found = {month: Movement() for month in months}
    scope = Scope(months[0], _next(months[-1]) - DAY)
    for month, sums in by_month(scope, donation__promise__isnull=False).items():
        found[month].income = sums.net
    before = Movement()
    for name, month, cents in _moves():
        row = before if month < months[0] else found.get(month, Movement())
        setattr(row, name, getattr(row, name) + cents)
    level = before.begun + before.changed - before.ended
    for row in found.values():
        level += row.begun + row.changed - row.ended
        row.level = level
    return found


def _moves() -> Iterator[tuple[str, date, int]]:
    """What moved, in which month, and by how many cents a year. What a promise was worth when it
    began: before its changes. What began and changed of one adds up to what it ends with."""
    done = PromiseChange.objects.filter(state=PromiseChange.State.DONE)
    changes = done.filter(kind=PromiseChange.Kind.AMOUNT, was__isnull=False)
    earliest = changes.filter(promise=OuterRef("pk")).order_by("pk").values("was")[:1]
    kept = RecurringDonation.objects.filter(started_at__isnull=False)
    at_first = Coalesce(Subquery(earliest), "amount")
    yield from _by_month("begun", kept, F("started_at"), at_first)
    ended = kept.filter(ended_at__isnull=False)
    yield from _by_month("ended", ended, Greatest("ended_at", "started_at"), F("amount"))
    pauses = done.filter(kind=PromiseChange.Kind.PAUSE)
    yield from _by_month("paused", pauses, F("done_at"), F("promise__amount"))
    yield from _changed(changes.filter(promise__started_at__isnull=False))


def _changed(changes: QuerySet[PromiseChange]) -> Iterator[tuple[str, date, int]]:
    """Each leads to the amount that the next one found, the last one to that of today; none counts
    before its promise began or after it ended."""
    rows = changes.select_related("promise").order_by("promise", "pk")
    for _promise, group in groupby(rows, key=lambda row: row.promise_id):
        steps = list(group)
        found = [row.was or 0 for row in steps] + [steps[0].promise.amount]
        for row, was, became in zip(steps, found, found[1:], strict=False):
            interval = row.promise.interval
            yield "changed", _within(row), _a_year(became, interval) - _a_year(was, interval)


def _within(change: PromiseChange) -> date:
    began, ended = change.promise.started_at, change.promise.ended_at
    assert began and change.done_at
    at = min(max(change.done_at, began), max(ended or change.done_at, began))
    return at.astimezone(ROME).date().replace(day=1)


def _by_month(
    name: str, rows: QuerySet[Any], moment: Combinable, cents: Combinable
) -> Iterator[tuple[str, date, int]]:
    interval = "promise__interval" if rows.model is PromiseChange else "interval"
    month = TruncMonth(moment, tzinfo=ROME)
    summed = rows.order_by().values_list(month, interval).annotate(cents=Sum(cents))
    for first, often, sum_ in summed:
        yield name, first.date(), _a_year(sum_, often)


def _a_year(cents: int, interval: str) -> int:
    return cents * 12 // MONTHS[interval]


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def retention(years: list[int]) -> list[tuple[int, int, int]]:
    """Of each year: who gave, and who of them gave in the next one too. Persons, whatever their
    addresses; only gifts that stay, at least in part, count."""
    stays = Donation.objects.filter(
        state__in=Donation.RECEIVED, refunded_amount__lt=F("amount")
    ).order_by()
    gave = {
        f"y{year}": Count(
            "pk",
            filter=Q(
                settled_at__gte=begins(date(year, 1, 1)),
                settled_at__lt=begins(date(year + 1, 1, 1)),
            ),
        )
        for year in [*years, years[-1] + 1]
    }
    people = stays.values(person=PERSON).annotate(**gave)
    wanted = {}
    for year in years:
        this, following = Q(**{f"y{year}__gt": 0}), Q(**{f"y{year + 1}__gt": 0})
        wanted[f"gave{year}"] = Count("person", filter=this)
        wanted[f"again{year}"] = Count("person", filter=this & following)
    sums = people.aggregate(**wanted)
    return [(year, sums[f"gave{year}"], sums[f"again{year}"]) for year in years]
