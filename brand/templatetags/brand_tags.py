"""Figures as the reader's language writes them, the menu, the thermometer, what a page says to machines."""

import re
from typing import Any
from urllib.parse import urljoin

from django import template
from django.conf import settings
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.models import Site

from brand import figures
from brand.bilingual import Words
from brand.linked_data import Node, body, script
from brand.models import BrandSettings

register = template.Library()
A_SUM = re.compile(r"\d[\d.]*(?:,\d\d)?[ \u00a0]€|€\d+(?:,\d{3})*(?:\.\d\d)?")
LOCALES = {"it": "it_IT", "en": "en_GB"}  # as Open Graph names them


@register.filter
def euro(cents: int | None) -> str:
    """1248000 → `12.480 €`; cents are shown only where there are any: 2550 → `25,50 €`."""
    return "" if cents is None else figures.euros(cents)


@register.filter
def sums(words: str) -> SafeString:
    """Sums of money in running text, in the face of the figures: the text's zero is slashed."""
    return mark_safe(A_SUM.sub(r'<span class="num">\g<0></span>', conditional_escape(words)))  # noqa: S308  escaped


@register.filter
def marked(words: Words) -> SafeString:
    """What staff wrote, marked where it is not in the language of the page."""
    if words.mark:
        return format_html('<span lang="{}">{}</span>', words.mark, str(words))
    return conditional_escape(str(words))


@register.filter
def thousands(number: int) -> str:
    """48210 → `48.210`."""
    return figures.thousands(number)


@register.filter
def spell(value: Any, pattern: str) -> str:
    """A date in words; Italian writes months and weekdays small, Django does not."""
    if not value:
        return ""
    moment = localtime(value) if getattr(value, "tzinfo", None) else value
    words = date_format(moment, pattern)
    return words.lower() if (get_language() or "").startswith("it") else words


@register.inclusion_tag("brand/parts/thermometer.html")
def thermometer(raised: int, goal: int, css: str = "") -> dict[str, Any]:
    """`raised` and `goal` in cents. The bar stops at the goal, the words do not."""
    percent = round(100 * raised / goal) if goal else 0
    words = _("Raised %(raised)s of %(goal)s") % {"raised": euro(raised), "goal": euro(goal)}
    value = max(0, min(raised, goal))
    return {"value": value, "goal": goal, "percent": percent, "words": words, "css": css}


@register.inclusion_tag("brand/parts/share.html", takes_context=True)
def share(
    context: dict[str, Any],
    address: str,
    title: str,
    words: str,
    card: str = "",
    *,
    kind: str = "website",
    alt: str = "",
    width: int = 1200,
    height: int = 630,
) -> dict[str, Any]:
    """The address that counts, and what networks show of the page (https://ogp.me).

    `address` and `card` may be paths of this site; `width` and `height` are the card's pixels.
    """
    brand = BrandSettings.load(request_or_site=context.get("request"))
    return {
        "address": urljoin(settings.SITE_URL, address),
        "title": title,
        "words": words,
        "image": card and urljoin(settings.SITE_URL, card),
        "alt": alt or title,
        "width": width,
        "height": height,
        "kind": kind,
        "locale": LOCALES.get(get_language() or "", "it_IT"),
        "name": brand.name,
    }


@register.simple_tag(takes_context=True)
def about(context: dict[str, Any], node: Node) -> SafeString:
    """The body and, beside it, what this page is about."""
    return script([body(context.get("request")), node])


@register.simple_tag(takes_context=True)
def menu(context: dict[str, Any]) -> list[Any]:
    """The pages below the home page that are to stand in menus."""
    request = context.get("request")
    if request is None:
        return []
    if not hasattr(request, "menu_pages"):  # shown twice, for wide and for narrow screens
        site = Site.find_for_request(request)
        request.menu_pages = menu_pages(site) if site else []
    return list(request.menu_pages)


def menu_pages(site: Site) -> list[Any]:
    return list(site.root_page.get_children().live().in_menu())


@register.simple_tag(takes_context=True)
def is_here(context: dict[str, Any], page: Any) -> str:
    """`page` for the page itself, `true` for one above it, empty elsewhere."""
    current = context.get("page")
    path = getattr(current, "path", "")
    if not path.startswith(page.path):
        return ""
    return "page" if path == page.path else "true"
