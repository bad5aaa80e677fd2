"""Reading a post's text the way networks do: lengths, links, hashtags, mentions.

Positions are those of Python strings (code points); `byte_span` turns them into UTF-8 offsets.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

_GRAPHEME = regex.compile(r"\X")

_LINK = regex.compile(r"(?<![\w@/.#-])https?://[^\s<>\"“”«»]+", regex.IGNORECASE)
_TAIL = ".,;:!?'’…*_~&|"

_GAP = regex.compile(r" (?=[,.;:!?](?: |$))")

_HASHTAG = regex.compile(
    r"(?<![\w&/])[#＃](?P<tag>[\p{L}\p{M}\p{N}_]*[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*)"
)


@dataclass(frozen=True)
class Span:
    """A piece of the text: `text[start:end]`; `value` is what it means (address, tag, handle)."""

    start: int
    end: int
    value: str


def graphemes(text: str) -> int:
    """What a reader calls characters: extended grapheme clusters (UAX #29)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def links(text: str) -> Iterator[Span]:
    """Every http(s) address, without the punctuation that closes the sentence around it."""
    for match in _LINK.finditer(text):
        address = _trimmed(match.group())
        if len(address) > len("https://"):
            yield Span(match.start(), match.start() + len(address), address)


def _trimmed(address: str) -> str:
    while address:
        last = address[-1]
        closes = {")": "(", "]": "["}.get(last)
        unbalanced = closes is not None and address.count(last) > address.count(closes)
        if not unbalanced and last not in _TAIL:
            return address
        address = address[:-1]
    return address


def hashtags(text: str) -> Iterator[Span]:
    """Every hashtag outside an address: letters, digits and underscores, not digits alone."""
    taken = [(link.start, link.end) for link in links(text)]
    for match in _HASHTAG.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            yield Span(match.start(), match.end(), match["tag"])


def opening(text: str, length: int) -> str:
    """The first words, whole and without addresses: what lists and feeds call the text."""
    plain = text.replace("{link}", " ")
    for link in reversed(list(links(plain))):
        plain = plain[: link.start] + plain[link.end :]
    line = _GAP.sub("", " ".join((plain if plain.strip() else text).split()))
    if len(line) <= length:
        return line
    words = line[:length].rsplit(" ", 1)[0] if " " in line[:length] else line[: length - 1]
    return f"{words.rstrip(' ,;:.…')}…"


def byte_span(text: str, span: Span) -> tuple[int, int]:
    """The span as UTF-8 byte offsets, start inclusive, end exclusive."""
    start = len(text[: span.start].encode())
    return start, start + len(text[span.start : span.end].encode())
