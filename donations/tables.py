"""The cells of a CSV, whoever wrote it: encoding and delimiter are found out."""

import csv
from collections import Counter
from io import StringIO

DELIMITERS = ";,\t|"
Row = tuple[int, list[str]]


class NoText(ValueError):
    """Not a text file: a spreadsheet, a picture, an archive."""


def table_rows(data: bytes) -> list[Row]:
    """The number of the line and its cells, without runs of spaces; empty lines are left out. Cut by
    the delimiter that gives most lines the same number of cells. Raises NoText."""
    text = _decoded(data)
    if "\0" in text:
        raise NoText
    return max((_cut(text, sign) for sign in DELIMITERS), key=_evenness)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _cut(text: str, delimiter: str) -> list[Row]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [" ".join(cell.split()) for cell in row]) for row in reader]
    except csv.Error:
        return []
    return [(number, cells) for number, cells in rows if any(cells)]


def _evenness(rows: list[Row]) -> int:
    widths = Counter(len(cells) for _n, cells in rows if len(cells) > 1)
    return max((width * often for width, often in widths.items()), default=0)
