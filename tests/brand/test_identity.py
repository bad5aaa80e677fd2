"""Colours that can be read, numbers that are right, figures as Italians write them."""

import re

import pytest
from django.core.exceptions import ValidationError

from brand import figures
from brand.colour import contrast
from brand.models import BrandSettings, LegalSettings
from brand.templatetags.brand_tags import euro, sums, thermometer


def test_black_on_white_is_21_to_1():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffd21f", "#17150f") > 12


def test_colours_too_close_are_refused_with_what_to_do():
    with pytest.raises(ValidationError, match="contrast"):
        BrandSettings(yellow="#807010", ink="#333333").clean()


def test_our_own_colours_pass():
    BrandSettings().clean()


@pytest.mark.parametrize(
    ("field", "value"),
    [("fiscal_code", "12345678901"), ("vat_number", "1")],
)
@pytest.mark.django_db
def test_wrong_numbers_are_refused(field, value):
    with pytest.raises(ValidationError) as caught:
        LegalSettings(**{field: value}).full_clean()
    assert field in caught.value.message_dict


@pytest.mark.parametrize(
    ("cents", "whole", "full"),
    [
        (1248000, "12.480\u00a0€", "12.480,00\u00a0€"),
        (2550, "25,50\u00a0€", "25,50\u00a0€"),
        (-35, "\u22120,35\u00a0€", "\u22120,35\u00a0€"),
        (0, "0\u00a0€", "0,00\u00a0€"),
    ],
)
def test_euros(cents, whole, full):
    assert (euro(cents), figures.euros(cents, always_cents=True)) == (whole, full)


def test_no_sum_is_no_word():
    assert euro(None) == ""


def test_the_bar_stops_at_the_goal_and_the_words_do_not():
    shown = thermometer(300000, 200000)
    assert (shown["value"], shown["percent"]) == (200000, 150)


@pytest.mark.django_db
def test_an_unknown_page_stands_in_the_sites_own_look(client):
    response = client.get("/non-esiste/")
    assert response.status_code == 404
    page = response.content.decode()
    assert 'lang="it"' in page
    assert "Questa pagina non è nella somma" in page
    assert "style=" not in page


@pytest.mark.django_db
def test_own_colours_are_served(client):
    brand = BrandSettings.load()
    brand.yellow = "#ffcc00"
    brand.save()
    assert "--giallo:#ffcc00" in client.get("/brand.css").content.decode()


@pytest.mark.django_db
def test_the_foot_of_every_page_bears_the_numbers_of_the_body(client):
    legal = LegalSettings.load()
    legal.body, legal.fiscal_code = "Rete di Prova ETS", "99999990148"
    legal.save()
    assert "P. IVA" not in client.get("/non-esiste/").content.decode()
    legal.vat_number = "00743110157"
    legal.save()
    page = client.get("/non-esiste/").content.decode()
    assert "C.F. 99999990148" in page
    assert "P. IVA 00743110157" in page


def test_cards_carry_the_name_and_the_colours():
    ours = BrandSettings(name="segni positivi").on_cards
    assert ours == {"brand": "segni positivi", "ground": "#ffd21f", "ink": "#17150f"}
    theirs = BrandSettings(name="Val Verde", yellow="#A8E6B0", ink="#0A3A2B").on_cards
    assert (theirs["brand"], theirs["ground"], theirs["ink"]) == ("Val Verde", "#a8e6b0", "#0a3a2b")
    assert 1.2 < contrast(theirs["dim"], theirs["ink"]) < contrast(theirs["ground"], theirs["ink"])


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("da 2\u00a0€ in su", ["2\u00a0€"]),
        ("1.250,50 € su 20.000 €", ["1.250,50 €", "20.000 €"]),
        ("from €2, then €1,250.50.", ["€2", "€1,250.50"]),
        ("nel 2026, ore 10.42", []),
    ],
)
def test_sums_stand_in_the_face_of_the_figures(words, found):
    assert re.findall(r'<span class="num">(.*?)</span>', sums(words)) == found


def test_words_around_a_sum_stay_words():
    assert sums("<b>5 €</b>") == '&lt;b&gt;<span class="num">5 €</span>&lt;/b&gt;'
