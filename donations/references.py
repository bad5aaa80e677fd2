"""The reference of a promised transfer, as a donor types it into her bank's causale: SEGNO 7K3M-92.

Without letters and figures that look alike; the last two figures tell a slip of the finger.
"""

import re
import secrets
from itertools import product

from stdnum.iso7064 import mod_97_10

PREFIX = "SEGNO"
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 4
# what a hand writes, or an eye reads, for another sign; of letters and figures each for itself
AS_LETTER = {"5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2", "6": "G", "G": "6"}
AS_LETTER |= {"0": "D", "O": "D", "1": "J", "I": "J", "L": "J", "U": "V"}
AS_FIGURE = {
    "O": "0",
    "D": "0",
    "Q": "0",
    "I": "1",
    "L": "1",
    "Z": "2",
    "S": "5",
    "G": "6",
    "B": "8",
}
_CODE = rf"[{LETTERS}]{{{LENGTH}}}[0-9]{{2}}"
_WITH_PREFIX = re.compile(rf"{PREFIX}(?=({_CODE}))")
_ALONE = re.compile(rf"(?<![A-Z0-9])([{LETTERS}]{{{LENGTH}}})[-\s./]?([0-9]{{2}})(?![A-Z0-9])")


_LOOSE = r"[0-9A-Z]"
_LOOSE_WITH_PREFIX = re.compile(rf"[S5]EGN[O0](?=({_LOOSE}{{6}}))")
_LOOSE_ALONE = re.compile(
    rf"(?<![A-Z0-9])({_LOOSE}{{4}})[-\s./]?([0-9{''.join(AS_FIGURE)}]{{2}})(?![A-Z0-9])"
)


def new_reference() -> str:
    code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    return code + str(mod_97_10.calc_check_digits(code))


def readable(reference: str) -> str:
    """7K3M92 → SEGNO 7K3M-92"""
    return f"{PREFIX} {reference[:LENGTH]}-{reference[LENGTH:]}"


def find_references(text: str) -> list[str]:
    """Those that stand in a bank's text, however it breaks or squeezes what was typed."""
    upper = text.upper()
    squeezed = re.sub(r"[^A-Z0-9]", "", upper)
    found = _WITH_PREFIX.findall(squeezed) + ["".join(pair) for pair in _ALONE.findall(upper)]
    return [one for one in dict.fromkeys(found) if mod_97_10.is_valid(one)]


def misread_references(text: str) -> list[str]:
    """Those that would stand there if a figure was taken for a letter, or a letter for a figure. Only
    ever for proposals: several may fit the same signs, and the last two figures sort out most."""
    upper = text.upper()
    squeezed = re.sub(r"[^A-Z0-9]", "", upper)
    typed = _LOOSE_WITH_PREFIX.findall(squeezed)
    typed += ["".join(pair) for pair in _LOOSE_ALONE.findall(upper)]
    meant = (one for word in dict.fromkeys(typed) for one in _meant(word))
    return [one for one in dict.fromkeys(meant) if one not in typed]


def _meant(word: str) -> list[str]:
    """Each sign as it is, or as the one it looks like."""
    code = [_either(sign, AS_LETTER, LETTERS) for sign in word[:LENGTH]]
    check = "".join(AS_FIGURE.get(sign, sign) for sign in word[LENGTH:])
    found = ("".join(signs) + check for signs in product(*code))
    return [one for one in found if check.isdigit() and mod_97_10.is_valid(one)]


def _either(sign: str, other: dict[str, str], known: str) -> list[str]:
    return [one for one in (sign, other.get(sign, "")) if one and one in known]
