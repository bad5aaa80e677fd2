"""The receipts themselves in one ZIP, as they are stored, with an index that names every number."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from wagtail.log_actions import log

from donations.models import Receipt
from donations.services import reprinting
from donations.treasury.export import answer
from donations.treasury.export.cells import euros
from donations.treasury.export.formats import write_csv

ZIP = "zip"  # in `?formato=`
INDEX = "indice.csv"
MOST = 20_000  # papers in one file, which waits on the disk until it is sent
AT_ONCE = 200  # rows the database hands over at a time


def papers(request: HttpRequest, receipts: QuerySet[Receipt]) -> HttpResponseBase:
    """A file that is missing or was altered is named in the index, and said on the next page."""
    with ExitStack() as unsent:
        file = unsent.enter_context(tempfile.TemporaryFile())
        bundle = _Bundle(receipts)
        try:
            bundle.write(file)
        except answer.TooMuch:
            return answer.refused(request)
        unsent.pop_all()  # from here on the answer closes it
    log(
        instance=request.user,
        action="donations.receipts_taken",
        data={"papers": bundle.held, "left_out": bundle.left_out},
    )
    if bundle.left_out:
        said = ngettext(
            "The ZIP lacks %(number)s receipt, whose file is missing or altered: its index says which.",
            "The ZIP lacks %(number)s receipts, whose files are missing or altered: its index says"
            " which.",
            bundle.left_out,
        )
        messages.warning(request, said % {"number": bundle.left_out})
    file.seek(0)
    today = timezone.localdate().isoformat()
    response = FileResponse(
        file, as_attachment=True, filename=f"ricevute-{today}.zip", content_type="application/zip"
    )
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class _Bundle:
    """`held`: papers that are in it; `left_out`: those that should be and cannot."""

    def __init__(self, receipts: QuerySet[Receipt]) -> None:
        self.receipts = receipts
        self.held = self.left_out = 0

    def write(self, file: Any) -> None:
        headings = [
            gettext("Number"),
            gettext("Issued"),
            gettext("Who"),
            gettext("Amount"),
            gettext("State"),
            gettext("Why it is void"),
            gettext("File"),
            "SHA-256",
        ]
        with ZipFile(file, "w", ZIP_STORED) as bundle, tempfile.TemporaryFile() as index:
            write_csv(index, headings, self._rows(bundle))
            index.seek(0)
            with bundle.open(_entry(INDEX, timezone.now()), "w") as copy:
                shutil.copyfileobj(index, copy)

    def _rows(self, bundle: ZipFile) -> Iterator[list[Any]]:
        """Of the index; each paper goes in as its row is asked for."""
        end = time.monotonic() + answer.SECONDS
        found = self.receipts.select_related(None).select_related("donation")
        rows = found.order_by("year", "number", "pk").iterator(chunk_size=AT_ONCE)
        for number, receipt in enumerate(rows):
            if number >= MOST or time.monotonic() > end:
                raise answer.TooMuch
            yield [
                receipt.label,
                receipt.issued_at,
                receipt.made_out_to,
                euros(receipt.amount),
                str(receipt.get_state_display()),
                receipt.void_words if receipt.void_reason else None,
                self._put(bundle, receipt),
                receipt.sha256,
            ]

    def _put(self, bundle: ZipFile, receipt: Receipt) -> str:
        """The name of the file in the ZIP, or why there is none."""
        if receipt.forgotten_at:
            return gettext("deleted after its term")
        if not receipt.file:
            return gettext("being drawn")
        content = reprinting.stored(receipt=receipt)
        if content is None:
            self.left_out += 1
            return gettext("missing or altered: it is not in the ZIP")
        name = f"{'-'.join(filter(None, [reprinting.name(receipt), receipt.issuer]))}.pdf"
        bundle.writestr(_entry(name, receipt.issued_at), content)
        self.held += 1
        return name


def _entry(name: str, at: Any) -> ZipInfo:
    return ZipInfo(name, timezone.localtime(at).timetuple()[:6])
