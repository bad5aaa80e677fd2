"""Wagtail's own signals: the end of an approval sets the deliveries going."""

from typing import Any

from wagtail.models import Revision, TaskState
from wagtail.signals import published, unpublished

from campaigns import services
from campaigns.models import Post


def on_published(sender: Any, instance: Post, revision: Revision, **kwargs: Any) -> None:
    """Inside the transaction of the approval: no plan, no approval."""
    yes = TaskState.objects.filter(revision=revision, status=TaskState.STATUS_APPROVED)
    last = yes.select_related("finished_by").order_by("finished_at").last()
    services.plan(revision=revision, by=last.finished_by if last else None)


def on_unpublished(sender: Any, instance: Post, **kwargs: Any) -> None:
    services.cancel(post=instance)


def connect() -> None:
    published.connect(on_published, sender=Post, dispatch_uid="campaigns.plan")
    unpublished.connect(on_unpublished, sender=Post, dispatch_uid="campaigns.cancel")
