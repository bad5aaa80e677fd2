from datetime import date

import pytest
from django.utils import translation

from brand import figures
from brand.templatetags.staff_tags import bar, euro, spell, spell_first


@pytest.mark.parametrize(
    ("cents", "italian"),
    [
        (0, "0\u00a0€"),
        (35, "0,35\u00a0€"),
        (2500, "25\u00a0€"),
        (124000, "1.240\u00a0€"),
        (124050, "1.240,50\u00a0€"),
        (-35, "−0,35\u00a0€"),
        (123456789, "1.234.567,89\u00a0€"),
    ],
)
def test_cents_as_italians_write_them(cents, italian):
    with translation.override("it"):
        assert euro(cents) == italian


@pytest.mark.parametrize(
    ("cents", "whole", "full"),
    [(2500, "€25", "€25.00"), (124050, "€1,240.50", "€1,240.50"), (-35, "−€0.35", "−€0.35")],
)
def test_cents_as_the_english_write_them(cents, whole, full):
    with translation.override("en"):
        assert (euro(cents), figures.euros(cents, always_cents=True)) == (whole, full)


def test_italian_months_are_small():
    with translation.override("it"):
        assert spell(date(2026, 10, 4), "l j F") == "domenica 4 ottobre"
        assert spell_first(date(2026, 10, 4), "l j F") == "Domenica 4 ottobre"
    with translation.override("en"):
        assert spell(date(2026, 10, 4), "l j F") == "Sunday 4 October"


@pytest.mark.parametrize(("given", "width"), [(-5, 0), (56, 56), (140, 100), (None, 0)])
def test_a_bar_stays_inside(given, width):
    assert f'<rect width="{width}" height="10" rx="1"/></svg>' in bar(given)
