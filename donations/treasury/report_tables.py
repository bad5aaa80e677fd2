"""Each report as a table: what a page shows, what a chart draws of it, and what a spreadsheet holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from brand.figures import euros
from brand.templatetags.brand_tags import spell
from donations.models import Donation
from donations.services import reporting
from donations.services.reporting import Found, Scope, Sums

MONTHS_BACK = 24
YEARS_BACK = 6


class Cents(int):
    """A cell of money."""


@dataclass
class Cell:
    """`value`: for the spreadsheet; `text`: as it is read."""

    value: Any
    text: str
    label: str  # of the column, for the phone
    number: bool


@dataclass
class Table:
    headings: list[str]
    rows: list[list[Any]] = field(default_factory=list)  # the first cell says what the row is about
    totals: list[Any] = field(default_factory=list)
    points: list[tuple[int, int | None]] = field(default_factory=list)  # of the chart, if any
    shares: list[int] = field(default_factory=list)  # of each row, where its bar stands beside it
    words: str = ""
    by_month: bool = True  # how a day in the first cell is written
    whole: Sums | None = None  # of all rows, where they are those of the scope and no others

    def shown(self) -> list[tuple[str, list[Cell], int | None]]:
        shares: Sequence[int | None] = self.shares or [None] * len(self.rows)
        return [
            (self._text(row[0]), self._cells(row[1:]), share)
            for row, share in zip(self.rows, shares, strict=True)
        ]

    def ends(self) -> list[str]:
        """What stands under the chart: its first and its last column."""
        return [self._text(self.rows[at][0]) for at in (0, -1)] if self.rows else []

    def highest(self) -> int:
        """Cents, of the tallest column."""
        return max((value or 0 for pair in self.points for value in pair), default=0)

    def last(self) -> list[Cell]:
        return self._cells(self.totals[1:])

    def _cells(self, cells: Sequence[Any]) -> list[Cell]:
        labels = self.headings[1:]
        return [
            Cell(cell, self._text(cell), label, number=not isinstance(cell, str))
            for cell, label in zip(cells, labels, strict=True)
        ]

    def _text(self, cell: Any) -> str:
        match cell:
            case None:
                return "–"
            case Cents():
                return euros(cell, always_cents=True)
            case date():
                return spell(cell, "F Y") if self.by_month else spell(cell, "D j/n/Y")
        return str(cell)


def year(scope: Scope, compare: bool) -> Table:
    """The year of the last day beside the one before it, month by month; always whole months."""
    this = Scope(date(scope.last.year, 1, 1), date(scope.last.year, 12, 31))
    this = Scope(this.first, this.last, scope.campaign, scope.fund)
    found = reporting.by_month(Scope(this.year_before.first, this.last, scope.campaign, scope.fund))
    table = Table([_("Month"), str(this.last.year), str(this.last.year - 1)])
    table.headings += [_("From January, %s") % name for name in table.headings[1:]]
    sums = [0, 0]
    for month in range(1, 13):
        day = date(this.last.year, month, 1)
        now = found.get(day, Sums()).net
        before = found.get(reporting.a_year_before(day), Sums()).net
        sums = [sums[0] + now, sums[1] + before]
        table.rows.append([day, *map(Cents, (now, before, *sums))])
        table.points.append((now, before))
    table.totals = [_("In all"), *map(Cents, sums * 2)]
    table.words = _("%(now)s in %(year)s, %(before)s in the year before.") % {
        "now": euros(sums[0], always_cents=True),
        "year": this.last.year,
        "before": euros(sums[1], always_cents=True),
    }
    return table


def days(scope: Scope, compare: bool) -> Table:
    found = reporting.by_day(scope)
    number = (scope.last - scope.first).days + 1
    every = [scope.first + timedelta(days=back) for back in range(number)]
    before = reporting.by_day(scope.year_before) if compare else None
    moved = _moved_on(before or {}, every)
    table = _table(_("Day"), found, moved if compare else None, every)
    table.by_month = False
    table.points = [
        (found.get(day, Sums()).net, moved.get(day, Sums()).net if compare else None)
        for day in every
    ]
    kept = [place for place, day in enumerate(every) if day in found or day in moved]
    table.rows = [table.rows[place] for place in kept]
    return table


def _moved_on(before: Found, every: list[date]) -> Found:
    """Each day with what came a year before; the 28th of February stands for the 29th too."""
    wanted: set[date] = set(every)
    moved: Found = {}
    for day, sums in before.items():
        leap = (day.month, day.day) == (2, 29)
        later = day.replace(year=day.year + 1, day=28 if leap else day.day)
        if later in wanted:
            moved.setdefault(later, Sums()).add(sums)
    return moved


def _parts(
    heading: Callable[[], str],
    read: Callable[[Scope], Found],
    name: Callable[[Any], str],
) -> Callable[[Scope, bool], Table]:
    def made(scope: Scope, compare: bool) -> Table:
        found = read(scope)
        before = read(scope.year_before) if compare else None
        keys = {*found, *(before or {})}
        order = sorted(keys, key=lambda key: (-found.get(key, Sums()).net, name(key)))
        table = _table(heading(), found, before, order, name)
        top = max((found[key].net for key in found), default=0)
        nets = [found.get(key, Sums()).net for key in order]
        table.shares = [max(0, net) * 100 // top if top > 0 else 0 for net in nets]
        return table

    return made


def _table(
    heading: str,
    found: Found,
    before: Any,
    order: Sequence[Any],
    name: Callable[[Any], Any] = lambda key: key,
) -> Table:
    table = Table([heading, _("Gifts"), _("Given"), _("Gone back"), _("Net"), _("Average gift")])
    whole, earlier = Sums(), Sums()
    for key in order:
        sums = found.get(key, Sums())
        whole.add(sums)
        cells = _cells(sums)
        if before is not None:
            past = before.get(key) or Sums()
            earlier.add(past)
            cells.append(Cents(past.net))
        table.rows.append([name(key), *cells])
    table.totals, table.whole = [_("In all"), *_cells(whole)], whole
    if before is not None:
        table.headings.append(_("Net, a year before"))
        table.totals.append(Cents(earlier.net))
    table.words = _("Net of what went back: %s.") % euros(whole.net, always_cents=True)
    return table


def _cells(sums: Sums) -> list[Any]:
    return [sums.number, *map(Cents, (sums.given, sums.back, sums.net, sums.average))]


def _way(key: Any) -> str:
    return Donation.Method.words(key or "")


campaigns = _parts(
    lambda: _("Campaign"),
    lambda scope: reporting.by_source(scope, "campaign"),
    lambda key: key[0] or _("Without a campaign"),
)
posts = _parts(
    lambda: _("Post"),
    lambda scope: reporting.by_source(scope, "post"),
    lambda key: key[0] or _("Without a post"),
)
channels = _parts(
    lambda: _("Channel"),
    lambda scope: reporting.by_source(scope, "delivery"),
    lambda key: key[0] or _("Not from a post on a channel"),
)
funds = _parts(lambda: _("Fund"), reporting.by_fund, str)
ways = _parts(lambda: _("Way of giving"), reporting.by_way, _way)


def recurring(scope: Scope, compare: bool) -> Table:
    today = timezone.localdate().replace(day=1)
    count = today.year * 12 + today.month - 1
    months = [date(one // 12, one % 12 + 1, 1) for one in range(count - MONTHS_BACK + 1, count + 1)]
    table = Table(
        [
            _("Month"),
            _("Came in, net"),
            _("Begun"),
            _("Changed"),
            pgettext("several", "Ended"),
            _("Put on pause"),
            _("Promised a month, at the end"),
        ]
    )
    for month, row in reporting.recurring(months).items():
        moves = (row.begun, row.changed, -row.ended, row.paused, row.level)
        table.rows.append(
            [month, Cents(row.income), *(Cents(round(cents / 12)) for cents in moves)]
        )
        table.points.append((round(row.level / 12), None))
    if not any(any(row[1:]) for row in table.rows):
        table.rows, table.points = [], []
    income = euros(sum(row[1] for row in table.rows), always_cents=True)
    brought = _("In these months recurring gifts brought %s.") % income
    table.words = f"{table.headings[-1]}. {brought}"
    return table


def premiums(scope: Scope, compare: bool) -> Table:
    found = reporting.by_premium(scope)
    table = Table(
        [_("Thank-you gift"), _("Pieces"), _("What they are worth"), _("Gifts they went with, net")]
    )
    for one in found:
        worth = None if one.worth is None else Cents(one.worth)
        table.rows.append([one.name, one.number, worth, Cents(one.net)])
    if found:
        worth = Cents(sum(one.worth or 0 for one in found))
        net = Cents(sum(one.net for one in found))
        table.totals = [_("In all"), sum(one.number for one in found), worth, net]
    return table


def retention(scope: Scope, compare: bool) -> Table:
    this = timezone.localdate().year
    table = Table(
        [_("Year"), _("Who gave"), _("Gave again in the next year"), _("Out of a hundred")]
    )
    for one, gave, again in reporting.retention(list(range(this - YEARS_BACK, this))):
        if gave:
            table.rows.append([str(one), gave, again, round(100 * again / gave)])
            table.shares.append(100 * again // gave)
    return table


@dataclass(frozen=True)
class Report:
    label: str | Promise
    make: Callable[[Scope, bool], Table]
    note: str | Promise = ""
    narrowed: bool = True  # by days, campaign and fund
