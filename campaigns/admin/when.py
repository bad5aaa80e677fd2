"""Reads a planned moment back to whoever typed it, clock change included."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brand.templatetags.staff_tags import spell

LOOK_AHEAD = timedelta(days=370)


@dataclass(frozen=True)
class Reading:
    """`level` is ok, info or warn, as the admin's classes are called."""

    sentence: str
    level: str


def read_back(*, wall: datetime, zone: str, now: datetime) -> Reading:
    """`wall`: naive local time of a clock in `zone`; `now`: aware."""
    place = ZoneInfo(zone)
    moment = wall.replace(tzinfo=place).astimezone(UTC)
    parts = [_plain(wall, place), _distance(moment - now)]
    level = "ok" if moment > now else "warn"
    hint, weight = _clock_change(wall, place, now)
    if hint:
        parts.append(hint)
        level = weight if level == "ok" else level
    return Reading(" ".join(parts), level)


def _plain(wall: datetime, place: ZoneInfo) -> str:
    words = {"day": capfirst(day_words(wall.date())), "time": f"{wall:%H:%M}"}
    if not _next_change(datetime(wall.year, 1, 1, tzinfo=UTC), place):
        return _("%(day)s at %(time)s.") % words
    if wall.replace(tzinfo=place).dst():
        return _("%(day)s at %(time)s, summer time.") % words
    return _("%(day)s at %(time)s, winter time.") % words


def day_words(day: date) -> str:
    """Such as “domenica 4 ottobre”, with the year when it is not the current one."""
    current = datetime.now(UTC).year
    return spell(day, "l j F" if day.year == current else "l j F Y")


def _distance(gap: timedelta) -> str:
    if gap <= timedelta(0):
        return _("That moment is past.")
    minutes = int(gap.total_seconds() // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        first = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        rest = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
        value = hours
    else:
        value = minutes % 60
        first = ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours} if hours else ""
        rest = ngettext("%(n)d minute", "%(n)d minutes", value) % {"n": value}
    if not first:
        return _("In %(span)s.") % {"span": rest}
    span = _("%(first)s and %(rest)s") % {"first": first, "rest": rest} if value else first
    return _("In %(span)s.") % {"span": span}


def _clock_change(wall: datetime, place: ZoneInfo, now: datetime) -> tuple[str, str]:
    early, late = wall.replace(tzinfo=place), wall.replace(tzinfo=place, fold=1)
    if early.utcoffset() != late.utcoffset():
        real = early.astimezone(UTC).astimezone(place).replace(tzinfo=None)
        if real != wall:
            return _(
                "Careful: that night this hour does not exist. The post goes out at %(time)s."
            ) % {"time": f"{real:%H:%M}"}, "warn"
        return _(
            "Careful: that night this hour comes twice. The post goes out once, the first time."
        ), "warn"
    change = _next_change(now, place)
    if change and wall.date() >= change and early > now:
        return _(
            "The clock changes on %(day)s: the post goes out at %(time)s by the clock all the same."
        ) % {"day": spell(change, "j F"), "time": f"{wall:%H:%M}"}, "info"
    return "", ""


def _next_change(after: datetime, place: ZoneInfo) -> date | None:
    """The first day after `after` whose clock differs from the day before; None within a year."""
    day = after.astimezone(place).replace(hour=12, minute=0, second=0, microsecond=0)
    before = day.utcoffset()
    for step in range(1, LOOK_AHEAD.days + 1):
        noon = day + timedelta(days=step)
        if noon.utcoffset() != before:
            return noon.date()
    return None
