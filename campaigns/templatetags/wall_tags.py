"""The wall in a page: the entries, and their words with the addresses one can click."""

from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from campaigns.channels.text import links
from campaigns.models import Campaign, WallEntry

register = template.Library()


@register.filter
def linked(text: str) -> SafeString:
    """The text, escaped, line breaks kept, addresses clickable and shown without https://."""
    pieces, end = [], 0
    for link in links(text):
        pieces.append(escape(text[end : link.start]))
        shown = link.value.split("://", 1)[1]
        pieces.append(format_html('<a href="{}">{}</a>', link.value, shown))
        end = link.end
    pieces.append(escape(text[end:]))
    return mark_safe("".join(pieces).replace("\n", "<br>"))  # noqa: S308  escaped above


@register.inclusion_tag("campaigns/parts/wall.html")
def wall(campaign: Campaign | None = None, limit: int = 9) -> dict[str, Any]:
    """The newest entries, of one campaign or of all."""
    entries = WallEntry.objects.shown()
    return {"entries": (entries.filter(campaign=campaign) if campaign else entries)[:limit]}
