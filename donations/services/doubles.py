"""A movement of the bank that may stand here twice: once from its CSV and once from CAMT, which write
it in other words. Where the bank gives it a number of its own, both files hold the same line; without
one only a person can tell."""

from collections.abc import Sequence
from datetime import timedelta

from donations.models import BankLine
from donations.words import words

CLOSE = timedelta(days=1)  # one file may have the day of booking, the other that of the order
State = BankLine.State


def likely_doubles(lines: Sequence[BankLine]) -> dict[int, BankLine]:
    """By line that waits, the one it may be; each explains one line only. One question."""
    waiting = [line for line in lines if line.state == State.OPEN]
    if not waiting:
        return {}
    days = [line.day for line in waiting]
    rows = BankLine.objects.filter(
        account__in={line.account_id for line in waiting},
        amount__in={line.amount for line in waiting},
        day__range=(min(days) - CLOSE, max(days) + CLOSE),
    ).exclude(state=State.ASIDE)
    there = list(rows.select_related("statement").order_by("pk"))
    ways = {one.pk: _way(one) for one in there}
    found: dict[int, BankLine] = {}
    taken: set[int] = set()
    for line in sorted(waiting, key=lambda one: one.pk):
        for one in there:
            other_file = one.pk in ways and ways[one.pk] != ways.get(line.pk)
            if other_file and one.pk not in taken and _same(line, one):
                found[line.pk] = one
                taken |= {one.pk, line.pk}
                break
    return found


def _same(line: BankLine, one: BankLine) -> bool:
    if one.state == State.OPEN and one.pk > line.pk:
        return False  # of two that wait, the one that came later asks
    return (
        (one.account_id, one.amount) == (line.account_id, line.amount)
        and abs(one.day - line.day) <= CLOSE
        and (not one.iban or not line.iban or one.iban == line.iban)
        and (not one.reference or not line.reference or one.reference == line.reference)
        and _names_agree(line, one)
    )


def _names_agree(line: BankLine, one: BankLine) -> bool:
    """One file may have the name, the other only the words of the transfer."""
    here, there = set(words(line.name)), set(words(one.name))
    return not here or not there or here <= there or there <= here


def _way(line: BankLine) -> str:
    return str(line.statement.file.name).rpartition(".")[2]
