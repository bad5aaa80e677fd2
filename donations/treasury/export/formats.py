"""Rows into a file, CSV or XLSX, one at a time: memory does not grow with them.

Both return how many rows they wrote, headings and totals not counted.
"""

import csv
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import TextIOWrapper
from typing import Any, BinaryIO

from django.utils import timezone
from xlsxwriter import Workbook

from donations.treasury.export.cells import Totals, runs

Row = Sequence[Any]
WIDTH = 18  # of a column, in characters


def write_csv(file: BinaryIO, headings: Row, rows: Iterable[Row]) -> int:
    """Semicolons and decimal commas, as an Italian office opens it, whoever reads the headings. A
    text that could run gets an apostrophe in front: CSV has no other way to say “this is text”."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow([_written(str(heading)) for heading in headings])
    number = 0
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
        number += not isinstance(row, Totals)
    text.detach()  # the file stays open
    return number


def _written(cell: Any) -> str:
    match cell:
        case str():
            return f"'{cell}" if runs(cell) else cell
        case None:
            return ""
        case Decimal():
            return f"{cell:.2f}".replace(".", ",")
        case datetime():
            return timezone.localtime(cell).strftime("%d/%m/%Y %H:%M")
        case date():
            return cell.strftime("%d/%m/%Y")
    return str(cell)


def write_xlsx(file: BinaryIO, headings: Row, rows: Iterable[Row]) -> int:
    """Every text is a cell of text, and one that could run stays text when somebody edits it."""
    # rows wait in a folder of their own until the end, which goes with them, whatever happens
    with tempfile.TemporaryDirectory(prefix="segnopiu-export-") as folder:
        book = Workbook(file, {"constant_memory": True, "tmpdir": folder})
        page = _Page(book)
        page.sheet.set_column(0, len(headings) - 1, WIDTH)
        page.sheet.freeze_panes(1, 0)
        page.write(0, Totals(str(heading) for heading in headings))
        number = 0
        for line, row in enumerate(rows, 1):
            page.write(line, row)
            number += not isinstance(row, Totals)
        page.sheet.autofilter(0, 0, number, len(headings) - 1)
        book.close()
    return number


class _Page:
    """One sheet, with how its cells look."""

    def __init__(self, book: Workbook) -> None:
        self.sheet = book.add_worksheet()
        looks: dict[str, dict[str, Any]] = {
            "text": {},
            "held": {"quote_prefix": True},
            "money": {"num_format": "#,##0.00"},
            "time": {"num_format": "dd/mm/yyyy hh:mm"},
            "day": {"num_format": "dd/mm/yyyy"},
        }
        self.plain = {name: book.add_format(look) for name, look in looks.items()}
        self.bold = {name: book.add_format({**look, "bold": True}) for name, look in looks.items()}

    def write(self, line: int, row: Row) -> None:
        looks = self.bold if isinstance(row, Totals) else self.plain
        for column, cell in enumerate(row):
            match cell:
                case None | "":
                    continue
                case str():
                    look = looks["held" if runs(cell) else "text"]
                    self.sheet.write_string(line, column, cell, look)
                case Decimal():
                    self.sheet.write_number(line, column, cell, looks["money"])
                case datetime():
                    local = timezone.localtime(cell).replace(tzinfo=None)
                    self.sheet.write_datetime(line, column, local, looks["time"])
                case date():
                    self.sheet.write_datetime(line, column, cell, looks["day"])
                case _:
                    self.sheet.write_number(line, column, cell, looks["text"])
