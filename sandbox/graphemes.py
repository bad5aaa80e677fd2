"""Counting grapheme clusters by the rules of UAX #29, written out.

https://www.unicode.org/reports/tr29/#Grapheme_Cluster_Boundary_Rules. Only the character
classes come from a library; the product counts in another way, and a test holds both together.
"""

from functools import lru_cache

import regex

_CLASSES = (
    *("CR", "LF", "Control", "Extend", "ZWJ", "Regional_Indicator", "Prepend", "SpacingMark"),
    *("L", "V", "T", "LV", "LVT"),
)
_PATTERNS = {name: regex.compile(rf"\p{{GCB={name}}}") for name in _CLASSES}
_PICTURE = regex.compile(r"\p{Extended_Pictographic}")
_HANGUL = {
    "L": {"L", "V", "LV", "LVT"},
    "LV": {"V", "T"},
    "V": {"V", "T"},
    "LVT": {"T"},
    "T": {"T"},
}


@lru_cache(maxsize=4096)
def kind(char: str) -> str:
    """The character's class for breaking clusters."""
    for name, pattern in _PATTERNS.items():
        if pattern.match(char):
            return name
    return "Picture" if _PICTURE.match(char) else "Other"


def count(text: str) -> int:
    """How many clusters the text has."""
    kinds = [kind(char) for char in text]
    return sum(1 for place in range(len(kinds)) if place == 0 or _breaks(kinds, place))


def _breaks(kinds: list[str], place: int) -> bool:
    before, after = kinds[place - 1], kinds[place]
    if before == "CR" and after == "LF":  # GB3
        return False
    if {before, after} & {"CR", "LF", "Control"}:  # GB4, GB5
        return True
    if after in _HANGUL.get(before, set()):  # GB6 to GB8
        return False
    if after in {"Extend", "ZWJ", "SpacingMark"} or before == "Prepend":  # GB9, GB9a, GB9b
        return False
    if before == "ZWJ" and after == "Picture":  # GB11
        return not _ends_in_picture(kinds[: place - 1])
    if before == after == "Regional_Indicator":  # GB12, GB13
        return _flags_before(kinds[:place]) % 2 == 0
    return True


def _ends_in_picture(kinds: list[str]) -> bool:
    while kinds and kinds[-1] == "Extend":
        kinds = kinds[:-1]
    return bool(kinds) and kinds[-1] == "Picture"


def _flags_before(kinds: list[str]) -> int:
    found = 0
    while found < len(kinds) and kinds[-1 - found] == "Regional_Indicator":
        found += 1
    return found
