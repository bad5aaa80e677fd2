"""Breaking words into lines, and the size at which they fit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from media.cards.problems import TooLong
from media.cards.type import width

STEP, STEPS = 4, 3  # shrink by 4 px, three times: nobody sees it
SMALL = (0.8, 0.65, 0.5, 0.45, 0.33)  # then to these shares, for a very long word
LEAST = 19  # px: takes a hashtag of 60 letters; smaller ones nobody could read
MOST = 8  # lines on any card

# an article or a preposition never ends a line
_SIMPLE = "a ad al con col da di e ed fra il i gli in la le lo o od per su tra un una uno è"
_JOINED = [
    stem + ending
    for stem in ("a", "da", "de", "ne", "su", "co")
    for ending in ("l", "llo", "lla", "i", "gli", "lle")
]
_ENGLISH = "the an of to and or for with by on at from is"
CLINGING = frozenset([*_SIMPLE.split(), *_JOINED, *_ENGLISH.split()])
_NUMBER = re.compile(r"[\d.,]*\d")  # "8 giorni" stays together
_PAUSE = (",", ".", ";", ":", "?", "!", "…")
_NEVER_FIRST = frozenset({"€", "%", "»", "–", "—", "!", "?", ":", ";"})


@dataclass(frozen=True)
class Style:
    """How a text is set, in pixels: font size and line pitch; tracking in em."""

    size: int
    lead: int
    weight: int = 900
    tracking: float = -0.035


@dataclass(frozen=True)
class Fitted:
    """Lines that fit, and the size at which they do."""

    lines: tuple[str, ...]
    style: Style


@lru_cache(maxsize=512)
def pieces(text: str) -> tuple[str, ...]:
    """What stays together: a word with the article, preposition or number before it."""
    held = ""
    out: list[str] = []
    for word in text.split(" "):
        if not word:
            continue
        if word in _NEVER_FIRST and out and not held:
            out[-1] += f"\u00a0{word}"
            continue
        held = f"{held} {word}" if held else word
        if word.lower() not in CLINGING and not _NUMBER.fullmatch(word):
            out.append(held)
            held = ""
    return (*out, held) if held else tuple(out)


Measure = Callable[[str], float]


def _broken(text: str, room: float, measure: Measure) -> Iterator[str]:
    """As few lines of at most `room` em as can be (a piece wider by itself keeps its own), and
    among these the even ones, broken where the voice would pause.
    """
    for paragraph in text.splitlines():
        parts = pieces(paragraph)
        lines = list(_greedy(parts, room, measure))
        few = 1 < len(lines) <= MOST
        yield from _even(parts, len(lines), room, measure)[1] if few else lines


@lru_cache(maxsize=4096)
def _even(
    parts: tuple[str, ...], count: int, room: float, measure: Measure
) -> tuple[float, tuple[str, ...]]:
    """The cheapest way to set `parts` on `count` lines, and its cost."""
    if count == 1:
        line = " ".join(parts)
        wide = measure(line) / room
        return ((1 - wide) ** 2 if wide <= 1 or len(parts) == 1 else float("inf")), (line,)
    best: tuple[float, tuple[str, ...]] = (float("inf"), ())
    for end in range(1, len(parts) - count + 2):
        first, (line,) = _even(parts[:end], 1, room, measure)
        rest, lines = _even(parts[end:], count - 1, room, measure)
        cost = first + rest + (0 if line.endswith(_PAUSE) else 0.2)
        if cost < best[0]:
            best = cost, (line, *lines)
    return best


def _greedy(parts: tuple[str, ...], room: float, measure: Measure) -> Iterator[str]:
    line = ""
    for part in parts:
        longer = f"{line} {part}" if line else part
        if line and measure(longer) > room:
            yield line
            line = part
        else:
            line = longer
    if line:
        yield line


def sizes(style: Style) -> Iterator[Style]:
    """The wanted size, then ever smaller ones, the pitch of lines with them."""
    for step in range(STEPS + 1):
        less = step * STEP
        yield Style(style.size - less, style.lead - less, style.weight, style.tracking)
    last = style.size - STEPS * STEP
    for share in SMALL:
        size = max(round(style.size * share), LEAST)
        if size < last:
            last = size
            lead = round(style.lead * size / style.size)
            yield Style(size, lead, style.weight, style.tracking)


def fit(text: str, style: Style, room: int, most: int, field: str = "headline") -> Fitted:
    """The lines of `text` in `room` pixels, at most `most` of them.

    Raises TooLong when even the smallest size is too large, Unwritable for unknown letters.
    """

    def measure(line: str) -> float:
        return width(line, style.weight, style.tracking, field)

    lines: tuple[str, ...] = ()
    ems = 0.0
    for smaller in sizes(style):
        ems = room / smaller.size
        lines = tuple(_broken(text, ems, measure))
        if len(lines) <= most and max(map(measure, lines), default=0) <= ems:
            return Fitted(lines, smaller)
    raise TooLong(field, _over(lines, most, ems, measure))


def fit_together(
    texts: list[tuple[str, int, str]], style: Style, room: int
) -> tuple[list[tuple[str, ...]], Style]:
    """Several texts, each with its greatest number of lines and its field, at one common size."""
    fitted = [fit(text, style, room, most, field) for text, most, field in texts]
    common = min((one.style for one in fitted), key=lambda one: one.size, default=style)
    lines = [fit(text, common, room, most, field).lines for text, most, field in texts]
    return lines, common


def _over(lines: tuple[str, ...], most: int, room: float, measure: Measure) -> int:
    """How many characters must go, about."""
    surplus = sum(len(line) + 1 for line in lines[most:])
    wide = sum(
        round(len(line) * (1 - room / measure(line))) + 1 for line in lines if measure(line) > room
    )
    return surplus + wide
