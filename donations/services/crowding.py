"""Places that send far too much, as this process knows them: for some seconds whatever comes from there is
refused without a question to the database, so that a flood costs those who give next to nothing.

A person who opens such a place is heeded when these seconds are over. What is refused so is written
down with the next form from there; the last seconds of a flood are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from people import limits

SECONDS = 5.0  # at most: another process, or a person, may have said something else meanwhile
MOST = 10_000  # places


@dataclass
class _Crowd:
    until: float  # by the clock of the limits
    wait: int
    refused: int = 0


_crowds: dict[str, _Crowd] = {}


def shut(place: str, *, seconds: float, wait: int) -> None:
    """For `seconds`, no more than SECONDS; whoever comes is told to wait `wait` seconds."""
    if len(_crowds) >= MOST:
        _crowds.clear()
    before = missed([place])
    _crowds[place] = _Crowd(limits.now() + min(seconds, SECONDS), wait, before)


def wait(places: Sequence[str]) -> int | None:
    """How long one who comes from there is told to wait, and counts it; None: is let in."""
    for place in places:
        crowd = _crowds.get(place)
        # a clock that was put back shuts nobody out for an hour
        if crowd and 0 < crowd.until - limits.now() <= SECONDS:
            crowd.refused += 1
            return crowd.wait
    return None


def missed(places: Sequence[str]) -> int:
    """How many were refused since, and forgets them."""
    gone = [_crowds.pop(place, None) for place in places]
    return sum(crowd.refused for crowd in gone if crowd)
