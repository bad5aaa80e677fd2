"""The age of the tick: proof that beat and worker are alive, shared through the database."""

from datetime import datetime, timedelta

from django.utils import timezone

from config.models import Heartbeat

STALE_AFTER = timedelta(minutes=2)


def beat() -> None:
    Heartbeat.objects.update_or_create(pk=1, defaults={"at": timezone.now()})


def last() -> datetime | None:
    """When the tick last ran (UTC), None before the first time."""
    return Heartbeat.objects.values_list("at", flat=True).filter(pk=1).first()


def stale(now: datetime | None = None) -> bool:
    seen = last()
    return seen is None or (now or timezone.now()) - seen > STALE_AFTER
