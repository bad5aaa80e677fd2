"""How Mastodon reads a status: what counts how much, and the HTML it makes of it.

Counting: https://docs.joinmastodon.org/user/posting/#text ("links count as 23 characters …
mentions … only the username part"), by grapheme cluster as StatusLengthValidator does. Written as
a scanner of its own; the product's way is another, and a property test holds both together.
"""

import unicodedata
from html import escape

from sandbox import graphemes

LINK_LENGTH = 23
RESERVED = {"test", "example", "invalid", "localhost", "local", "internal", "onion"}
ASCII = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
NOT_LAST = set("()?!*\"'「」<>;:=,.$%[]~&|@")
QUERY = set("!?*'();:&=+$/%#[]-_.,~|@^")
QUERY_LAST = set("_&=#/-")


def length(text: str) -> int:
    """The status's length as the limit sees it."""
    return graphemes.count(_replaced(text))


def _replaced(text: str) -> str:
    out, place = [], 0
    while place < len(text):
        if end := url_end(text, place):
            out.append("x" * LINK_LENGTH)
        elif found := mention(text, place):
            name, end = found
            out.append(name)
        else:
            end = place + 1
            out.append(text[place])
        place = end
    return "".join(out)


def html(text: str) -> str:
    """The content of a status: paragraphs, line breaks, addresses as links."""
    out, place, plain = [], 0, ""
    while place < len(text):
        end = url_end(text, place)
        if end:
            out += [escape(plain, quote=False), _anchor(text[place:end])]
            plain, place = "", end
        else:
            plain, place = plain + text[place], place + 1
    content = "".join([*out, escape(plain, quote=False)]).strip()
    paragraphs = [part.replace("\n", "<br />") for part in content.split("\n\n")]
    return "".join(f"<p>{part}</p>" for part in paragraphs if part)


def _anchor(url: str) -> str:
    scheme, rest = url.split("://", 1)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="nofollow noopener" translate="no">'
        f'<span class="invisible">{scheme}://</span><span class="">{escape(rest)}</span>'
        '<span class="invisible"></span></a>'
    )


def url_end(text: str, start: int) -> int:
    """Where the address that begins at ``start`` ends; 0 when none begins there."""
    head = next((h for h in ("https://", "http://") if _starts(text, start, h)), "")
    if not head or (start and (text[start - 1] in ASCII or text[start - 1] in "@＠$#＃")):
        return 0
    end = _host_end(text, start + len(head))
    if not end:
        return 0
    return _query_end(text, _path_end(text, _port_end(text, end)))


def _starts(text: str, start: int, head: str) -> bool:
    part = text[start : start + len(head)]
    return part.isascii() and part.lower() == head


def _host_end(text: str, start: int) -> int:
    """The end of the longest name that closes with a top-level domain."""
    best, place, labels = 0, start, 0
    while True:
        if labels:
            best = _top_level_end(text, place) or best
        end = _run(text, place, lambda char: _is(char, "LN") or char in "_-")
        whole = end > place and _is(text[place], "LN") and _is(text[end - 1], "LN")
        if not whole or _at(text, end) != ".":
            return best
        place, labels = end + 1, labels + 1


def _top_level_end(text: str, start: int) -> int:
    end = _run(text, start, lambda char: _is(char, "L"))
    known = text[start:end].casefold() not in RESERVED
    if end - start >= 2 and known and not _goes_on(text, end):
        return end
    if text[start : start + 4].lower() == "xn--":
        end = _run(text, start, lambda char: char in ASCII or char == "-")
        if end > start + 4 and not _goes_on(text, end):
            return end
    return 0


def _goes_on(text: str, place: int) -> bool:
    char = _at(text, place)
    return bool(char) and (_is(char, "LN") or char in "@+-")


def _port_end(text: str, place: int) -> int:
    if _at(text, place) != ":":
        return place
    end = _run(text, place + 1, lambda char: char in "0123456789")
    return end if end > place + 1 else place


def _path_end(text: str, place: int) -> int:
    if _at(text, place) != "/":
        return place
    best = place = place + 1
    while place < len(text):
        if text[place] == "(":
            place = _parens_end(text, place)
            if not place:
                break
            best = place
        elif _in_path(text[place]):
            place += 1
            best = place if text[place - 1] not in NOT_LAST else best
        else:
            break
    return best


def _parens_end(text: str, start: int) -> int:
    """The end of ``( … )`` with at most one pair inside; 0 when it does not close."""
    inner = _run(text, start + 1, _in_path)
    if _at(text, inner) == ")":
        return inner + 1 if inner > start + 1 else 0
    if _at(text, inner) != "(":
        return 0
    second = _run(text, inner + 1, _in_path)
    if second == inner + 1 or _at(text, second) != ")":
        return 0
    last = _run(text, second + 1, _in_path)
    return last + 1 if _at(text, last) == ")" else 0


def _query_end(text: str, place: int) -> int:
    if _at(text, place) != "?":
        return place
    end = _run(text, place + 1, lambda char: _is(char, "LN") or char in QUERY)
    while end > place + 1 and not (_is(text[end - 1], "LN") or text[end - 1] in QUERY_LAST):
        end -= 1
    return end if end > place + 1 else place


def mention(text: str, start: int) -> tuple[str, int] | None:
    """``("@name", end)`` of the mention that begins at ``start``: ``@name`` or ``@name@host``."""
    before = text[start - 1] if start else ""
    if _at(text, start) != "@" or (before and (before in "=/" or _word(before))):
        return None
    name_end = _dotted(text, start + 1, lambda char: char in ASCII or char == "_")
    if name_end == start + 1:
        return None
    end = name_end
    if _at(text, end) == "@":
        host_end = _dotted(text, end + 1, _word)
        end = host_end if host_end > end + 1 else end
    if _at(text, end) == "@" or text.startswith("://", end):
        return None
    return text[start:name_end], end


def _dotted(text: str, start: int, fits) -> int:  # type: ignore[no-untyped-def]
    """The end of words joined by dots and hyphens, which close on a word."""
    end = place = _run(text, start, fits)
    while place > start:
        joint = _run(text, end, lambda char: char in ".-")
        place = _run(text, joint, fits)
        if joint == end or place == joint:
            break
        end = place
    return end


def _run(text: str, place: int, fits) -> int:  # type: ignore[no-untyped-def]
    while place < len(text) and fits(text[place]):
        place += 1
    return place


def _at(text: str, place: int) -> str:
    return text[place : place + 1]


def _is(char: str, groups: str) -> bool:
    return unicodedata.category(char)[0] in groups


def _word(char: str) -> bool:
    return unicodedata.category(char) in {"Nd", "Pc"} or _is(char, "LM")


def _in_path(char: str) -> bool:
    return not char.isspace() and char not in "<>()?"
