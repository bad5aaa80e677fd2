"""A campaign begins with its source. Wagtail's own signals: the end of an approval sets the
deliveries going, its steps write mails."""

from collections.abc import Callable
from typing import Any

from django.db.models.signals import post_save
from wagtail.admin import signal_handlers as wagtails
from wagtail.admin.mail import Notifier
from wagtail.models import Revision, TaskState, WorkflowState
from wagtail.signals import (
    published,
    task_submitted,
    unpublished,
    workflow_approved,
    workflow_rejected,
    workflow_submitted,
)

from campaigns import services
from campaigns.models import Campaign, Post


def on_campaign_saved(sender: Any, instance: Campaign, raw: bool = False, **kwargs: Any) -> None:
    """Gifts can be credited to it before its first post, and under its name of now."""
    if not raw:
        services.campaign_source(campaign=instance)


def on_published(sender: Any, instance: Post, revision: Revision, **kwargs: Any) -> None:
    """Inside the transaction of the approval: no plan, no approval."""
    yes = TaskState.objects.filter(revision=revision, status=TaskState.STATUS_APPROVED)
    last = yes.select_related("finished_by").order_by("finished_at").last()
    services.plan(revision=revision, by=last.finished_by if last else None)


def on_unpublished(sender: Any, instance: Post, **kwargs: Any) -> None:
    services.cancel(post=instance)


MAILS: tuple[tuple[Any, Any, Notifier, str, str], ...] = (
    (
        task_submitted,
        TaskState,
        wagtails.task_submission_email_notifier,
        "group_approval_task_submitted_email_notification",
        "asked",
    ),
    (
        workflow_submitted,
        WorkflowState,
        wagtails.workflow_submission_email_notifier,
        "workflow_state_submitted_email_notification",
        "asked",
    ),
    (
        workflow_approved,
        WorkflowState,
        wagtails.workflow_approval_email_notifier,
        "workflow_state_approved_email_notification",
        "yes",
    ),
    (
        workflow_rejected,
        WorkflowState,
        wagtails.workflow_rejection_email_notifier,
        "workflow_state_rejected_email_notification",
        "change",
    ),
)


def mails_for(notifier: Notifier, kind: str) -> Callable[..., None]:
    """Wagtail's words are about pages: a post's mails have their own, and go to those whom Wagtail
    would have told; for everything else its notifier stays."""

    def notify(sender: Any, instance: Any, user: Any = None, **kwargs: Any) -> None:
        task = instance if isinstance(instance, TaskState) else instance.current_task_state
        post = task.workflow_state.content_object if task else None
        if not isinstance(post, Post):
            notifier(instance=instance, sender=sender, user=user, **kwargs)
        elif notifier.can_handle(instance, user=user):
            people = notifier.get_valid_recipients(instance, user=user)
            services.tell(kind=kind, post=post, task=task.specific, people=people, by=user)

    return notify


def connect() -> None:
    post_save.connect(on_campaign_saved, sender=Campaign, dispatch_uid="campaigns.source")
    published.connect(on_published, sender=Post, dispatch_uid="campaigns.plan")
    unpublished.connect(on_unpublished, sender=Post, dispatch_uid="campaigns.cancel")
    for signal, sender, notifier, uid, kind in MAILS:
        # under Wagtail's own id: whichever of us comes first, there is only ours in the end
        signal.disconnect(sender=sender, dispatch_uid=uid)
        signal.connect(mails_for(notifier, kind), sender=sender, dispatch_uid=uid, weak=False)
