"""Letters: coverage, emoji joined or not, nothing ever drawn as an empty box."""

import json
import struct

import pytest

from media.cards import type as letters
from media.cards.problems import Unwritable

FAMILY = "👨‍👩‍👧"
JOINED = [FAMILY, "👩🏽‍🚒", "🇮🇹", "1️⃣", "👍🏽", "🏳️‍🌈", "🧑‍🌾", "❤️", "🍎"]


def code_points(font: bytes) -> set[int]:
    """From a TrueType file's cmap, formats 4 and 12 (OpenType 1.9, “cmap”)."""
    (count,) = struct.unpack(">H", font[4:6])
    tables = {
        font[at : at + 4]: struct.unpack(">II", font[at + 8 : at + 16])
        for at in range(12, 12 + 16 * count, 16)
    }
    start = tables[b"cmap"][0]
    (subtables,) = struct.unpack(">H", font[start + 2 : start + 4])
    found: set[int] = set()
    for number in range(subtables):
        _platform, _encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * number)
        at = start + offset
        (kind,) = struct.unpack_from(">H", font, at)
        if kind == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                low, high, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
                found |= set(range(low, high + 1))
        elif kind == 4:
            (double,) = struct.unpack_from(">H", font, at + 6)
            many = double // 2
            ends = struct.unpack_from(f">{many}H", font, at + 14)
            starts = struct.unpack_from(f">{many}H", font, at + 16 + double)
            for low, high in zip(starts, ends, strict=True):
                found |= set(range(low, high + 1)) - {0xFFFF}
    return {code for code in found if code >= 32}


@pytest.mark.parametrize("name", [*letters.TEXT, letters.EMOJI])
def test_the_table_of_letters_is_what_the_font_holds(name):
    held = code_points((letters.FOLDER / f"{name}.ttf").read_bytes())
    listed = letters._coverage()[name][1]
    assert listed == held


def test_every_font_comes_with_its_licence():
    for name in json.loads((letters.FOLDER / "coverage.json").read_text()):
        family = name.split("-latin")[0].removesuffix("-700")
        assert "SIL OPEN FONT LICENSE" in (letters.FOLDER / f"OFL-{family}.txt").read_text()


@pytest.fixture
def without_raqm(monkeypatch):
    """As on a machine whose Pillow lacks the layout library."""
    from PIL import ImageFont

    plain = ImageFont.truetype

    def basic(path, size):
        return plain(path, size, layout_engine=ImageFont.Layout.BASIC)

    def forget():
        for cached in (
            letters.font,
            letters.glyph,
            letters.glyphs,
            letters._advance,
            letters._pens,
        ):
            cached.cache_clear()
        letters._picture.cache_clear()
        letters.run.cache_clear()

    monkeypatch.setattr(letters, "JOINS", False)
    monkeypatch.setattr(letters.ImageFont, "truetype", basic)
    forget()
    yield
    forget()


@pytest.mark.parametrize("emoji", JOINED)
def test_joined_emoji_are_one_picture(emoji):
    assert letters.JOINS, "this Pillow has no raqm"
    [one] = letters.glyphs(emoji, 900)
    assert one.face.name == letters.EMOJI
    assert letters.width(emoji, 900, 0) < 1.1
    assert letters.run(emoji, 76, 900, 0).mask.getbbox() is not None


@pytest.mark.parametrize("emoji", JOINED)
def test_without_raqm_the_first_stands_for_all_or_nothing_does(emoji, without_raqm):
    drawn = letters.glyphs(emoji, 900)
    assert len(drawn) <= 1
    assert all(one.text == emoji[0] for one in drawn)
    if emoji in (FAMILY, "👍🏽", "❤️", "🍎"):
        assert drawn
    assert emoji != "🇮🇹" or not drawn
    assert not emoji.startswith("1") or drawn[0].face.name == letters.TEXT[0]


def test_unknown_sequences_are_not_torn_apart():
    [one] = letters.glyphs("👍‍🍎", 900)
    assert one.text == "👍"


def test_words_without_raqm_are_the_same_words(without_raqm):
    assert [one.text for one in letters.glyphs("Più vicina è l’età", 900)] == list(
        "Più vicina è l’età"
    )


def test_accents_written_in_two_parts_are_one_letter():
    assert letters.glyphs("piu\u0300", 900) == letters.glyphs("più", 900)
    assert letters.width("piu\u0300", 900, 0) == letters.width("più", 900, 0)


@pytest.mark.parametrize("name", ["Škoda", "Łódź", "Đorđe", "Žižek", "Ștefan", "Ğül", "Größe"])
def test_names_from_farther_away_have_letters(name):
    assert len(letters.glyphs(name, 900)) == len(name)


def test_letters_of_other_scripts_are_named():
    with pytest.raises(Unwritable) as caught:
        letters.glyphs("Ciao Мир", 900, "headline")
    assert caught.value.letters == "М и р"
    assert caught.value.field == "headline"
    assert "М и р" in str(caught.value)


def test_signs_without_a_picture_are_left_out():
    assert [one.text for one in letters.glyphs("a\u2603\ufe0e\ue000b", 900)][-1] == "b"
    assert len(letters.glyphs("\ue000", 900)) == 0


def test_kerning_and_tracking_are_added():
    loose = letters.width("AV", 900, 0)
    assert loose < letters.width("A", 900, 0) + letters.width("V", 900, 0)
    assert letters.width("AV", 900, -0.035) == pytest.approx(loose - 0.035)
