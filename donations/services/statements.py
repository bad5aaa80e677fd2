"""A bank's statement, from the file to its lines: all of them or none, each once however often and in
however many files it comes."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from donations.models import BankAccount, BankLine, BankStatement
from donations.statements import camt, csv_file
from donations.statements.csv_file import Table
from donations.statements.lines import Line, Reading, Unreadable, keyed
from people.models import User

LARGEST_FILE = 10 * 1024 * 1024


class NotYet(Exception):
    """Which column is which has not been said, or lines cannot be read and must be left out first."""


@dataclass(frozen=True)
class Look:
    """What would happen: `table` is a CSV's, None of CAMT; `columns` is empty until they are known;
    `new` of the lines are not here yet."""

    table: Table | None
    columns: dict[str, int]
    reading: Reading | None
    new: int = 0


def bring(*, data: bytes, name: str, iban: str, by: User | None) -> tuple[BankStatement, bool]:
    """Keeps the file. `iban`: whose account a CSV is of; CAMT says so itself. False: it had been
    brought before, and that one is given. Raises Unreadable."""
    if len(data) > LARGEST_FILE:
        raise Unreadable(_("This file is too large: take a shorter period."))
    iban = _account_of(data, iban)
    account, _made = BankAccount.objects.get_or_create(iban=iban)
    digest = hashlib.sha256(data).hexdigest()
    known = BankStatement.objects.filter(account=account, sha256=digest)
    if before := known.first():
        return before, False
    statement = BankStatement(
        account=account, name=name[-200:], sha256=digest, brought_by=by, **_balances(data)
    )
    suffix = "xml" if camt.looks_like_it(data) else "csv"
    statement.file.save(f"{digest[:16]}.{suffix}", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            statement.save()
    except IntegrityError:  # a second click was quicker
        statement.file.delete(save=False)
        return known.get(), False
    return statement, True


def _account_of(data: bytes, iban: str) -> str:
    """Looks at the file, so that what nobody can read is not kept."""
    if not camt.looks_like_it(data):
        csv_file.table(data)
        if not iban:
            raise Unreadable(_("Say which account this file is of."))
        return iban
    own = camt.read(data).iban
    if not own:
        raise Unreadable(_("The file does not say which account it is of."))
    if iban and iban != own:
        raise Unreadable(
            _("This file is of the account %(iban)s, not of the one you chose.") % {"iban": own}
        )
    return own


def _balances(data: bytes) -> dict[str, Any]:
    """What a CAMT says the account held; a CSV says nothing."""
    reading = camt.read(data) if camt.looks_like_it(data) else Reading()
    if reading.balances is None:
        return {}
    return asdict(reading.balances) | {"moved": sum(line.amount for line in reading.lines)}


def look(statement: BankStatement) -> Look:
    """Raises Unreadable."""
    if not statement.file:  # after its term, see `erased`
        return Look(None, {}, None)
    with statement.file.open("rb") as file:
        data = file.read()
    if camt.looks_like_it(data):
        return _counted(statement, None, {}, camt.read(data))
    table = csv_file.table(data)
    columns = remembered(statement.account, table)
    if not columns:
        return Look(table, {}, None)
    return _counted(statement, table, columns, csv_file.read(table, columns))


def remembered(account: BankAccount, table: Table) -> dict[str, int]:
    """As long as the bank does not change its columns."""
    if account.columns.get("header") != table.header:
        return {}
    return dict(account.columns["map"])


def remember(*, account: BankAccount, table: Table, columns: dict[str, int]) -> None:
    account.columns = {"header": table.header, "map": columns}
    account.save(update_fields=["columns"])


@transaction.atomic
def take_in(*, statement: BankStatement, leave_out: bool = False) -> int:
    """Writes the lines that are not here yet; returns how many. `leave_out`: those that cannot be
    read. Raises NotYet and Unreadable; then nothing is written."""
    account = BankAccount.objects.select_for_update().get(pk=statement.account_id)
    statement.account = account
    reading = look(statement).reading
    if reading is None or (reading.problems and not leave_out):
        raise NotYet(statement.pk)
    rows = _missing(account, reading.lines)
    BankLine.objects.bulk_create([_row(statement, key, line) for key, line in rows], batch_size=500)
    if statement.imported_at is None:
        statement.imported_at = timezone.now()
        statement.save(update_fields=["imported_at"])
    return len(rows)


@transaction.atomic
def discard(*, statement: BankStatement) -> bool:
    """A file whose lines were never imported. False when they were."""
    held = BankStatement.objects.select_for_update().get(pk=statement.pk)
    if held.imported_at or held.lines.exists():
        return False
    file = held.file
    held.delete()
    transaction.on_commit(lambda: file.delete(save=False))
    return True


def _counted(
    statement: BankStatement, table: Table | None, columns: dict[str, int], reading: Reading
) -> Look:
    return Look(table, columns, reading, len(_missing(statement.account, reading.lines)))


def _missing(account: BankAccount, lines: list[Line]) -> list[tuple[str, Line]]:
    rows = keyed(lines)
    if not rows:
        return []
    days = [line.day for line in lines]
    there = set(
        account.lines.filter(day__range=(min(days), max(days))).values_list("key", flat=True)
    )
    return [(key, line) for key, line in rows if key not in there]


def _row(statement: BankStatement, key: str, line: Line) -> BankLine:
    return BankLine(
        account_id=statement.account_id,
        statement=statement,
        number=line.number,
        key=key,
        day=line.day,
        value_day=line.value_day,
        amount=line.amount,
        text=line.text,
        name=line.name,
        iban=line.iban,
        reference=line.reference,
    )
