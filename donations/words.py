"""Text as it is searched for: without case, accents and signs, in words."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

LONGEST = 80
# letters that Unicode does not take apart
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})


def fold(text: str) -> str:
    """Agnès D’Aragó → agnes d’arago"""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(PLAIN)
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return unicodedata.normalize("NFKC", bare)


def words(text: str) -> list[str]:
    """D’Aragó → d, arago"""
    return [word[:LONGEST] for word in re.findall(r"\w+", fold(text))]


WRITTEN = ("organisation", "first_name", "last_name", "codice_fiscale", "street", "city")
_AT_HOME = re.compile(r"^\s*(?:\+|00)\s*39(?=\s*[03])")


def of_name(whose: Any) -> list[str]:
    """Of a gift, or of whatever else names somebody: an organisation’s own, a person’s both names."""
    return words(whose.organisation or f"{whose.first_name} {whose.last_name}")


def of_gift(written: Mapping[str, str], *, reference: str = "") -> set[str]:
    """What a gift is found by: the names, the codice fiscale, street and town as they were written for
    it, the figures of the telephone, the reference of a promised transfer, and the number of the
    cheque, transfer or slip when it came by hand."""
    texts = (*(written.get(name, "") for name in WRITTEN), reference)
    found = {word for text in texts for word in words(text)}
    return found | ({number} if (number := figures(written.get("phone", ""))) else set())


def figures(phone: str) -> str:
    """+39 333 123-45.67 → 3331234567"""
    return re.sub(r"[^0-9]", "", _AT_HOME.sub("", phone))[:LONGEST]
