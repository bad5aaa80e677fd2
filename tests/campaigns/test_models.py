from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError

from campaigns import vault
from outbox import clock


@pytest.mark.parametrize(
    ("day", "at", "utc", "oddity"),
    [
        (date(2026, 11, 22), time(9), datetime(2026, 11, 22, 8, tzinfo=UTC), ""),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "repeated"),
        (date(2026, 10, 25), time(3), datetime(2026, 10, 25, 2, tzinfo=UTC), ""),
        (date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC), "skipped"),
        (date(2027, 3, 28), time(3), datetime(2027, 3, 28, 1, tzinfo=UTC), ""),
    ],
)
def test_clock_change_nights(day, at, utc, oddity):
    moment = clock.moment(day=day, at=at, zone="Europe/Rome")
    assert (moment.utc, moment.oddity) == (utc, oddity)
    assert bool(moment.message) == bool(oddity)


def test_the_skipped_hour_goes_out_an_hour_later_on_the_clock():
    moment = clock.moment(day=date(2027, 3, 28), at=time(2, 30), zone="Europe/Rome")
    assert moment.local.strftime("%H:%M") == "03:30"
    assert "03:30" in str(moment.message)


def test_nine_stays_nine_across_the_change():
    for day in (date(2026, 10, 24), date(2026, 10, 26)):
        moment = clock.moment(day=day, at=time(9), zone="Europe/Rome")
        assert moment.local.strftime("%H:%M") == "09:00"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 25), 25), (date(2027, 3, 28), 23), (date(2026, 11, 22), 24)]
)
def test_a_day_has_as_many_hours_as_it_has(day, hours):
    start, end = clock.day_bounds(day)
    assert (end - start).total_seconds() == hours * 3600


def test_an_unknown_zone_is_named():
    with pytest.raises(ValidationError, match="Europe/Roma"):
        clock.moment(day=date(2026, 1, 1), at=time(9), zone="Europe/Roma")


def test_secrets_survive_a_rotation_and_say_when_the_key_is_gone(settings):
    from cryptography.fernet import Fernet

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    sealed = vault.seal({"token": "segreto"})
    assert "segreto" not in sealed
    settings.SECRETS_KEYS = [new, old]
    assert vault.unseal(sealed) == {"token": "segreto"}
    settings.SECRETS_KEYS = [new]
    with pytest.raises(vault.Unreadable):
        vault.unseal(sealed)
    assert vault.unseal(vault.seal({})) == {}
