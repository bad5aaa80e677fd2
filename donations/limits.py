"""How often one address may start a gift: card testers try thousands of cards from one place."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """At most `times` in `seconds`, counted from the first."""

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
    """Counts one more try of `who` (kept as a digest) and says whether it may go on."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY}{who}".encode()).hexdigest()[:32]
    key = f"donations.{limit.name}.{digest}"
    if cache.add(key, 1, limit.seconds):
        return True
    try:
        return cache.incr(key) <= limit.times
    except ValueError:  # it ran out between the two calls
        return cache.add(key, 1, limit.seconds) or True
