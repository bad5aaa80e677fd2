"""From the time on somebody's wall to UTC, on the two odd nights of the year too.

The rule, said to the person who plans: an hour that does not exist (spring) moves forward by the
hour that is skipped; an hour that comes twice (autumn) is the first one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT_ZONE = "Europe/Rome"


@dataclass(frozen=True)
class Moment:
    """`utc` is when it happens, `local` what the clock on the wall will show then.

    `oddity`: "" on ordinary days, "skipped" or "repeated" on the nights of a clock change.
    """

    utc: datetime
    local: datetime
    oddity: str = ""

    @property
    def message(self) -> str | Promise:
        """One sentence for the planner; empty when there is nothing to say."""
        shown = self.local.strftime("%H:%M")
        if self.oddity == "skipped":
            return _(
                "That hour does not exist: the clocks go forward that night. It goes out at %(time)s."
            ) % {"time": shown}
        if self.oddity == "repeated":
            return _(
                "That hour comes twice: the clocks go back that night. It goes out the first time "
                "the clock shows %(time)s."
            ) % {"time": shown}
        return ""


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """Every name the time zone database knows."""
    return frozenset(available_timezones())


def validate_zone(value: str) -> None:
    """Raises ValidationError for a name the time zone database does not know."""
    if value not in zones():
        raise ValidationError(
            _("“%(zone)s” is no time zone: write one like Europe/Rome."),
            code="zone",
            params={"zone": value},
        )


def moment(*, day: date, at: time, zone: str) -> Moment:
    """The moment a wall clock of `zone` shows that day and time. Raises ValidationError."""
    validate_zone(zone)
    place = ZoneInfo(zone)
    wall = datetime.combine(day, at.replace(tzinfo=None))
    first = wall.replace(tzinfo=place, fold=0)
    second = wall.replace(tzinfo=place, fold=1)
    utc = first.astimezone(UTC)
    local = utc.astimezone(place)
    if local.replace(tzinfo=None) != wall:
        return Moment(utc, local, "skipped")
    if first.utcoffset() != second.utcoffset():
        return Moment(utc, local, "repeated")
    return Moment(utc, local)


def day_bounds(day: date, zone: str = DEFAULT_ZONE) -> tuple[datetime, datetime]:
    """The UTC moments between which it is `day` in `zone`: 23, 24 or 25 hours apart."""
    start = moment(day=day, at=time(0), zone=zone).utc
    return start, moment(day=day + timedelta(days=1), at=time(0), zone=zone).utc
