"""How often somebody may try: card testers and guessers of passwords try thousands of times.

The counts are rows, one statement each: several web processes count as one, nothing else pushes
them out, and none is lost between reading and writing.

Nobody waits until a count lies on the disk: the next commit of anything else takes it there too, and a
database that dies forgets less than a second of counts.
"""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from people.models import Tries

COUNT = """
INSERT INTO people_tries (key, until, times) VALUES {rows}
ON CONFLICT (key) DO UPDATE SET times = people_tries.times + excluded.times RETURNING key, times{quick}
"""
QUICK = "set_config('synchronous_commit', 'off', true)"  # for the transaction it is asked in


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `seconds`. `spread`: the windows of each begin at a moment of
    its own, so that not all who wait for the next one come in together."""

    name: str
    times: int
    seconds: int
    spread: bool = False


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind our own proxy, the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def allowed(limit: Limit, who: str) -> bool:
    """Counts one more try of `who` and says whether it may go on."""
    return not exceeded([(limit, who)])


def exceeded(tries: Sequence[tuple[Limit, str]], times: int = 1) -> list[Limit]:
    """Counts one more try under each limit, or `times`, in one statement, and says which are passed by
    now. Two at once lock the rows in the same order."""
    if not tries:
        return []
    windows = {_window(limit, who): limit for limit, who in tries}
    found = _counted(windows, times)
    return [limit for (key, _end), limit in windows.items() if found[key] > limit.times]


def first_time(name: str, what: str, until: datetime) -> bool:
    """Whether this has not been seen before; it is known until then. Of two at once one is first."""
    key = f"{name}.{_digest(f'{name}.{what}')}"
    return _counted([(key, until)])[key] == 1


def _counted(windows: Iterable[tuple[str, datetime]], times: int = 1) -> dict[str, int]:
    """So many more of each; how often by now."""
    rows = sorted((key, connection.ops.adapt_datetimefield_value(end)) for key, end in windows)
    values = ", ".join(["(%s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        statement = COUNT.format(rows=values, quick=f", {QUICK}" if alone() else "")
        cursor.execute(statement, [value for row in rows for value in (*row, times)])
        return {row[0]: row[1] for row in cursor.fetchall()}


def give_back(tries: Sequence[tuple[Limit, str]]) -> None:
    """Takes one try of each back: it turned out to be none. Each row by itself, so that nobody waits
    for two."""
    for key, _end in sorted(_window(limit, who) for limit, who in tries):
        Tries.objects.filter(key=key, times__gt=0).update(times=F("times") - 1)


def alone() -> bool:
    """Whether a statement is a transaction of its own, on a database that knows QUICK: within another
    one it would speak for what must be on the disk."""
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def forget(limit: Limit, who: str) -> None:
    """It was the right person: what they tried before counts no longer."""
    Tries.objects.filter(key=_window(limit, who)[0]).delete()


def forget_old() -> None:
    """The windows that are over."""
    Tries.objects.filter(until__lt=timezone.now()).delete()


def now() -> float:
    """Seconds since 1970, by the clock of the windows."""
    return time()


def left(limit: Limit, who: str) -> float:
    """Seconds until the window that is open now is over."""
    return limit.seconds - (now() + _phase(limit, who)) % limit.seconds


def _window(limit: Limit, who: str) -> tuple[str, datetime]:
    """The row's key, with `who` as a digest only, another one in each window, and the window's end."""
    phase = _phase(limit, who)
    number = (int(now()) + phase) // limit.seconds
    until = datetime.fromtimestamp((number + 1) * limit.seconds - phase, UTC)
    return f"{limit.name}.{number}.{_digest(f'{limit.name}.{number}.{who}')}", until


def _phase(limit: Limit, who: str) -> int:
    return int(_digest(f"phase.{limit.name}.{who}"), 16) % limit.seconds if limit.spread else 0


def _digest(text: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]
