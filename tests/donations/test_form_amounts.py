"""Amounts as people type them."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from brand.figures import euros
from donations.money import MAXIMUM, MINIMUM, BadAmount, Limits, plain
from donations.money import parse_amount as parsed


def parse_amount(typed: str) -> int:
    return parsed(typed, Limits())


READ = [
    ("25", 25_00),
    ("25,50", 25_50),
    ("25.50", 25_50),
    ("25,5", 25_50),
    ("1.000", 1_000_00),
    ("1 000 €", 1_000_00),
    ("1\u202f000,00", 1_000_00),
    ("1.234,56", 1_234_56),
    ("€ 50", 50_00),
    ("50 euro", 50_00),
    ("  50EUR ", 50_00),
    ("2", MINIMUM),
    ("10000", MAXIMUM),
]
REFUSED = {
    "Scrivi la cifra": ["", "   "],
    "sotto zero": ["-5", "−5 €", "- 5"],
    "Si parte da 2": ["0", "1", "1,99", "0.01"],
    "Qui arriviamo a 10.000": ["10000,01", "50.000", "999999999999"],
    "solo euro": ["$20", "20 CHF", "20 usd", "£5", "5 dollari"],
    "Non capiamo": [
        "1e3", "venti", "1,000", "25.", "25,", "1.00.0", "١٢", "5 0", "1.0000", "inf", "nan",
        "0x10", "+5", "25,50,1", "1,234.5", "9" * 30, "<b>5</b>", "1_000", "½",
    ],
}  # fmt: skip


@pytest.mark.parametrize(("typed", "cents"), READ)
def test_amounts_as_italians_write_them(typed: str, cents: int) -> None:
    assert parse_amount(typed) == cents


@pytest.mark.parametrize(
    ("typed", "sentence"), [(typed, why) for why, many in REFUSED.items() for typed in many]
)
def test_what_is_no_amount_is_refused_with_a_sentence(typed: str, sentence: str) -> None:
    with translation.override("it"), pytest.raises(BadAmount) as caught:
        parse_amount(typed)
    assert sentence in str(caught.value).replace("\u00a0", " ")


@given(st.integers(MINIMUM, MAXIMUM))
def test_what_we_write_we_read_again(cents: int) -> None:
    assert parse_amount(plain(cents)) == cents
    assert parse_amount(euros(cents)) == cents
    assert parse_amount(euros(cents, always_cents=True)) == cents


@given(st.text(max_size=30))
def test_any_text_is_an_amount_within_limits_or_a_sentence(typed: str) -> None:
    try:
        cents = parse_amount(typed)
    except BadAmount as error:
        assert str(error)
    else:
        assert MINIMUM <= cents <= MAXIMUM


def test_money_is_shown_as_the_guide_says() -> None:
    assert euros(12_480_00) == "12.480\u00a0€"
    assert euros(50_00, always_cents=True) == "50,00\u00a0€"
    assert euros(-35) == "−0,35\u00a0€"
