"""The colours of tokens.css for a territory's own two, and whether all of it can be read.

The sheet is the one place where colours are named; here its values are worked out as a browser
does (`var()`, `color-mix(in srgb, …)`), and every pair that meets on a page is measured.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brand.colour import ENOUGH, contrast, mixed

SHEET = Path(__file__).parent / "static/brand/tokens.css"
SEEN = 3.0  # WCAG 2.2, 1.4.11: what is no text but must be seen
THEMES = ("light", "dark")
CHOSEN = ("giallo", "inchiostro")

WORDS = _("words on the page")
BANDS = _("words on coloured bands")
BUTTONS = _("words on buttons and under the pointer")
SIGNS = _("plus signs and the thermometer")
FOCUS = _("the ring around what the keyboard has reached")

# (foreground, background, where they meet, least contrast)
PAIRS: tuple[tuple[str, str, Promise, float], ...] = (
    *((fore, back, WORDS, ENOUGH) for back in ("bg", "soft") for fore in ("fg", "muted", "err")),
    ("fg", "field", WORDS, ENOUGH),
    ("sole-text", "sole-bg", BANDS, ENOUGH),
    ("sole-fg", "sole-bg", BANDS, ENOUGH),
    ("notte-fg", "notte-bg", BANDS, ENOUGH),
    ("notte-muted", "notte-bg", BANDS, ENOUGH),
    ("notte-mark", "notte-bg", BANDS, ENOUGH),
    ("lume-fg", "lume-bg", BANDS, ENOUGH),
    ("inchiostro", "giallo", BANDS, ENOUGH),
    ("btn-fg", "btn-bg", BUTTONS, ENOUGH),
    ("dona-fg", "dona-bg", BUTTONS, ENOUGH),
    ("cta-fg", "cta-bg", BUTTONS, ENOUGH),
    ("hit-fg", "hit", BUTTONS, ENOUGH),
    ("mark", "bg", SIGNS, SEEN),
    ("mark", "soft", SIGNS, SEEN),
)
GROUNDS = ("bg", "soft", "sole-bg", "notte-bg", "lume-bg")
RINGS = ("ring-in", "ring-out")  # one of the two must be seen on every ground


@dataclass(frozen=True)
class Clash:
    """Two colours too close where they meet; `of` says which of the two chosen ones they are from."""

    one: str
    other: str
    where: tuple[Promise, ...]
    least: float
    of: frozenset[str]

    @property
    def found(self) -> float:
        return contrast(self.one, self.other)

    def joined(self, more: "Clash") -> "Clash":
        """The same two colours, meeting in one more place."""
        where = tuple(dict.fromkeys(self.where + more.where))
        return replace(self, where=where, least=max(self.least, more.least), of=self.of | more.of)


class Palette:
    """The tokens of one theme with a territory's own ground colour and ink (`#rrggbb`)."""

    def __init__(self, yellow: str, ink: str, theme: str) -> None:
        self.tokens = {**sheet(theme), "giallo": yellow, "inchiostro": ink}

    def colour(self, token: str) -> str:
        return self._worked_out(f"var(--{token})")

    def of(self, token: str) -> frozenset[str]:
        """Which of the two chosen colours the token is made of."""
        if token in CHOSEN:
            return frozenset({token})
        named = re.findall(r"var\(--([\w-]+)\)", self.tokens[token])
        return frozenset().union(*(self.of(name) for name in named))

    def clashes(self) -> Iterator[Clash]:
        for fore, back, where, least in PAIRS:
            yield from self._clash(fore, back, where, least)
        for ground in GROUNDS:
            rings = [list(self._clash(ring, ground, FOCUS, SEEN)) for ring in RINGS]
            if all(rings):
                yield max((ring for (ring,) in rings), key=lambda ring: ring.found)

    def _clash(self, fore: str, back: str, where: Promise, least: float) -> Iterator[Clash]:
        one, other = self.colour(fore), self.colour(back)
        if contrast(one, other) < least:
            yield Clash(one, other, (where,), least, self.of(fore) | self.of(back))

    def _worked_out(self, value: str) -> str:
        if name := re.fullmatch(r"var\(--([\w-]+)\)", value):
            return self._worked_out(self.tokens[name[1]])
        if mix := re.fullmatch(r"color-mix\(in srgb, (\S+) (\d+)%, (\S+)\)", value):
            one, other = self._worked_out(mix[1]), self._worked_out(mix[3])
            return mixed(one, other, int(mix[2]) / 100)
        return value if len(value) == 7 else "#" + "".join(2 * digit for digit in value[1:])


def clashes(yellow: str, ink: str) -> list[Clash]:
    """In light and dark, the worst first; one for each two colours. Raises ValueError for none."""
    found: dict[frozenset[str], Clash] = {}
    for theme in THEMES:
        for clash in Palette(yellow.lower(), ink.lower(), theme).clashes():
            two = frozenset({clash.one, clash.other})
            found[two] = found[two].joined(clash) if two in found else clash
    return sorted(found.values(), key=lambda clash: clash.found / clash.least)


@cache
def sheet(theme: str) -> dict[str, str]:
    text = SHEET.read_text("utf-8")
    blocks = [_block(text, r"\n:root \{")]
    if theme == "dark":
        blocks.append(_block(text, r"\n@media \(prefers-color-scheme: dark\) \{\n  :root \{"))
    return {name: value for block in blocks for name, value in block}


def _block(text: str, start: str) -> list[tuple[str, str]]:
    found = re.search(start + r"(.*?)\n\}", text, re.DOTALL)
    assert found, start
    return re.findall(r"--([\w-]+): ([^;]+);", found[1])
