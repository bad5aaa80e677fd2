"""Spreadsheets whose cells are never formulas, whatever somebody typed as a name."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from wagtail.log_actions import log

FORMULA = ("=", "+", "-", "−", "@", "\t", "\r", "\n", "|", "%")  # what spreadsheets may run
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")


def safe(value: Any) -> Any:
    """Text that could run as a formula gets an apostrophe in front; figures and dates stay."""
    if not isinstance(value, str):
        return value
    runs = value.startswith(FORMULA) or value.lstrip().startswith(FORMULA)
    return f"'{value}" if runs else value


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def spreadsheet(
    request: HttpRequest, *, name: str, headings: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """`?formato=csv` (semicolons and decimal commas, as an Italian office opens it) or `xlsx`.

    Cells: text, Decimal euros, aware datetimes, None. Who took it and what is logged.
    """
    kind = request.GET["formato"]
    body = _xlsx(headings, rows) if kind == "xlsx" else _csv(headings, rows)
    response = HttpResponse(body, content_type=XLSX if kind == "xlsx" else CSV)
    today = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{name}-{today}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    log(instance=request.user, action="donations.export", data={"what": name})
    return response


def _csv(headings: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([safe(str(cell)) for cell in headings])
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Any) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:.2f}".replace(".", ",")
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%d/%m/%Y %H:%M")
    return str(safe("" if cell is None else str(cell)))


def _xlsx(headings: Sequence[Any], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([str(heading) for heading in headings])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    body = BytesIO()
    book.save(body)
    return body.getvalue()


def _cell(sheet: Any, value: Any) -> WriteOnlyCell:
    if isinstance(value, datetime):
        value = timezone.localtime(value).replace(tzinfo=None)
    elif not isinstance(value, Decimal | None):
        value = safe(str(value))
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    elif isinstance(value, datetime):
        cell.number_format = "dd/mm/yyyy hh:mm"
    elif isinstance(value, str):
        cell.data_type = "s"
    return cell
