"""Amounts that a page of the site offers in words of its own. Its address carries a key and no words:
whoever keeps the pages says what stands behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from brand.bilingual import Words


@dataclass(frozen=True)
class Offer:
    """Cents, and what they make possible."""

    cents: int
    meant: Words


Amounts = list[Offer]
KEY = 40  # characters at most

_keepers: list[Callable[[str], Amounts]] = []


def kept_by(keeper: Callable[[str], Amounts]) -> None:
    """Asked for what stands behind a key; it knows none: no amounts."""
    _keepers.append(keeper)


def behind(key: str) -> Amounts:
    return next((rows for keeper in _keepers if key and (rows := keeper(key))), [])
