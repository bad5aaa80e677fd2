"""Parts of the campaign screens."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from campaigns.admin import preview
from campaigns.admin.states import delivery_look, monogram
from campaigns.channels import registry
from campaigns.models import Delivery, Post

register = template.Library()


def _name(channel: str) -> str:
    return str(registry.channel(channel).label) if channel in registry.CHANNELS else channel


@register.simple_tag
def network(channel: str, big: bool = False) -> SafeString:
    """Two letters, with the network's whole name for those who hear the page."""
    return format_html(
        '<span class="sp-net{}" title="{}"><span aria-hidden="true">{}</span>'
        '<span class="w-sr-only">{}</span></span>',
        " sp-net--lg" if big else "",
        _name(channel),
        monogram(channel),
        _name(channel),
    )


@register.simple_tag
def networks(post: Any) -> SafeString:
    """The networks of a post from `with_looks`; the one that needs somebody carries the diamond."""
    badges = [_badge(row) for row in post.deliveries.all()]
    badges = badges or [network(channel) for channel in post.meant]
    return format_html(
        '<span class="sp-nets">{}</span>',
        format_html_join("", "{}", ((badge,) for badge in badges)),
    )


def _badge(delivery: Delivery) -> SafeString:
    look = delivery_look(delivery)
    channel = delivery.account.channel
    if look.tone != "bad":
        return network(channel)
    return format_html(
        '<span class="sp-net sp-net--bad" title="{}"><span aria-hidden="true">{}</span>'
        '<svg class="icon icon-{}" aria-hidden="true"><use href="#icon-{}"></use></svg>'
        '<span class="w-sr-only">{}, {}</span></span>',
        _name(channel),
        monogram(channel),
        look.icon,
        look.icon,
        _name(channel),
        look.label,
    )


@register.simple_tag
def previews(post: Post, mode: str = "") -> list[preview.Shown]:
    return preview.shown(post, mode)
