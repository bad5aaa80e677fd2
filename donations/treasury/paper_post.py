"""The yearly statements of donors without a mail address: one file for the printer, and what to write
on the envelopes."""

import tempfile
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Statement, StatementRun
from donations.services import yearly_statements
from donations.services.binding import bind
from donations.treasury import export
from people.models import User

VIEW = "donations.view_statementrun"
IN_ONE = 250  # papers in one file: a few seconds of work, and a tray of paper
AT_ONCE = 200


class Altered(Exception):
    """A stored file is missing, or is not what was drawn. `name`: whose it is."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def to_print(run: StatementRun) -> QuerySet[Statement]:
    """In the order of the file and of the envelopes."""
    return run.statements.filter(state=Statement.State.KEPT).exclude(file="")


def offered(run: StatementRun, user: User | AnonymousUser) -> dict[str, Any] | None:
    """What the page says of them."""
    papers = to_print(run)
    number = papers.count()
    if not number:
        return None
    return {
        "number": number,
        "nowhere": papers.filter(data__address="").count(),
        "may_write": user.has_perm("donations.view_donor"),
        "parts": [
            {"number": at // IN_ONE + 1, "first": at + 1, "last": min(at + IN_ONE, number)}
            for at in range(0, number, IN_ONE)
        ],
    }


@require_safe
def papers_together(request: HttpRequest, pk: int) -> HttpResponseBase:
    """`?parte=` from 1; `?fronteretro=si`: for a printer that fills both sides; `?formato=csv` or
    `xlsx`: the envelopes. One that is missing or altered stops the whole file: a batch that lacks
    somebody would look complete."""
    if not request.user.has_perm(VIEW):
        refused: HttpResponseBase = permission_denied(request)
        return refused
    run = get_object_or_404(StatementRun, pk=pk)
    if request.GET.get("formato") in export.FORMATS:
        return _envelopes(request, run)
    typed = request.GET.get("parte", "1")
    part = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else 0
    papers = to_print(run)[max(part - 1, 0) * IN_ONE : part * IN_ONE]
    number = len(papers)
    if not number:
        raise Http404(gettext("There is nothing to print here."))
    title = f"Riepiloghi {run.year}"
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the answer closes it
    try:
        both_sides = "fronteretro" in request.GET
        bind(_contents(papers), into=file, title=title, both_sides=both_sides)  # type: ignore[arg-type]
    except Altered as error:
        file.close()
        said = gettext(
            "The stored file of %(name)s has been altered or is missing: nothing was put together."
        )
        messages.error(request, said % {"name": error.name})
        return HttpResponseRedirect(reverse("treasury:statement_run", args=[pk]))
    log(instance=run, action="donations.statements_printed", data={"papers": number})
    file.seek(0)
    name = f"riepiloghi-{run.year}-da-stampare-{part}.pdf"
    response = FileResponse(file, filename=name, content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _contents(papers: QuerySet[Statement]) -> Iterator[bytes]:
    for one in papers:
        content = yearly_statements.stored(statement=one)
        if content is None:
            raise Altered(one.name)
        yield content


def _envelopes(request: HttpRequest, run: StatementRun) -> HttpResponseBase:
    """Names and postal addresses as they stand on the papers."""
    if not request.user.has_perm("donations.view_donor"):
        refused: HttpResponseBase = permission_denied(request)
        return refused
    rows = to_print(run).values_list("name", "data__address")
    return export.spreadsheet(
        request,
        name=f"buste-{run.year}",
        headings=[gettext("Name"), gettext("Postal address")],
        rows=([*row] for row in rows.iterator(chunk_size=AT_ONCE)),
    )
