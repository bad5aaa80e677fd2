"""A spreadsheet as the answer to a request: made whole, within the time a request has, then sent.

It is written to a temporary file first. A web worker has 60 seconds for an answer
(`config/gunicorn.py`); one that is cut in the middle would look like a shorter ledger.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext
from wagtail.log_actions import log

from donations.treasury.export.formats import Row, write_csv, write_xlsx

SECONDS = 40  # for the rows; the rest of the worker's time packs and sends the file
MOST = 1_000_000  # rows; a sheet has room for 1,048,576
KINDS = {
    "csv": (write_csv, "text/csv; charset=utf-8"),
    "xlsx": (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
FORMATS = tuple(KINDS)


class TooMuch(Exception):
    """More than one request can write, or one sheet hold."""


def spreadsheet(
    request: HttpRequest, *, name: str, headings: Sequence[Any], rows: Iterable[Row]
) -> HttpResponseBase:
    """`?formato=csv` or `xlsx`. Who took it, what and how many rows is logged, never whose rows."""
    kind = request.GET["formato"]
    write, content_type = KINDS[kind]
    with ExitStack() as unsent:
        file = unsent.enter_context(tempfile.TemporaryFile())
        try:
            number = write(file, headings, _bounded(rows))
        except TooMuch:
            return refused(request)
        unsent.pop_all()  # from here on the answer closes it
    log(
        instance=request.user,
        action="donations.export",
        data={"what": name, "format": kind, "rows": number},
    )
    file.seek(0)
    today = timezone.localdate().isoformat()
    response = FileResponse(
        file, as_attachment=True, filename=f"{name}-{today}.{kind}", content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _bounded(rows: Iterable[Row]) -> Iterator[Row]:
    end = time.monotonic() + SECONDS
    for number, row in enumerate(rows):
        if number >= MOST or (number % 500 == 0 and time.monotonic() > end):
            raise TooMuch
        yield row


def refused(request: HttpRequest) -> HttpResponseRedirect:
    words = gettext("These are too many rows for one file: choose a shorter period.")
    messages.error(request, words)
    query = request.GET.copy()
    for name in ("formato", "foglio"):
        query.pop(name, None)
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}")
