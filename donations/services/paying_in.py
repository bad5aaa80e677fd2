"""Cash that is carried from the cash box to the bank: the line on its statement, and one row."""

from datetime import datetime

from django.utils import timezone

from donations.models import Account, BankLine, JournalEntry
from donations.services import dating
from donations.services.by_hand import moment


class TooMuch(Exception):
    """The cash box never held that much. `held`: cents in it."""

    def __init__(self, held: int) -> None:
        super().__init__(held)
        self.held = held


def in_the_box() -> int:
    """Cents that the books say are in the cash box."""
    return Account.objects.get(code=Account.CASH).balance()


def look_into_the_box(cents: int) -> None:
    """Held till the caller's end, so that whoever takes from it does so one after the other. Raises
    TooMuch."""
    Account.objects.select_for_update(no_key=True).get(code=Account.CASH)
    held = in_the_box()
    if cents > held:
        raise TooMuch(held)


def book(line: BankLine) -> None:
    """For a line that the caller holds, with the books. Raises TooMuch."""
    look_into_the_box(line.amount)
    _move(f"{line.origin}:paid_in", Account.BANK, Account.CASH, line.amount, moment(line.day))


def take_back(line: BankLine) -> None:
    """By a row the other way round, dated now."""
    now = timezone.now()
    _move(f"{line.origin}:not_paid_in", Account.CASH, Account.BANK, line.amount, now)


def _move(origin: str, debit: str, credit: str, cents: int, at: datetime) -> None:
    by_code = {row.code: row for row in Account.objects.filter(code__in=[debit, credit])}
    JournalEntry.objects.create(
        debit=by_code[debit],
        credit=by_code[credit],
        amount=cents,
        origin=origin,
        **dating.dated(at, dating.open_from()),
    )
