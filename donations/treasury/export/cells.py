"""What stands in a cell: text (never a formula), Decimal euros, numbers, dates, times, None."""

from decimal import Decimal
from typing import Any

# what a spreadsheet may run when it opens a text, https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "−", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "|", "%")


class Totals(list[Any]):
    """The last row: it is set apart, and not counted among the rows."""


def runs(text: str) -> bool:
    """Whether somebody's text could run as a formula; blanks in front do not help it."""
    return text.startswith(FORMULA) or text.lstrip().startswith(FORMULA)


def euros(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
