"""When a subscription's periods begin and end, in UTC.

https://docs.stripe.com/billing/subscriptions/billing-cycle: the anchor's day of the month, or the
month's last one where it has no such day; the anchor's time of day.
"""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

DAYS = {"day": 1, "week": 7}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: dict[str, Any], number: int) -> int:
    """The end of the anchor's n-th period."""
    interval, count = recurring["interval"], recurring["interval_count"] * number
    begun = datetime.fromtimestamp(anchor, UTC)
    if interval in DAYS:
        return int((begun + timedelta(days=DAYS[interval] * count)).timestamp())
    years, month = divmod(begun.month - 1 + MONTHS[interval] * count, 12)
    year, month = begun.year + years, month + 1
    day = min(begun.day, calendar.monthrange(year, month)[1])
    return int(begun.replace(year=year, month=month, day=day).timestamp())


def following(anchor: int, recurring: dict[str, Any], moment: int) -> int:
    """The first boundary after a moment; the anchor itself may be the one."""
    number = 0
    while boundary(anchor, recurring, number) <= moment:
        number += 1
    return boundary(anchor, recurring, number)


def month_of(moment: int) -> tuple[int, int]:
    """Year and month."""
    at = datetime.fromtimestamp(moment, UTC)
    return (at.year, at.month)
