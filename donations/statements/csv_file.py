"""A bank's CSV: every bank has its own, so encoding, delimiter, days and decimals are found out, and a
person says once which column is which."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from donations.services.by_hand import today
from donations.statements.lines import LARGEST, Line, Problem, Reading, Unreadable
from donations.tables import NoText, table_rows
from donations.words import fold

DAYS = (
    *("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%Y/%m/%d", "%d/%m/%y", "%d.%m.%y"),
    *("%Y%m%d", "%m/%d/%Y"),
)
SAMPLE = 50  # rows that are looked at to find where the table begins
MOST = 20_000
# how banks call them; the first that fits, by the beginning of a word
NAMES = {
    "value_day": ("valuta", "data valuta", "value"),
    "day": ("data contabile", "data operazione", "data", "booking", "date"),
    "credit": ("avere", "accrediti", "entrate", "credit"),
    "debit": ("dare", "addebiti", "uscite", "debit"),
    "amount": ("importo", "amount", "ammontare"),
    "name": ("ordinante", "controparte", "nominativo", "beneficiario", "name"),
    "iban": ("iban",),
    "reference": ("cro", "trn", "riferimento", "id ", "reference"),
    "text": ("descrizione", "causale", "dettagli", "operazione", "description", "details"),
}
_AMOUNT = re.compile(r"^\(?[+\-−]?[0-9]{1,3}(?:[.,'\s]?[0-9]{3})*(?:[.,][0-9]{1,2})?\)?[+\-−]?$")


@dataclass(frozen=True)
class Table:
    """`rows`: number in the file, cells; `header`: what stands above them, made up where nothing
    does."""

    header: list[str]
    rows: list[tuple[int, list[str]]]


def table(data: bytes) -> Table:
    """Raises Unreadable."""
    try:
        rows = table_rows(data)
    except NoText:
        raise Unreadable(_("This is not a text file: ask the bank for CSV or CAMT.053.")) from None
    first = next((at for at, (_n, cells) in enumerate(rows[:SAMPLE]) if _is_movement(cells)), None)
    if first is None:
        raise Unreadable(
            _("There is no line with a day and an amount in this file: is it the bank’s list?")
        )
    if len(rows) - first > MOST:
        raise Unreadable(_("This file has too many lines: take a shorter period."))
    width = max(len(cells) for _n, cells in rows[first:])
    above = rows[first - 1][1] if first else []
    named = above if len([one for one in above if one]) > 1 else []
    header = [
        (named[at] if at < len(named) else "") or _("Column %(number)s") % {"number": at + 1}
        for at in range(width)
    ]
    full = [(number, cells + [""] * (width - len(cells))) for number, cells in rows[first:]]
    return Table(header, full)


def guess(header: list[str]) -> dict[str, int]:
    """Which column is probably which, by name."""
    found: dict[str, int] = {}
    for what, names in NAMES.items():
        for name in names:
            fits = [
                at
                for at, title in enumerate(header)
                if at not in found.values() and fold(title).strip().startswith(name)
            ]
            if fits:
                found[what] = fits[0]
                break
    if "amount" in found:
        found.pop("credit", None)
        found.pop("debit", None)
    return found


def complete(columns: dict[str, int], header: list[str]) -> bool:
    """Whether these columns say enough, and are there."""
    there = all(0 <= at < len(header) for at in columns.values())
    return there and "day" in columns and ("amount" in columns or "credit" in columns)


def read(found: Table, columns: dict[str, int]) -> Reading:
    """`columns`: position by name: day and amount, or credit and debit; value_day, text, name, iban,
    reference where there are some."""
    cells = [_picked(row, columns) for _number, row in found.rows]
    pattern = _pattern(one["day"] for one in cells)
    decimal = _decimal(
        one[name] for one in cells for name in ("amount", "credit", "debit") if one[name]
    )
    reading = Reading()
    for (number, _row), one in zip(found.rows, cells, strict=True):
        if not (one["day"] or one["amount"] or one["credit"] or one["debit"]):
            continue
        try:
            line = _line(number, one, pattern, decimal)
        except Unreadable as problem:
            reading.problems.append(Problem(number, str(problem)))
            continue
        if line.amount:  # a line of nothing moves no money
            reading.lines.append(line)
    return reading


def _line(number: int, one: dict[str, str], pattern: str, decimal: str) -> Line:
    day = _day(one["day"], pattern)
    if day > today():
        raise Unreadable(
            _("The day %(text)s is still to come.") % {"text": day.strftime("%d/%m/%Y")}
        )
    if one["amount"] or not (one["credit"] or one["debit"]):
        amount = _cents(one["amount"], decimal)
    else:
        came = _cents(one["credit"], decimal) if one["credit"] else 0
        amount = came - abs(_cents(one["debit"], decimal) if one["debit"] else 0)
    return Line(
        number=number,
        day=day,
        amount=amount,
        value_day=_day(one["value_day"], pattern) if one["value_day"] else None,
        text=one["text"],
        name=one["name"][:140],
        iban=re.sub(r"\W", "", one["iban"]).upper()[:34],
        reference=one["reference"][:140],
    )


def _picked(row: list[str], columns: dict[str, int]) -> dict[str, str]:
    return {name: row[columns[name]] if name in columns else "" for name in NAMES}


def _is_movement(cells: list[str]) -> bool:
    has_day = any(_reads(cell, pattern) for cell in cells for pattern in DAYS[:-2])
    return has_day and any(
        _AMOUNT.match(_bare(cell)) and re.search(r"[.,]\d{1,2}\)?[+\-−]?$", _bare(cell))
        for cell in cells
        if not any(_reads(cell, pattern) for pattern in DAYS)
    )


def _reads(text: str, pattern: str) -> bool:
    return _parsed(text, pattern) is not None


def _parsed(text: str, pattern: str) -> date | None:
    """Some banks write the hour behind the day."""
    try:
        return datetime.strptime(text.split(" ")[0], pattern).date()  # noqa: DTZ007  a day, no moment
    except ValueError:
        return None


def _pattern(days: Iterable[str]) -> str:
    """The way of writing days that reads most of them; of two that read as many, the Italian one."""
    written = [one for one in days if one]
    return max(DAYS, key=lambda pattern: sum(_reads(one, pattern) for one in written))


def _day(text: str, pattern: str) -> date:
    day = _parsed(text, pattern)
    if day is None:
        raise Unreadable(
            _("“%(text)s” is not a day like those of the other lines.") % {"text": text}
            if text
            else _("The day is missing.")
        )
    return day


def _decimal(amounts: Iterable[str]) -> str:
    """The sign before the cents."""
    ends = Counter(
        found[1] for one in amounts if (found := re.search(r"([.,])\d{1,2}\)?[+\-−]?$", _bare(one)))
    )
    return ends.most_common(1)[0][0] if ends else ","


def _bare(text: str) -> str:
    return re.sub(r"(?i)€|eur(?:o)?", "", text).replace("\u00a0", " ").strip()


def _cents(text: str, decimal: str) -> int:
    bare = _bare(text)
    if not _AMOUNT.match(bare):
        raise Unreadable(
            _("“%(text)s” is not an amount.") % {"text": text}
            if text
            else _("The amount is missing.")
        )
    below = any(sign in bare for sign in "-−(")
    whole, _point, part = re.sub(rf"[^0-9{re.escape(decimal)}]", "", bare).partition(decimal)
    if decimal in part or len(part) > 2:
        raise Unreadable(_("“%(text)s” is not an amount.") % {"text": text})
    cents = int(whole or 0) * 100 + int(part.ljust(2, "0"))
    if cents > LARGEST:
        raise Unreadable(_("“%(text)s” is more than we can keep.") % {"text": text})
    return -cents if below else cents
