"""Money and form fields in templates."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from brand import figures
from donations import donor_words, money
from donations.forms import GiftForm
from donations.models import Donation
from donations.treasury import troubles
from donations.treasury.report_tables import Cell

register = template.Library()


@register.filter
def euros(cents: int) -> str:
    """12480_00 → `12.480 €`."""
    return figures.euros(cents)


@register.filter
def cents(amount: int) -> str:
    """For accounts, cents always: 50_00 → `50,00 €`."""
    return figures.euros(amount, always_cents=True)


@register.filter
def plain(amount: int) -> str:
    """As it is typed: 50_00 → `50`, 25_50 → `25,50`."""
    return money.plain(amount)


@register.filter
def state_for_donors(gift: Donation) -> str:
    """How it stands, in her words."""
    return donor_words.state_of(gift)


@register.filter
def dispute_reason(reason: str) -> str:
    """Why a bank contests a payment, in words."""
    return troubles.dispute(reason)


@register.filter
def fraud_kind(kind: str) -> str:
    """What a bank believes a payment to be, in words."""
    return troubles.fraud(kind)


@register.simple_tag
def figure_cells(cells: Iterable[Cell]) -> SafeString:
    """The figures of a report's row. A report by day has thousands of them: a loop in the template
    takes ten times as long."""
    drawn = (
        f'<td data-l="{escape(str(cell.label))}" class="sp-num">{escape(cell.text)}</td>'
        for cell in cells
    )
    return mark_safe("".join(drawn))  # noqa: S308  escaped


@register.inclusion_tag("donations/parts/own.html")
def own(form: GiftForm, what: str, *, total: bool = False) -> dict[str, Any]:
    """`what` (amount, costs, total) of the free amount and of the pieces, where it is known: else
    words, until `sum.js` knows it."""
    words = _("in the next step") if total or what == "total" else _("your amount")
    words = form.covering.rule if what == "costs" else words
    choices = {"libero": form.own_choice} | ({"pezzi": form.pieces_choice} if form.counted else {})
    return {
        "places": [
            (id, cents(getattr(choice, what)) if choice else words)
            for id, choice in choices.items()
        ],
        "what": what,
        "words": words,
    }


@register.inclusion_tag("donations/parts/field.html")
def field(
    bound: BoundField, *, help: str = "", optional: bool = False, wide: bool = False, **attrs: str
) -> dict[str, Any]:
    """One field with label, error and help tied to it. Keyword `inputmode`, `autocomplete` … go
    onto the input."""
    described = []
    if bound.errors:
        described.append(f"{bound.html_name}-e")
    if help:
        described.append(f"{bound.html_name}-a")
    extra: dict[str, Any] = {"id": bound.html_name, **attrs}
    if described:
        extra["aria-describedby"] = " ".join(described)
    if bound.errors:
        extra["aria-invalid"] = "true"
    if bound.field.required:
        extra["required"] = True
    widget = bound.as_widget(attrs=extra)
    return {"bound": bound, "widget": widget, "help": help, "optional": optional, "wide": wide}
