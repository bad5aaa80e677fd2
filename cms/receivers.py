"""Wagtail's own signals: what changes a page changes the stamp that keys the cached pages."""

from typing import Any

from django.db.models.signals import post_save
from wagtail.signals import page_published, page_slug_changed, page_unpublished

from attribution.services import bump
from brand.models import BrandSettings, LegalSettings


def connect() -> None:
    for signal in (page_published, page_unpublished, page_slug_changed):
        signal.connect(changed, dispatch_uid="cms.changed")
    for model in (BrandSettings, LegalSettings):
        post_save.connect(changed, sender=model, dispatch_uid=f"cms.changed.{model.__name__}")


def changed(**kwargs: Any) -> None:
    bump()
