"""What the pages' templates need: crumbs, JSON-LD."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from brand import linked_data

register = template.Library()


@register.simple_tag
def crumbs(page: Any) -> list[Any]:
    return list(page.get_ancestors().filter(depth__gt=1).live()) if page.pk else []


@register.simple_tag(takes_context=True)
def json_ld(context: dict[str, Any], page: Any) -> SafeString:
    """The organisation, and an article's own data (https://schema.org)."""
    graph = [linked_data.body(context.get("request"))]
    if hasattr(page, "minutes"):
        graph.append(
            {
                "@type": "NewsArticle",
                "headline": page.title,
                "datePublished": page.date.isoformat(),
                "description": page.description,
                "url": page.full_url,
                "publisher": linked_data.body_name(),
            }
        )
    return linked_data.script(graph)
