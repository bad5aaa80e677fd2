"""Whether the statements of an account add up, each by itself and one after the other.

Nothing is refused for it: it is said, wherever the statement is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from donations.models import BankLine, BankStatement
from donations.services.figures import Month

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Check:
    """`difference`: cents by which closing is above opening and lines. `before`: the statement this one
    follows; `jump`: cents by which it opens above what was left then; `missing`: first and last day
    that no file tells of."""

    statement: BankStatement
    difference: int = 0
    before: BankStatement | None = None
    jump: int = 0
    missing: tuple[date, date] | None = None

    @property
    def wrong(self) -> bool:
        return bool(self.difference or self.jump or self.missing)

    def touches(self, first: date, last: date) -> bool:
        """Whether what is wrong lies in these days: in its own or between it and the one before."""
        assert self.statement.begins and self.statement.ends
        if self.difference and self.statement.begins <= last and self.statement.ends >= first:
            return True
        begins, ends = self.missing or (self.statement.begins, self.statement.begins)
        return bool(self.jump or self.missing) and begins <= last and ends >= first


def checks(accounts: Iterable[int] | None = None) -> dict[int, Check]:
    """By the statement's number; of those that say what the account held. Two questions, however
    many statements there are."""
    rows = BankStatement.objects.filter(opening__isnull=False).defer("file")
    if accounts is not None:
        rows = rows.filter(account__in=accounts)
    by_account: dict[int, list[BankStatement]] = {}
    for row in rows.order_by("begins", "ends", "pk"):
        by_account.setdefault(row.account_id, []).append(row)
    pairs = [(row, _before(row, held)) for held in by_account.values() for row in held]
    between = _between([(row, before) for row, before in pairs if before])
    found = {}
    for row, before in pairs:
        difference = row.closing - row.opening - row.moved  # type: ignore[operator]
        if before is None:
            found[row.pk] = Check(row, difference)
            continue
        days = between.get(row.pk, {})
        jump = row.opening - before.closing - sum(days.values())  # type: ignore[operator]
        found[row.pk] = Check(row, difference, before, jump, _missing(row, before, days, jump))
    return found


def amiss(month: Month) -> int:
    """How many times the statements do not tell a month whole: sums that are not right, days between
    two of them, and accounts whose last one ends before the month does."""
    first, last = month.first_day, month.next.first_day - DAY
    found = checks()
    number = sum(
        one.wrong and bool(one.statement.imported_at) and one.touches(first, last)
        for one in found.values()
    )
    reach: dict[int, date] = {}
    for one in found.values():
        if one.statement.imported_at and one.statement.ends:
            account = one.statement.account_id
            reach[account] = max(one.statement.ends, reach.get(account, one.statement.ends))
    for account, ends in reach.items():
        # one that ended long ago is an account that is no more
        if (first - DAY).replace(day=1) <= ends < last and _works(ends + DAY, last):
            told = BankLine.objects.filter(account=account, day__gt=ends, day__lte=last)
            number += not told.exists()
    return number


def _before(row: BankStatement, held: list[BankStatement]) -> BankStatement | None:
    """The imported one that reaches furthest of those that begin earlier; None where it reaches into
    this one, too."""
    assert row.begins
    earlier = [one for one in held if one.imported_at and one.begins < row.begins]  # type: ignore[operator]
    last = max(earlier, key=lambda one: (one.ends, one.pk), default=None)
    return last if last and last.ends and last.ends < row.begins else None


def _between(pairs: list[tuple[BankStatement, BankStatement]]) -> dict[int, dict[date, int]]:
    """Lines that another file (a CSV) tells of the days between two statements: sums by day."""
    gaps = [(row, before) for row, before in pairs if row.begins - before.ends > DAY]  # type: ignore[operator]
    if not gaps:
        return {}
    asked = Q()
    for row, before in gaps:
        asked |= Q(account=row.account_id, day__gt=before.ends, day__lt=row.begins)
    lines = list(BankLine.objects.filter(asked).values_list("account", "day", "amount"))
    found: dict[int, dict[date, int]] = {}
    for row, before in gaps:
        for account, day, amount in lines:
            if account == row.account_id and before.ends < day < row.begins:  # type: ignore[operator]
                days = found.setdefault(row.pk, {})
                days[day] = days.get(day, 0) + amount
    return found


def _missing(
    row: BankStatement, before: BankStatement, days: dict[date, int], jump: int
) -> tuple[date, date] | None:
    """Days between the two, unless a CSV tells of them, or they are a weekend and nothing moved."""
    assert row.begins and before.ends
    first, last = before.ends + DAY, row.begins - DAY
    if first > last or (days and not jump) or not (jump or _works(first, last)):
        return None
    return first, last


def _works(first: date, last: date) -> bool:
    """Whether a bank is open on one of these days, as far as the week says it."""
    return any(
        (first + DAY * at).weekday() < SATURDAY for at in range(min((last - first).days + 1, 7))
    )
