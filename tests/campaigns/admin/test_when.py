from datetime import UTC, datetime

import pytest
from django.utils import translation

from campaigns.admin.when import read_back

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def read(wall: str, now: datetime = NOW, zone: str = "Europe/Rome"):
    return read_back(wall=datetime.fromisoformat(wall), zone=zone, now=now)


def test_a_plain_day_in_summer_time():
    reading = read("2026-10-04T09:00")
    assert reading.sentence == "Sunday 4 October at 09:00, summer time. In 3 days and 23 hours."
    assert reading.level == "ok"


def test_after_the_change_the_clock_decides():
    reading = read("2026-10-26T09:00")
    assert "winter time" in reading.sentence
    assert "The clock changes on 25 October" in reading.sentence
    assert reading.level == "info"


def test_the_hour_that_comes_twice():
    reading = read("2026-10-25T02:30")
    assert "comes twice" in reading.sentence
    assert reading.level == "warn"


def test_the_hour_that_does_not_exist_goes_out_an_hour_later():
    reading = read("2027-03-28T02:30", now=datetime(2027, 3, 1, tzinfo=UTC))
    assert "does not exist" in reading.sentence
    assert "at 03:30" in reading.sentence


def test_the_past_says_so():
    assert "past" in read("2026-09-29T09:00").sentence


def test_a_zone_without_summer_time():
    assert read("2026-10-04T09:00", zone="UTC").sentence.startswith("Sunday 4 October at 09:00.")


@pytest.mark.parametrize(
    ("wall", "span"),
    [("2026-09-30T10:01", "In 1 minute."), ("2026-09-30T12:00", "In 2 hours.")],
)
def test_short_distances(wall, span):
    assert span in read(wall).sentence
