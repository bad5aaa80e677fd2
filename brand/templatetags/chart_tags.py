"""Charts drawn by the server: no script, no style of their own, the table stands beside them."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()
WIDTH, HEIGHT = 720, 180
CHART = (
    '<svg class="sp-columns" viewBox="0 0 {} {}" role="img" aria-labelledby="{id} {id}-d">'
    '<title id="{id}">{}</title><desc id="{id}-d">{}</desc>{}<path d="M0 {}H{}"/></svg>'
)
COLUMN = '<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>'


@register.simple_tag
def columns(
    points: Sequence[tuple[int, int | None]], title: str, words: str = "", id: str = "chart"
) -> SafeString:
    """One column a point, the year before beside it where there is one; below zero they hang."""
    values = [value for pair in points for value in pair if value is not None]
    top, low = max([0, *values]), min([0, *values])
    scale = HEIGHT / ((top - low) or 1)
    ground = top * scale
    step = WIDTH / max(1, len(points))
    pairs = any(before is not None for _now, before in points)
    wide = step * (0.4 if pairs else 0.8)
    drawn = []
    for place, (now, before) in enumerate(points):
        left = place * step + step * 0.1
        if before is not None:
            drawn.append(_column(left, before, wide, scale, ground, "before"))
        drawn.append(_column(left + (wide if pairs else 0), now, wide, scale, ground, "now"))
    rects = format_html_join("", COLUMN, drawn)
    floor = f"{ground:.1f}"
    return format_html(CHART, WIDTH, HEIGHT, title, words, rects, floor, WIDTH, id=id)


def _column(
    left: float, value: int, wide: float, scale: float, ground: float, kind: str
) -> tuple[str, ...]:
    tall = abs(value) * scale
    top = ground - tall if value > 0 else ground
    return *(f"{number:.1f}" for number in (left, top, wide, tall)), kind
