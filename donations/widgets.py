"""A long list as a form shows it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """As Django's own, without groups, but not each of its options by a template: the 250 countries were
    half of what the gift form cost to draw."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        own = self.build_attrs(self.attrs, dict(attrs or {}))
        choices = tuple((str(code), str(name)) for code, name in self.choices)
        options = _options(choices, str(value or ""))
        return format_html("<select{}>{}</select>", flatatt({"name": name, **own}), options)


@lru_cache(maxsize=32)  # languages, and the countries that people come from
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, SafeString(" selected") if code == chosen else "", name) for code, name in choices),
    )
