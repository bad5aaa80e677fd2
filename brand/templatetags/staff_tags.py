"""Small parts of the staff's screens."""

from datetime import date
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localdate

from brand.templatetags.brand_tags import euro, spell

register = template.Library()
register.filter("euro", euro)
register.filter("spell", spell)

BAR = (
    '<svg class="sp-bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
    '<rect width="100" height="10" rx="1"/><rect width="{}" height="10" rx="1"{}/></svg>'
)


@register.filter
def spell_first(value: Any, pattern: str) -> str:
    """The same at the beginning of a sentence."""
    return capfirst(spell(value, pattern))


@register.simple_tag
def today() -> date:
    return localdate()


@register.simple_tag
def bar(percent: float, tone: str = "", fill: str = "") -> SafeString:
    """A bar whose length is an attribute, since a style would fall foul of a strict policy."""
    width = max(0, min(100, int(percent or 0)))
    return format_html(BAR, tone, width, format_html(' data-fill="{}"', fill) if fill else "")


@register.inclusion_tag("brand/admin/state.html")
def sp_state(look: object, label: str = "", pill: bool = True) -> dict[str, object]:
    """A state: `look` has `tone`, `icon` and `label`; another label may stand in its place."""
    return {"look": look, "label": label, "pill": pill}
