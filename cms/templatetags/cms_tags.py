"""What the pages' templates need: crumbs, JSON-LD."""

import json
from typing import Any

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from brand.models import BrandSettings, LegalSettings

register = template.Library()
# what would end a script element inside it (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements)
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def crumbs(page: Any) -> list[Any]:
    return list(page.get_ancestors().filter(depth__gt=1).live()) if page.pk else []


@register.simple_tag(takes_context=True)
def json_ld(context: dict[str, Any], page: Any) -> SafeString:
    """The organisation, and an article's own data (https://schema.org)."""
    request = context.get("request")
    brand = BrandSettings.load(request_or_site=request)
    legal = LegalSettings.load(request_or_site=request)
    body = {
        "@type": "NGO",
        "@id": f"{settings.SITE_URL}/#ente",
        "name": legal.body or brand.name,
        "url": settings.SITE_URL,
        "email": brand.email,
        "sameAs": [profile.url for profile in brand.social],
        "potentialAction": {"@type": "DonateAction", "target": f"{settings.SITE_URL}/dona/"},
    }
    graph = [{k: v for k, v in body.items() if v}]
    if hasattr(page, "minutes"):
        graph.append(
            {
                "@type": "NewsArticle",
                "headline": page.title,
                "datePublished": page.date.isoformat(),
                "description": page.description,
                "url": page.full_url,
                "publisher": {"@id": body["@id"]},
            }
        )
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308
