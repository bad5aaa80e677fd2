"""What a page says to machines about the territory's body (https://schema.org), as JSON-LD."""

import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from brand.models import BrandSettings, LegalSettings

# what would end a script element inside it (https://html.spec.whatwg.org/#restrictions-for-contents-of-script-elements)
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}

Node = dict[str, Any]


def body_name() -> Node:
    """How other nodes name the body."""
    return {"@id": f"{settings.SITE_URL}/#ente"}


def body(request: Any = None) -> Node:
    brand = BrandSettings.load(request_or_site=request)
    legal = LegalSettings.load(request_or_site=request)
    node = {
        "@type": "NGO",
        **body_name(),
        "name": legal.body or brand.name,
        "url": settings.SITE_URL,
        "email": brand.email,
        "sameAs": [profile.url for profile in brand.social],
        "potentialAction": {"@type": "DonateAction", "target": f"{settings.SITE_URL}/dona/"},
    }
    return {name: value for name, value in node.items() if value}


def script(nodes: Iterable[Node]) -> SafeString:
    """The content of a script element of type application/ld+json."""
    text = json.dumps({"@context": "https://schema.org", "@graph": list(nodes)}, ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308
