"""Every pair of colours that meets on a page can be read, whatever two a territory takes."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from brand.colour import contrast
from brand.models import BrandSettings
from brand.palette import CHOSEN, PAIRS, THEMES, Palette, clashes, sheet


@pytest.mark.parametrize("two", [("#ffd21f", "#17150f"), ("#a8e6b0", "#0a3a2b")])
def test_ours_and_another_bright_pair_pass_in_light_and_dark(two):
    assert clashes(*two) == []


def test_the_dark_block_of_the_sheet_is_read():
    dark = sheet("dark")
    assert dark["bg"] == "#12110c" and dark["err"] != sheet("light")["err"]
    assert {pair[0] for pair in PAIRS} | {pair[1] for pair in PAIRS} <= {*dark, *CHOSEN}


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_akin_to_the_colours_is_derived_from_them(theme):
    green = Palette("#a8e6b0", "#0a3a2b", theme)
    for token in ("giallo-forte", "giallo-chiaro", "lume-bg", "sole-dim"):
        red, full, blue = (int(green.colour(token)[at : at + 2], 16) for at in (1, 3, 5))
        assert full > red and full > blue, token  # as green as what was chosen


def test_the_dark_theme_counts_too():
    # by day white ink is read on this violet; by night violet is itself the writing, on black
    by_night = Palette("#5a2ca0", "#ffffff", "dark")
    assert ("#5a2ca0", "#12110c") in {(clash.one, clash.other) for clash in by_night.clashes()}


@pytest.mark.parametrize(
    ("yellow", "ink", "field", "where"),
    [
        ("#807010", "#333333", "yellow", "fasce colorate"),
        ("#ffd21f", "#8a8a8a", "ink", "fasce colorate"),
    ],
)
def test_colours_too_close_are_named_with_the_place_where_they_meet(yellow, ink, field, where):
    with pytest.raises(ValidationError) as caught:
        BrandSettings(yellow=yellow, ink=ink).clean()
    sentences = caught.value.message_dict[field]
    assert len(sentences) == len(set(sentences))
    assert any(where in sentence and ink in sentence for sentence in sentences), sentences
    for sentence in sentences:
        one, other = re.findall(r"#[0-9a-f]{6}", sentence)
        said = float(re.search(r"contrasto è ([\d.]+)", sentence)[1])
        assert contrast(one, other) == pytest.approx(said, abs=0.1)


@pytest.mark.django_db
def test_the_settings_form_says_so_and_keeps_what_was_typed(admin_client: Client):
    address = reverse(
        "wagtailsettings:edit", args=["brand", "brandsettings", BrandSettings.load().pk]
    )
    typed = {
        "name": "Val Verde", "claim": "una valle verde", "yellow": "#807010", "ink": "#333333",
        "profiles-TOTAL_FORMS": 0, "profiles-INITIAL_FORMS": 0,
    }  # fmt: skip
    page = admin_client.post(address, typed).content.decode()
    assert "si confondono: le parole sulle fasce colorate" in page
    for value in ("Val Verde", "una valle verde", "#807010", "#333333"):
        assert f'value="{value}"' in page
    assert BrandSettings.load().name != "Val Verde"
