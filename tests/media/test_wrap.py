import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.cards.problems import TooLong
from media.cards.type import width
from media.cards.wrap import CLINGING, Style, fit, pieces

TITLE = Style(76, 76)


def lines(text: str, room: int = 440, most: int = 4, style: Style = TITLE) -> tuple[str, ...]:
    return fit(text, style, room, most).lines


def test_the_design_guides_own_card():
    assert lines("Sei metri di muro, due ore, una polenta") == (
        "Sei metri",
        "di muro,",
        "due ore,",
        "una polenta",
    )


def test_lines_break_where_the_voice_pauses():
    text = "su 20.000 €, da 318 persone. Mancano 8 giorni."
    assert lines(text, 936, 2, Style(44, 56, 500, 0)) == (
        "su 20.000 €, da 318 persone.",
        "Mancano 8 giorni.",
    )


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("la valle", ("la valle",)),
        ("un’ora per la valle", ("un’ora", "per la valle")),
        ("Dai nel giorno", ("Dai nel giorno",)),
        ("12.480 € raccolti", ("12.480 €", "raccolti")),
        ("8 giorni", ("8 giorni",)),
        ("vieni con", ("vieni", "con")),
        ("", ()),
    ],
)
def test_what_stays_together(text, kept):
    assert pieces(text) == kept


def test_a_long_title_shrinks_by_little_then_by_much_and_stays_readable():
    sizes = []
    for letters in range(1, 70):
        try:
            sizes.append(fit("i" * letters, TITLE, 440, 1).style.size)
        except TooLong:
            break
    assert sizes == sorted(sizes, reverse=True)
    assert set(sizes) == {76, 72, 68, 64, 61, 49, 38, 34, 25}


def test_what_cannot_fit_says_how_much_to_take_away():
    with pytest.raises(TooLong) as caught:
        fit("Una storia lunga che non finisce mai, " * 8, TITLE, 440, 4)
    assert caught.value.field == "headline"
    assert 60 < caught.value.over < 304
    assert str(caught.value.over) in str(caught.value)


def test_line_ends_typed_by_hand_are_kept():
    assert lines("Uno\ndue\ntre", 900) == ("Uno", "due", "tre")


words = st.lists(
    st.sampled_from("muro valle di del la un’ora più vicina, mano per persone. 8 € e neve".split()),
    min_size=1,
    max_size=12,
)


@given(words)
def test_no_line_is_too_wide_or_ends_with_an_article(chosen):
    text = " ".join(chosen)
    try:
        fitted = fit(text, TITLE, 440, 4)
    except TooLong:
        return
    assert " ".join(fitted.lines).replace("\u00a0", " ") == text
    for number, line in enumerate(fitted.lines):
        assert width(line, 900, -0.035) * fitted.style.size <= 440.001
        last = number == len(fitted.lines) - 1
        assert last or line.split(" ")[-1].lower() not in CLINGING
