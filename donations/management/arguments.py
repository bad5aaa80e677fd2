"""What the commands read from their words."""

from argparse import ArgumentTypeError
from datetime import datetime, time

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def moment(words: str) -> datetime:
    """A day or a moment, in the time zone of the site where none is written."""
    try:
        day = parse_date(words)
        found = datetime.combine(day, time()) if day else parse_datetime(words)
    except ValueError:  # the 31st of June
        found = None
    if found is None:
        raise ArgumentTypeError(f"'{words}' is no moment: write 2026-11-20, or '2026-11-20 14:30'.")
    return found if timezone.is_aware(found) else timezone.make_aware(found)
