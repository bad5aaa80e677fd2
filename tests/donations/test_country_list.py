"""The list of countries that is drawn at once says what Django's own says."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test.html import parse_html
from django.utils.translation import override

from donations import countries
from donations.fields import CountryField
from donations.widgets import LongSelect


def drawn(widget: type[forms.Select], chosen: str) -> str:
    class Address(forms.Form):
        paese = forms.ChoiceField(choices=countries.choices, required=False, widget=widget)

    told: dict[str, str | bool] = {"id": "paese", "aria-invalid": "true", "required": True}
    return Address(initial={"paese": chosen})["paese"].as_widget(attrs=told)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("chosen", ["IT", "CH", "", 'x"><script>'])
def test_it_is_the_same_list(language: str, chosen: str) -> None:
    with override(language):
        ours, theirs = drawn(LongSelect, chosen), drawn(forms.Select, chosen)
        assert parse_html(ours) == parse_html(theirs)
        assert ours.count(" selected") == (chosen in ("IT", "CH"))
        assert ("Svizzera" in ours) == (language == "it")


@pytest.mark.parametrize(
    "code, good", [("IT", True), ("CH", True), ("", True), ("it", False), ("XX", False)]
)
def test_only_a_country_of_the_list_is_taken(code: str, good: bool) -> None:
    field = CountryField(required=False)
    assert (code in {"", *dict(countries.choices())}) == good
    try:
        assert field.clean(code) == code and good
    except ValidationError:
        assert not good
