"""What a statement says, line by line, and what makes a line the same line in another file."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

LARGEST = 2_000_000_000  # cents; as much as the column holds


@dataclass(frozen=True)
class Line:
    """`number`: where it stands in the file; `amount`: cents, below zero what went out; `reference`:
    the bank's own for this movement, where there is one."""

    number: int
    day: date
    amount: int
    text: str = ""
    name: str = ""
    iban: str = ""
    reference: str = ""
    value_day: date | None = None


@dataclass(frozen=True)
class Problem:
    number: int
    sentence: str


@dataclass(frozen=True)
class Balances:
    """What the account held before the first of these days and after the last, in cents."""

    opening: int
    closing: int
    begins: date
    ends: date
    currency: str = "EUR"


@dataclass
class Reading:
    """`iban`: whose account the file says it is, `balances`: what was on it, where it says so."""

    lines: list[Line] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    iban: str = ""
    balances: Balances | None = None


class Unreadable(ValueError):
    """Not a statement we know; its text says why, to the person who brought it."""


def keyed(lines: Iterable[Line]) -> list[tuple[str, Line]]:
    """Each line with what tells it from all others of its account: the bank's reference, else all it
    says, and which one of several equal ones of that day it is. Statements that overlap give the
    same keys, as long as they hold a day whole or from its beginning."""
    seen = Counter[str]()
    found = []
    for line in lines:
        mark = _mark(line)
        seen[mark] += 1
        found.append((f"{mark}-{seen[mark]}", line))
    return found


def _mark(line: Line) -> str:
    told = [line.reference] if line.reference else [line.text, line.name, line.iban]
    parts = [line.day.isoformat(), str(line.amount), *(" ".join(one.split()) for one in told)]
    return hashlib.sha256("\0".join(parts).upper().encode()).hexdigest()[:48]
