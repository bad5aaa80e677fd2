"""How often one address may start a gift: card testers try thousands of cards from one place."""

import hashlib
import logging
from dataclasses import dataclass
from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """At most `times` in each window of `seconds`."""

    name: str
    times: int
    seconds: int


BY_ADDRESS = Limit("address", 20, 600)
BY_MAIL = Limit("mail", 10, 3600)


def address_of(request: HttpRequest) -> str:
    """The visitor's address; behind our own proxy, the one the proxy saw."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def allowed(limit: Limit, who: str) -> bool:
    """Counts one more try of `who` (kept as a digest) and says whether it may go on.

    The window's number stands in the key, since some caches forget at a count how long to keep it.
    A cache that is down stops nobody: giving goes on.
    """
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{who}".encode()).hexdigest()[:32]
    key = f"donations.{limit.name}.{int(time()) // limit.seconds}.{digest}"
    try:
        if cache.add(key, 1, limit.seconds):
            return True
        tries = cache.incr(key)
        cache.touch(key, limit.seconds)
    except Exception as error:  # every cache has errors of its own
        log.warning("tries are not counted", extra={"reason": type(error).__name__})
        return True
    return tries <= limit.times
