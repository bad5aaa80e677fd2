from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.admin.month import month, parse

ROME = ZoneInfo("Europe/Rome")
TODAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("2026-10", date(2026, 10, 1)),
        ("", date(2026, 9, 1)),
        ("2026-13", date(2026, 9, 1)),
        ("9999999-1", date(2026, 9, 1)),
        ("'; drop", date(2026, 9, 1)),
    ],
)
def test_any_text_gives_a_month(text, first):
    assert parse(text, TODAY) == first


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_weeks_are_whole_and_hold_the_month(day):
    shown = month(first=day.replace(day=1), today=TODAY, zone=ROME)
    assert all(len(week) == 7 and week[0].date.weekday() == 0 for week in shown.weeks)
    assert day in [cell.date for cell in shown.days if cell.inside]
    assert shown.previous < shown.first < shown.following
    assert shown.following.day == shown.previous.day == 1


def test_the_clock_change_is_marked():
    shown = month(first=date(2026, 10, 1), today=TODAY, zone=ROME)
    assert [day.date for day in shown.days if day.clock_changes] == [date(2026, 10, 25)]


def test_posts_fall_on_their_day():
    shown = month(first=date(2026, 10, 1), today=TODAY, zone=ROME)
    shown.fill([(date(2026, 10, 4), "a"), (date(2026, 9, 30), "b"), (date(2026, 12, 1), "c")])
    held = {day.date: day.posts for day in shown.days if day.posts}
    assert held == {date(2026, 10, 4): ["a"], date(2026, 9, 30): ["b"]}
