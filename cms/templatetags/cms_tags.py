"""What the pages' templates need: crumbs, JSON-LD."""

from typing import Any
from urllib.parse import urljoin

from django import template
from django.conf import settings
from django.utils.safestring import SafeString

from brand import linked_data

register = template.Library()


@register.simple_tag
def crumbs(page: Any) -> list[Any]:
    return list(page.get_ancestors().filter(depth__gt=1).live()) if page.pk else []


@register.simple_tag(takes_context=True)
def json_ld(context: dict[str, Any], page: Any) -> SafeString:
    """The organisation, and what the page says of itself."""
    card = context.get("card")
    image = urljoin(settings.SITE_URL, card.url) if card else ""
    nodes = [linked_data.body(context.get("request")), page.described(image)]
    return linked_data.script(node for node in nodes if node)
