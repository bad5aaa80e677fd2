"""Amounts that a page of the site offers in words of its own. Its address carries a key and no words:
whoever keeps the pages says what stands behind it. From the form on they travel sealed: what a donor
has read stays what she chooses from, though the page is edited meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core import signing

from brand.bilingual import Words
from donations.form_tokens import TOKEN_AGE


@dataclass(frozen=True)
class Offer:
    """Cents, and what they make possible."""

    cents: int
    meant: Words


Amounts = list[Offer]
KEY = 40  # characters at most
SEALED = 8000  # characters at most: six amounts in any letters, twice
SALT = "donations.offered"

_keepers: list[Callable[[str], Amounts]] = []


def kept_by(keeper: Callable[[str], Amounts]) -> None:
    """Asked for what stands behind a key; it knows none: no amounts."""
    _keepers.append(keeper)


def behind(key: str) -> Amounts:
    return next((rows for keeper in _keepers if key and (rows := keeper(key))), [])


def sealed(rows: Amounts) -> str:
    """Empty where there are none."""
    said = [[row.cents, row.meant.own, row.meant.english] for row in rows]
    return signing.dumps(said, salt=SALT, compress=True) if said else ""


def shown(text: str) -> Amounts:
    """What stands behind a page's key, or what a form of ours carries for as long as it may be sent."""
    try:
        said = signing.loads(text, salt=SALT, max_age=TOKEN_AGE)
    except signing.BadSignature:
        return behind(text)
    return [Offer(cents, Words(own, english)) for cents, own, english in said]
