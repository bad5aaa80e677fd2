"""The card a page is shared with, drawn once by `media`."""

import logging
from typing import Any

from brand.models import BrandSettings
from media.cards import CardProblem, CardSpec
from media.models import StoredCard
from media.services import photo_of, stored_card

log = logging.getLogger("segnopiu.share")


def page_spec(page: Any) -> CardSpec:
    brand = BrandSettings.load()
    common = {
        "headline": page.seo_title or page.title,
        "brand": brand.name,
        "ground": brand.yellow.lower(),
        "ink": brand.ink.lower(),
    }
    if page.picture:
        return CardSpec(kind="photo", photo=photo_of(page.picture), **common)
    return CardSpec(kind="statement", **common)


def card_of(page: Any) -> StoredCard | None:
    """None when no card fits: a page is never down for its card."""
    try:
        return stored_card(page.share_spec())
    except (CardProblem, OSError, ValueError) as problem:
        log.warning("no_card", extra={"page": page.pk, "why": type(problem).__name__})
        return None
