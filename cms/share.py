"""The card a page is shared with, drawn once by `media`."""

import logging
from typing import Any

from brand.models import BrandSettings
from cms import cache
from media.cards import CardSpec
from media.models import StoredCard
from media.services import photo_of, share_card

log = logging.getLogger("segnopiu.share")


def brand(request: Any = None) -> dict[str, str]:
    """The installation's name and colours, for every specification."""
    return BrandSettings.load(request_or_site=request).on_cards  # type: ignore[no-any-return]


def page_spec(page: Any, request: Any = None) -> CardSpec:
    common: dict[str, Any] = {"headline": page.seo_title or page.title, **brand(request)}
    if page.picture:
        return CardSpec(kind="photo", photo=photo_of(page.picture), **common)
    return CardSpec(kind="statement", **common)


def card_of(page: Any, request: Any = None) -> StoredCard | None:
    """None when no card fits: a page is never down for its card."""
    try:
        spec = page.share_spec(request)
    except (OSError, ValueError) as problem:
        log.warning("no_card", extra={"page": page.pk, "why": type(problem).__name__})
        return None
    found: StoredCard | None = cache.part(f"card:{spec.digest()}", lambda: share_card(spec))
    return found
