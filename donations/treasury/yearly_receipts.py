"""Who waits for the receipt of a year, and the button that issues them all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, Sum
from django.db.models.functions import ExtractYear
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import GivingSettings, Receipt, ReceiptRun
from donations.services import yearly_receipts
from donations.services.by_hand import today
from donations.services.receipts import ROME
from donations.tasks import issue_yearly_receipts
from donations.treasury.base import TreasuryView
from outbox.bell import Bell

VIEW, MAKE = "donations.view_receiptrun", "donations.add_receiptrun"
bell = Bell(issue_yearly_receipts)


class YearForm(forms.Form):
    anno = forms.IntegerField(min_value=2000, max_value=9999)

    def clean_anno(self) -> int:
        year = int(self.cleaned_data["anno"])
        if year >= today().year:
            raise forms.ValidationError(
                gettext("The year is not over: its receipts are issued from January on.")
            )
        if not yearly_receipts.to_issue(year).exists():
            raise forms.ValidationError(gettext("Nobody waits for a receipt of this year."))
        return year


class YearlyReceipts(TreasuryView):
    permissions = (VIEW, "donations.view_receipt")
    template_name = "donations/treasury/yearly_receipts.html"
    page_title = _("Cumulative receipts")
    tab = "treasury:receipts"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waiting = yearly_receipts.waiting().select_related("fund", "donor")
        runs = ReceiptRun.objects.select_related("started_by")
        return super().get_context_data(
            page=self.paged(waiting.order_by("settled_at", "pk")),
            query="",
            years=[row | {"over": row["year"] < today().year} for row in _years()],
            runs=[(run, _progress(run)) for run in runs[:20]],
            running=runs.filter(finished_at=None).exists(),
            on=GivingSettings.load().receipts_by_year,
            may_make=self.request.user.has_perm(MAKE),
            **{"error": ""} | kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(MAKE):
            response: HttpResponse = permission_denied(request)
            return response
        form = YearForm(request.POST)
        if not form.is_valid():
            (error, *_rest) = form.errors["anno"]
            return self.render_to_response(self.get_context_data(error=error), status=422)
        run = yearly_receipts.begin(year=form.cleaned_data["anno"], by=request.user)
        log(instance=run, action="donations.receipts_issued")
        bell.ring()
        messages.success(request, gettext("The receipts are being issued: look again in a minute."))
        return HttpResponseRedirect(reverse("treasury:yearly_receipts"))


def _years() -> list[dict[str, Any]]:
    rows = yearly_receipts.waiting().order_by()
    years = rows.annotate(year=ExtractYear("settled_at", tzinfo=ROME)).values("year")
    sums = years.annotate(
        donors=Count("donor", distinct=True),
        gifts=Count("pk"),
        cents=Sum(F("amount") - F("refunded_amount")),
    )
    return [dict(row) for row in sums.order_by("-year")]


def _progress(run: ReceiptRun) -> dict[str, int]:
    made = Receipt.objects.filter(covers_year=run.year, issued_at__gte=run.started_at)
    if run.finished_at:
        made = made.filter(issued_at__lte=run.finished_at)
    left = 0 if run.finished_at else yearly_receipts.to_issue(run.year).count()
    return {"issued": made.filter(replaces=None).count(), "done": max(0, run.gifts - left)}
