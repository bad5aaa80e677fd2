"""Wagtail's own signals: what changes a page changes the stamp that keys the cached pages."""

from typing import Any

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from attribution.services import bump
from brand.models import BrandSettings, LegalSettings
from campaigns.models import Campaign
from cms.tasks import warm
from donations.models import Fund
from outbox.bell import Bell

bell = Bell(warm)


def connect() -> None:
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(changed, dispatch_uid="cms.changed")
    page_published.connect(published, dispatch_uid="cms.warm")
    for model in shown():
        for signal in (post_save, post_delete):
            signal.connect(changed, sender=model, dispatch_uid=f"cms.changed.{model.__name__}")


def shown() -> tuple[type[Model], ...]:
    """What pages show besides themselves, and what decides who may see them. A redirect is not
    among them: it answers only where there is no page, and that answer is never kept.
    """
    uploads = get_image_model(), get_document_model()
    return (BrandSettings, LegalSettings, Campaign, Fund, PageViewRestriction, Site, *uploads)


def published(instance: Page, **kwargs: Any) -> None:
    # a broker that is down costs a slow first visit, not the publication
    bell.ring(instance.pk)


def changed(**kwargs: Any) -> None:
    bump()
