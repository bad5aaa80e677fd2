"""Letters: which font has them, how wide they are, and their pictures, each drawn once.

Schibsted Grotesk for words, its latin-ext part for names from farther away, Noto Emoji in one
colour for emoji. Emoji joined of several (families, flags, skin tones) need Pillow's raqm
layout; without it the first one stands for all, and what has no picture is left out.
"""

import json
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex
from PIL import Image, ImageDraw, ImageFont, features

from media.cards.problems import Unwritable

FOLDER = Path(__file__).resolve().parent.parent / "fonts"
TEXT = ("schibsted-grotesk-latin", "schibsted-grotesk-latin-ext")
EMOJI = "noto-emoji-700"
EMOJI_SCALE = 0.8  # their square is a quarter larger than the letters' em
JOINS = bool(features.check("raqm"))

_EMOJI_SIGNS = frozenset("\ufe0f\u20e3\u200d")
_PARTS = 4  # glyphs are placed at quarters of a pixel


@dataclass(frozen=True)
class Face:
    """One font at one weight; `scale` makes its size fit the text's."""

    name: str
    weight: int
    scale: float = 1.0


@dataclass(frozen=True)
class Glyph:
    """What is drawn as one: usually a letter, with its accents or joined emoji."""

    text: str
    face: Face


@dataclass(frozen=True)
class Run:
    """A line of words as a mask; `left` and `top` from the pen's start on the base line."""

    mask: Image.Image
    left: int
    top: int


@lru_cache(maxsize=1)
def _coverage() -> dict[str, tuple[int, frozenset[int]]]:
    """Font name → units per em, code points."""
    table = json.loads((FOLDER / "coverage.json").read_text())
    return {
        name: (
            entry["units"],
            frozenset(code for low, high in entry["ranges"] for code in range(low, high + 1)),
        )
        for name, entry in table.items()
    }


@lru_cache(maxsize=64)
def font(face: Face, size: int) -> ImageFont.FreeTypeFont:
    made = ImageFont.truetype(str(FOLDER / f"{face.name}.ttf"), size)
    if face.name in TEXT:
        made.set_variation_by_axes([face.weight])
    return made


def _has(name: str, text: str) -> bool:
    return all(ord(char) in _coverage()[name][1] for char in text)


@lru_cache(maxsize=4096)
def glyph(cluster: str, weight: int) -> Glyph | None:
    """How one user-perceived character is drawn; None when it is left out.

    Raises KeyError for a letter that no font has.
    """
    if not _EMOJI_SIGNS & set(cluster):
        for name in TEXT:
            if _has(name, cluster) and (JOINS or len(cluster) == 1):
                return Glyph(cluster, Face(name, weight))
    emoji = _emoji(cluster)
    if emoji:
        return Glyph(emoji, Face(EMOJI, 700, EMOJI_SCALE))
    if len(cluster) > 1:
        return glyph(cluster[0], weight)
    if unicodedata.category(cluster[0])[0] in "LN":
        raise KeyError(cluster)
    return None


def _emoji(cluster: str) -> str:
    """The part of an emoji that can be drawn as one picture: all of it, its first, or nothing."""
    if JOINS and _has(EMOJI, cluster) and _one_picture(cluster):
        return cluster
    first = cluster[0]
    flag = "\U0001f1e6" <= first <= "\U0001f1ff"
    keycap = first.isascii()
    return first if _has(EMOJI, first) and not flag and not keycap else ""


def _one_picture(cluster: str) -> bool:
    units = _coverage()[EMOJI][0]
    return 0 < font(Face(EMOJI, 700), units).getlength(cluster) < 1.6 * units


@lru_cache(maxsize=2048)
def glyphs(text: str, weight: int, field: str = "headline") -> tuple[Glyph, ...]:
    """Raises Unwritable, naming the letters that no bundled font has."""
    found, missing = [], []
    for cluster in regex.findall(r"\X", unicodedata.normalize("NFC", text)):
        try:
            one = glyph(" " if cluster.isspace() and cluster != "\u00a0" else cluster, weight)
        except KeyError:
            missing.append(cluster)
            continue
        if one is not None:
            found.append(one)
    if missing:
        raise Unwritable(field, " ".join(dict.fromkeys(missing)))
    return tuple(found)


@lru_cache(maxsize=8192)
def _advance(one: Glyph, following: Glyph | None) -> float:
    """In em of the text, kerned with what follows in the same face."""
    units = _coverage()[one.face.name][0]
    ruler = font(one.face if one.face.scale == 1 else Face(one.face.name, 700), units)
    if following is None or following.face != one.face:
        return ruler.getlength(one.text) / units * one.face.scale
    pair = ruler.getlength(one.text + following.text) - ruler.getlength(following.text)
    return pair / units * one.face.scale


@lru_cache(maxsize=2048)
def _pens(run: tuple[Glyph, ...], tracking: float) -> tuple[tuple[float, ...], float]:
    """Where each glyph starts and where the line ends, in em, tracking added after kerning."""
    pens, pen = [], 0.0
    for one, following in zip(run, (*run[1:], None), strict=True):
        pens.append(pen)
        pen += _advance(one, following) + (tracking if following else 0)
    return tuple(pens), pen


def width(text: str, weight: int, tracking: float, field: str = "headline") -> float:
    """Of one line, in em."""
    return _pens(glyphs(text, weight, field), tracking)[1]


@lru_cache(maxsize=1024)
def _picture(one: Glyph, size: int, part: int) -> tuple[Image.Image, int, int]:
    """A glyph's mask and where its corner lies from the pen; `part` quarters of a pixel on."""
    letters = font(one.face, max(1, round(size * one.face.scale)))
    left, top, right, bottom = (round(edge) for edge in letters.getbbox(one.text, anchor="ls"))
    mask = Image.new("L", (max(1, right - left) + 3, max(1, bottom - top) + 2), 0)
    spot = (1 - left + part / _PARTS, 1 - top)
    ImageDraw.Draw(mask).text(spot, one.text, fill=255, font=letters, anchor="ls")
    return mask, left - 1, top - 1


@lru_cache(maxsize=128)
def run(text: str, size: int, weight: int, tracking: float, field: str = "headline") -> Run:
    """One line, ready to be pasted through."""
    line = glyphs(text, weight, field)
    pens, end = _pens(line, tracking)
    pad, rise = size // 4, size + size // 4
    mask = Image.new("L", (int(end * size) + 2 * pad + 2, rise + size // 2), 0)
    for one, pen in zip(line, pens, strict=True):
        if one.text.isspace():
            continue
        whole, part = divmod(round((pad + pen * size) * _PARTS), _PARTS)
        picture, left, top = _picture(one, size, part)
        mask.paste(255, (whole + left, rise + top), picture)
    box = mask.getbbox() or (0, 0, 1, 1)
    return Run(mask.crop(box), box[0] - pad, box[1] - rise)
