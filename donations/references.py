"""The reference of a promised transfer, as a donor types it into her bank's causale: SEGNO 7K3M-92.

Without letters and figures that look alike; the last two figures tell a slip of the finger.
"""

import re
import secrets

from stdnum.iso7064 import mod_97_10

PREFIX = "SEGNO"
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 4
_CODE = rf"[{LETTERS}]{{{LENGTH}}}[0-9]{{2}}"
_WITH_PREFIX = re.compile(rf"{PREFIX}(?=({_CODE}))")
_ALONE = re.compile(rf"(?<![A-Z0-9])([{LETTERS}]{{{LENGTH}}})[-\s./]?([0-9]{{2}})(?![A-Z0-9])")


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
