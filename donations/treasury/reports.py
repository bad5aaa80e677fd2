"""The reports: one form, one table with its chart, one spreadsheet. All of it from the ledger."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attribution.models import Source
from donations.models import Fund
from donations.services import reporting
from donations.services.reporting import Scope
from donations.treasury import export
from donations.treasury import report_tables as tables
from donations.treasury.base import TreasuryView
from donations.treasury.periods import Period
from donations.treasury.report_tables import Cents, Report, Table

LONGEST = 1100  # days, three years: beyond it a report by day is a ledger
REPORTS = {
    "": Report(
        _("A year against the last"),
        tables.year,
        _("The whole year of the last day, beside the year before it."),
    ),
    "giorno": Report(_("By day"), tables.days, _("Days without gifts are left out of the table.")),
    "campagna": Report(_("By campaign"), tables.campaigns),
    "post": Report(_("By post"), tables.posts),
    "canale": Report(_("By channel"), tables.channels),
    "fondo": Report(_("By fund"), tables.funds),
    "modo": Report(_("By way of giving"), tables.ways),
    "ricorrenti": Report(
        _("Recurring gifts"),
        tables.recurring,
        _(
            "All recurring gifts, the last 24 months. What is promised is counted as a month’s part of"
            " a year, rounded to the cent; a pause takes nothing off it."
        ),
        narrowed=False,
    ),
    "omaggi": Report(
        _("Thank-you gifts"),
        tables.premiums,
        _(
            "The pieces that gifts of these days brought. What a piece is worth is what you wrote of it, for"
            " your accounts only: it stands on no receipt and in no mail."
        ),
    ),
    "fedelta": Report(
        _("Who gives again"),
        tables.retention,
        _("All persons, whatever their addresses; the year that runs is not over yet."),
        narrowed=False,
    ),
}


class ReportFilter(Period):
    field_order = ("rapporto", "da", "a", "campagna", "fondo", "confronta")

    rapporto = forms.ChoiceField(
        required=False,
        choices=[(name, report.label) for name, report in REPORTS.items()],
        widget=forms.HiddenInput,
    )
    campagna = forms.ModelChoiceField(
        label=_("Campaign"),
        required=False,
        queryset=Source.objects.filter(kind="campaign").order_by("label"),
        empty_label=_("Whichever"),
    )
    fondo = forms.ModelChoiceField(
        label=_("Fund"),
        required=False,
        queryset=Fund.objects.all(),
        to_field_name="slug",
        empty_label=_("Whichever"),
    )
    confronta = forms.BooleanField(label=_("Beside the year before"), required=False)

    def clean(self) -> None:
        super().clean()
        scope = self.scope
        by_day = self.cleaned_data.get("rapporto") == "giorno"
        if by_day and (scope.last - scope.first).days > LONGEST:
            self.add_error("a", _("Day by day, a report holds three years at most."))

    @property
    def scope(self) -> Scope:
        """Without days: the year that runs; with one of them, to today, or from that year's first."""
        known, today = self.cleaned_data, timezone.localdate()
        last = known.get("a") or max(today, known.get("da") or today)
        first = known.get("da") or date(last.year, 1, 1)
        return Scope(first, last, known.get("campagna"), known.get("fondo"))


class Reports(TreasuryView):
    """`?rapporto=`: which; `?formato=csv` or `xlsx`: its spreadsheet, unless the form is wrong."""

    permissions = ("donations.view_journalentry",)
    template_name = "donations/treasury/reports.html"
    page_title = _("Reports")
    tab = "treasury:reports"

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        self.filter = ReportFilter(request.GET)
        self.name = self.filter.cleaned_data.get("rapporto", "") if self.filter.is_valid() else ""
        self.report = REPORTS[self.name]
        if request.GET.get("formato") in export.FORMATS and self.filter.is_valid():
            return self._sheet(self._table())
        return super().get(request, *args, **kwargs)

    def _table(self) -> Table:
        compare = bool(self.filter.cleaned_data.get("confronta"))
        return self.report.make(self.filter.scope, compare)

    def _sheet(self, table: Table) -> HttpResponseBase:
        rows = [_written(row) for row in table.rows]
        if table.totals:
            rows.append(export.Totals(_written(table.totals)))
        name = f"rapporto-{self.name or 'anno'}"
        return export.spreadsheet(self.request, name=name, headings=table.headings, rows=rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wrong = not self.filter.is_valid()
        table = None if wrong else self._table()
        return super().get_context_data(
            filter=self.filter,
            report=self.report,
            wrong=wrong,
            table=table,
            tiles=None if wrong or not self.report.narrowed else _tiles(self.filter.scope, table),
            empty=table is not None and not any(_moved(row) for row in table.rows),
            compared=any(before is not None for _now, before in table.points) if table else False,
            scope=None if wrong else self.filter.scope,
            links=self._links(),
            query=self._query().urlencode(),
            **kwargs,
        )

    def _query(self) -> QueryDict:
        query = self.request.GET.copy()
        query.pop("formato", None)
        return query

    def _links(self) -> list[dict[str, Any]]:
        """The other reports of the same days."""
        found = []
        for name, report in REPORTS.items():
            query = self._query()
            query["rapporto"] = name
            here = name == self.name
            found.append({"label": report.label, "query": query.urlencode(), "here": here})
        return found


def _tiles(scope: Scope, table: Table | None) -> dict[str, Any]:
    sums = table.whole if table and table.whole else reporting.total(scope)
    return {"sums": sums, "median": reporting.median(scope, sums.number)}


def _moved(row: list[Any]) -> bool:
    return any(isinstance(cell, int) and cell for cell in row[1:])


def _written(row: list[Any]) -> list[Any]:
    return [export.euros(cell) if isinstance(cell, Cents) else cell for cell in row]
