"""Small parts of the staff's screens."""

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

BAR = (
    '<svg class="sp-bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
    '<rect width="100" height="10" rx="1"/><rect width="{}" height="10" rx="1"{}/></svg>'
)


@register.filter
def euro(cents: int) -> str:
    """Cents as people write them: 1.240 €, 0,35 €, −12,50 €. Nothing is rounded."""
    whole, rest = divmod(abs(int(cents or 0)), 100)
    sign = "−" if int(cents or 0) < 0 else ""
    text = number_format(whole, use_l10n=True, force_grouping=True)
    if rest:
        text = f"{text}{number_format('0.1', use_l10n=True)[1]}{rest:02d}"
    return f"{sign}{text}\u00a0€"


@register.simple_tag
def bar(percent: float, tone: str = "", fill: str = "") -> SafeString:
    """A bar whose length is an attribute, since a style would fall foul of a strict policy."""
    width = max(0, min(100, int(percent or 0)))
    return format_html(BAR, tone, width, format_html(' data-fill="{}"', fill) if fill else "")


@register.inclusion_tag("brand/admin/state.html")
def sp_state(look: object, label: str = "", pill: bool = True) -> dict[str, object]:
    """A state: `look` has `tone`, `icon` and `label`; another label may stand in its place."""
    return {"look": look, "label": label, "pill": pill}
