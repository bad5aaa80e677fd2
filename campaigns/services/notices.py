"""Who is told what of an approval, by mail: composed in the same transaction, sent by the worker."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse
from wagtail.models import TaskState

import mail.services as mail
from campaigns.models import Post


def tell(*, kind: str, post: Post, task: TaskState, people: Iterable[Any], by: Any = None) -> None:
    """`kind`: asked, yes or change. One mail a person for each question and each answer to it."""
    shown: Post = post.get_latest_revision_as_object()
    moment = shown.moment
    context = {
        "post": shown,
        "title": str(shown),
        "who": (by.get_full_name() or by.get_username()) if by else "",
        "comment": task.get_comment() if kind == "change" else "",
        "when": moment.local.replace(tzinfo=None) if moment else None,
        "accounts": [account.name for account in shown.accounts.all()],
        "url": f"{settings.SITE_URL}{reverse('campaigns_posts:edit', args=[post.pk])}",
    }
    for person in people:
        mail.compose(
            key=f"post-{kind}:{task.pk}:{person.pk}",
            kind=f"post_{kind}",
            to=person.email,
            language=person.wagtail_userprofile.get_preferred_language(),
            template=f"campaigns/mail/post_{kind}",
            context=context,
        )
