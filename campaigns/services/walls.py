"""The site's own wall: a post is on it when its row is."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attribution.services import bump
from campaigns.channels.wall import Wall
from campaigns.errors import Refused
from campaigns.models import Delivery, DeliveryLog, Post, WallEntry


def show(*, delivery: Delivery) -> WallEntry | None:
    """Puts a published delivery of the wall on it, once. Inside the transaction that publishes."""
    if delivery.account.channel != Wall.key:
        return None
    assert delivery.published_at is not None
    payload = delivery.payload
    media = payload["media"][0] if payload["media"] else {}
    entry, made = WallEntry.objects.get_or_create(
        delivery=delivery,
        defaults={
            "campaign": delivery.post.campaign,
            "text": payload["text"],
            "link": payload["link"],
            "image_id": media["id"] if media.get("kind") == "image" else None,
            "card_id": media["id"] if media.get("kind") == "card" else None,
            "alt": media.get("alt", ""),
            "published_at": delivery.published_at,
        },
    )
    if made:
        delivery.remote_url = entry.get_absolute_url()  # a path: the site may move
        Delivery.objects.filter(pk=delivery.pk).update(remote_url=delivery.remote_url)
    return entry


@transaction.atomic
def take_down(*, post: Post, by: Any, why: str = "") -> int:
    """Off the wall and its feeds at once, kept in the history; how many entries it was.

    Raises Refused when nothing of the post is on the wall.
    """
    now = timezone.now()
    entries = WallEntry.objects.filter(delivery__post=post, taken_down_at__isnull=True)
    entries = entries.select_for_update(of=("self",)).select_related("delivery")
    taken = list(entries)
    if not taken:
        raise Refused(_("Nothing of this post is on the wall any more."))
    WallEntry.objects.filter(pk__in=[entry.pk for entry in taken]).update(taken_down_at=now)
    words = _("Taken off the wall: %(why)s") % {"why": why} if why else _("Taken off the wall.")
    DeliveryLog.objects.bulk_create(
        [entry.delivery.entry(entry.delivery.state, why=words, by=by) for entry in taken]
    )
    bump()
    return len(taken)
