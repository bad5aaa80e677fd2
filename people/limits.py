"""How often somebody may try: card testers and guessers of passwords try thousands of times.

The counts are rows, one statement each: several web processes count as one, nothing else pushes
them out, and none is lost between reading and writing.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from people.models import Tries

COUNT = """
INSERT INTO people_tries (key, until, times) VALUES (%s, %s, 1)
ON CONFLICT (key) DO UPDATE SET times = people_tries.times + 1 RETURNING times
"""


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `seconds`."""

    name: str
    times: int
    seconds: int


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind our own proxy, the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def allowed(limit: Limit, who: str) -> bool:
    """Counts one more try of `who` and says whether it may go on."""
    key, until = _window(limit, who)
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(until)
        cursor.execute(COUNT, [key, moment])
        (times,) = cursor.fetchone()
    return bool(times <= limit.times)


def forget(limit: Limit, who: str) -> None:
    """It was the right person: what they tried before counts no longer."""
    Tries.objects.filter(key=_window(limit, who)[0]).delete()


def forget_old() -> None:
    """The windows that are over."""
    Tries.objects.filter(until__lt=timezone.now()).delete()


def _window(limit: Limit, who: str) -> tuple[str, datetime]:
    """The row's key, with `who` as a digest only, and the end of the window."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{who}".encode()).hexdigest()[:32]
    number = int(time()) // limit.seconds
    until = datetime.fromtimestamp((number + 1) * limit.seconds, UTC)
    return f"{limit.name}.{number}.{digest}", until
