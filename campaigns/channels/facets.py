"""Bluesky's rich text: what in a plain text is clickable, as facets.

https://docs.bsky.app/docs/advanced-guides/post-richtext (2026)
"""

from collections.abc import Callable
from typing import Any

import regex

from campaigns.channels.text import Span, byte_span, graphemes, hashtags, links

LONGEST_TAG = 64

HANDLE = regex.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
    regex.IGNORECASE | regex.ASCII,
)
_MENTION = regex.compile(rf"(?<![^\s(])@({HANDLE.pattern})(?![\w-])", HANDLE.flags)


def facets(text: str, resolve: Callable[[str], str | None]) -> list[dict[str, Any]]:
    """What is clickable, in UTF-8 byte offsets and text order.

    `resolve` gives a handle's DID; a mention that has none stays plain text.
    """
    found = [(span, {"$type": _type("link"), "uri": span.value}) for span in links(text)]
    for span in hashtags(text):
        if graphemes(span.value) <= LONGEST_TAG:
            found.append((span, {"$type": _type("tag"), "tag": span.value}))
    for match in _MENTION.finditer(text):
        if did := resolve(match[1].lower()):
            span = Span(match.start(), match.end(), match[1])
            found.append((span, {"$type": _type("mention"), "did": did}))
    return [_facet(text, span, feature) for span, feature in sorted(found, key=_start)]


def _start(item: tuple[Span, dict[str, Any]]) -> int:
    return item[0].start


def _type(name: str) -> str:
    return f"app.bsky.richtext.facet#{name}"


def _facet(text: str, span: Span, feature: dict[str, Any]) -> dict[str, Any]:
    start, end = byte_span(text, span)
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}
