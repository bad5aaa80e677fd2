"""Pages are rendered once after their publication, so that no visitor waits for their pictures."""

import logging

from wagtail.models import Page

from cms import share
from cms.models.base import SitePage

log = logging.getLogger("segnopiu.warm")


def page(page_id: int) -> None:
    """Makes what a page shows and keeps: the sizes of its pictures, the card it is shared with."""
    found = Page.objects.live().filter(pk=page_id).first()
    if found:
        specific = found.specific
        specific.make_preview_request()
        if isinstance(specific, SitePage):
            share.card_of(specific)  # a preview has none


def everything() -> None:
    """A page that cannot be shown yet is no reason to stop: its first visitor makes the rest."""
    for page_id in Page.objects.live().filter(depth__gt=1).values_list("pk", flat=True):
        try:
            page(page_id)
        except Exception as problem:
            log.warning("not_warmed", extra={"page": page_id, "why": type(problem).__name__})
