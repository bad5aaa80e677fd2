"""The month as a table of days: pure, so that the view only fills and shows it."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.admin.when import day_words

FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass
class Day:
    date: date
    inside: bool
    today: bool
    clock_changes: bool
    posts: list[Any] = field(default_factory=list)

    @property
    def words(self) -> str:
        return day_words(self.date)


@dataclass(frozen=True)
class Month:
    """Whole weeks from Monday, with the days before and after that fill them."""

    first: date
    weeks: list[list[Day]]

    @property
    def previous(self) -> date:
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> date:
        return (self.first + timedelta(days=31)).replace(day=1)

    @property
    def start(self) -> date:
        return self.weeks[0][0].date

    @property
    def end(self) -> date:
        """The last day shown."""
        return self.weeks[-1][-1].date

    @property
    def days(self) -> list[Day]:
        return [day for week in self.weeks for day in week]

    def fill(self, dated: Iterable[tuple[date, Any]]) -> None:
        """Puts each thing on its day; what lies outside is left out."""
        by_date = {day.date: day for day in self.days}
        for day, thing in dated:
            if day in by_date:
                by_date[day].posts.append(thing)


def parse(text: str, today: date) -> date:
    """`2026-10` as the first of that month; anything else is the current month."""
    try:
        year, month = (int(part) for part in text.split("-"))
        if FIRST_YEAR <= year <= LAST_YEAR:
            return date(year, month, 1)
    except ValueError:
        pass
    return today.replace(day=1)


def month(*, first: date, today: date, zone: ZoneInfo) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(
        first,
        [
            [Day(day, day.month == first.month, day == today, _changes(day, zone)) for day in week]
            for week in weeks
        ],
    )


def _changes(day: date, zone: ZoneInfo) -> bool:
    starts = datetime(day.year, day.month, day.day, tzinfo=zone)
    ends = datetime(day.year, day.month, day.day, 23, 59, tzinfo=zone)
    return starts.utcoffset() != ends.utcoffset()
