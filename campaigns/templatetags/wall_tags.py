"""The words of the wall's entries, with the addresses one can click."""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from campaigns.channels.text import links

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
