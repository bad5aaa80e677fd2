"""The site's own wall: a post is on it when its row is."""

from django.conf import settings

from campaigns.channels.wall import Wall
from campaigns.models import Delivery, WallEntry


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
        delivery.remote_url = f"{settings.SITE_URL}{entry.get_absolute_url()}"
        Delivery.objects.filter(pk=delivery.pk).update(remote_url=delivery.remote_url)
    return entry
