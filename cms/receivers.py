"""Wagtail's own signals: what changes a page changes the stamp that keys the cached pages."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished

from attribution.services import bump
from brand.models import BrandSettings, LegalSettings
from campaigns.models import Campaign
from cms.tasks import warm


def connect() -> None:
    for signal in (page_published, page_unpublished, page_slug_changed):
        signal.connect(changed, dispatch_uid="cms.changed")
    page_published.connect(published, dispatch_uid="cms.warm")
    for model in (BrandSettings, LegalSettings, Campaign):
        post_save.connect(changed, sender=model, dispatch_uid=f"cms.changed.{model.__name__}")


def published(instance: Page, **kwargs: Any) -> None:
    def ring() -> None:
        warm.delay(instance.pk)

    # a broker that is down costs a slow first visit, not the publication
    transaction.on_commit(ring, robust=True)


def changed(**kwargs: Any) -> None:
    bump()
