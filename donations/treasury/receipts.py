"""The receipts, and the file of each: as it was stored, or stamped when printed again."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Donation, Receipt, ReceiptLine
from donations.services import reprinting
from donations.services.finding import gifts_found
from donations.treasury import export
from donations.treasury.base import TreasuryList
from donations.treasury.looks import look
from donations.treasury.periods import Period, SearchField


class ReceiptFilter(Period):
    moment = "issued_at"
    field_order = ("cerca", "stato", "da", "a")

    cerca = SearchField()
    stato = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Whichever")), *Receipt.State.choices]
    )

    def _cerca(self, rows: QuerySet[Receipt], text: str) -> QuerySet[Receipt]:
        found = gifts_found(Donation.objects.order_by(), text)
        return rows.filter(
            pk__in=ReceiptLine.objects.filter(donation__in=found.values("pk")).values("receipt")
        )

    def _stato(self, rows: QuerySet[Receipt], state: str) -> QuerySet[Receipt]:
        return rows.filter(state=state)


class ReceiptList(TreasuryList):
    """`?formato=zip`: the stored files of the same rows, with an index."""

    permissions = ("donations.view_receipt",)
    template_name = "donations/treasury/receipts.html"
    page_title = _("Receipts")
    tab = "treasury:receipts"
    filter_class = ReceiptFilter

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        page = super().get(request, *args, **kwargs)
        if request.GET.get("formato") == export.ZIP and self.filter.is_valid():
            return export.papers(request, self.rows)
        return page

    def all_rows(self) -> QuerySet[Receipt]:
        return Receipt.objects.select_related("donation", "replaces", "replaced_by")

    def sheet(self) -> HttpResponseBase:
        return export.receipts(self.request, self.rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"rows": [(row, look(row)) for row in context["page"]]}


def stored(request: HttpRequest, pk: int) -> HttpResponse:
    """The file exactly as it was sent; refused when it no longer matches its fingerprint."""
    if not request.user.has_perm("donations.view_receipt"):
        return permission_denied(request)
    receipt = _drawn(pk)
    content = reprinting.stored(receipt=receipt)
    if content is None:
        return _altered(request, receipt)
    log(instance=receipt, action="donations.receipt_opened")
    return pdf(content, reprinting.name(receipt))


def reprint(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored file under a stamp: DUPLICATO, or ANNULLATA for one that is void."""
    if not request.user.has_perm("donations.view_receipt"):
        return permission_denied(request)
    receipt = _drawn(pk)
    paper = reprinting.stamped(receipt=receipt)
    if paper is None:
        return _altered(request, receipt)
    name, content = paper
    log(instance=receipt, action="donations.receipt_reprinted")
    return pdf(content, name)


def _drawn(pk: int) -> Receipt:
    receipt = get_object_or_404(Receipt, pk=pk)
    if not receipt.file:
        raise Http404(gettext("The file of this receipt has not been drawn yet."))
    return receipt


def _altered(request: HttpRequest, receipt: Receipt) -> HttpResponse:
    sentence = gettext(
        "The stored file of %(number)s has been altered or is missing: it is not shown."
    )
    messages.error(request, sentence % {"number": receipt.label})
    return HttpResponseRedirect(reverse("treasury:receipts"))


def pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
