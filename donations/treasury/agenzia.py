"""The readiness report for the Agenzia delle Entrate, its spreadsheets, and the mails that ask."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.log_actions import log

from donations.models import CodeRequest, Donor
from donations.services import agenzia, asking_codes
from donations.services.by_hand import today
from donations.treasury import export
from donations.treasury.base import TreasuryView

SHOWN = 200  # who miss it, the largest first


class Agenzia(TreasuryView):
    """`?anno=`; with `foglio` (dentro, fuori, rimborsi) and `formato` the spreadsheet. It shows
    whole codici fiscali, so it is for those alone who make the report."""

    permissions = ("donations.view_donation", "donations.view_donor", "donations.add_coderequest")
    template_name = "donations/treasury/agenzia.html"
    page_title = gettext_lazy("Report to the Agenzia delle Entrate")
    tab = "treasury:statements"

    @cached_property
    def year(self) -> int:
        typed = self.request.GET.get("anno", "")
        good = typed.isascii() and typed.isdigit() and 2000 <= int(typed[:5]) <= today().year
        return int(typed) if good else today().year - 1

    @cached_property
    def found(self) -> agenzia.Report:
        return agenzia.report(self.year)

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        sheet = SHEETS.get(request.GET.get("foglio", ""))
        if sheet and request.GET.get("formato") in export.FORMATS:
            name, headings, rows = sheet
            titles = [str(one) for one in headings]
            name = f"agenzia-{self.year}-{name}"
            return export.spreadsheet(request, name=name, headings=titles, rows=rows(self.found))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        """`chi`: donors, of those who miss it."""
        persons = [
            int(one) for one in request.POST.getlist("chi") if one.isascii() and one.isdigit()
        ]
        number = asking_codes.ask(year=self.year, persons=persons, by=request.user)  # type: ignore[arg-type]
        if number:
            log(instance=request.user, action="donations.codes_asked", data={"number": number})
            told = ngettext("%(number)s mail is leaving.", "%(number)s mails are leaving.", number)
            messages.success(request, told % {"number": number})
        else:
            messages.warning(request, _("Choose somebody who was not asked yet: nothing was sent."))
        return HttpResponseRedirect(f"{reverse('treasury:agenzia')}?anno={self.year}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        missing = self.found.missing
        shown = missing[:SHOWN]
        donors = Donor.objects.in_bulk([line.person for line in shown])
        person = Coalesce("donor__kept", "donor")
        asked = dict(CodeRequest.objects.filter(year=self.year).values_list(person, "asked_at"))
        joined = set(
            Donor.objects.filter(kept__in=donors, email__isnull=False).values_list(
                "kept", flat=True
            )
        )
        return super().get_context_data(
            year=self.year,
            years=range(today().year, today().year - 5, -1),
            report=self.found,
            out=sum(cents for _label, _people, _gifts, cents in self.found.reasons),
            back=sum(one.amount for one in self.found.refunds),
            missing=[
                {
                    "line": line,
                    "donor": donors[line.person],
                    "asked": asked.get(line.person),
                    "reachable": bool(donors[line.person].email) or line.person in joined,
                }
                for line in shown
            ],
            more=len(missing) - len(shown),
            **kwargs,
        )


def _included(found: agenzia.Report) -> Iterator[list[Any]]:
    for line in found.included:
        yield [line.code, line.name, found.year, line.gifts, export.euros(line.amount)]
    yield export.Totals([_("Total"), None, None, None, export.euros(found.amount)])


def _left_out(found: agenzia.Report) -> Iterator[list[Any]]:
    for line in found.left_out:
        yield [line.code, line.name, line.why, line.gifts, export.euros(line.amount)]
    cents = sum(line.amount for line in found.left_out)
    yield export.Totals([_("Total"), None, None, None, export.euros(cents)])


def _refunds(found: agenzia.Report) -> Iterator[list[Any]]:
    for one in found.refunds:
        yield [one.code, one.name, one.year, export.euros(one.amount), one.why or None]
    cents = sum(one.amount for one in found.refunds)
    yield export.Totals([_("Total"), None, None, export.euros(cents)])


CODE, NAME = gettext_lazy("Codice fiscale"), gettext_lazy("Name")
GIFTS, AMOUNT = gettext_lazy("Gifts"), gettext_lazy("Amount")
SHEETS: dict[str, tuple[str, list[Any], Any]] = {
    "dentro": ("dentro", [CODE, NAME, gettext_lazy("Year"), GIFTS, AMOUNT], _included),
    "fuori": ("fuori", [CODE, NAME, gettext_lazy("Why it is out"), GIFTS, AMOUNT], _left_out),
    "rimborsi": (
        "rimborsi",
        [CODE, NAME, gettext_lazy("Year of the gift"), AMOUNT, gettext_lazy("Why it is out")],
        _refunds,
    ),
}
