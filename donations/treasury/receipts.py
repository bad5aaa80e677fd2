"""The receipts, and the file of each: as it was stored, or stamped when printed again."""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Receipt
from donations.receipts import ANNULLED, DUPLICATE, stamp_receipt, wording
from donations.treasury import export
from donations.treasury.base import TreasuryList
from donations.treasury.filters import receipt_query
from donations.treasury.looks import look
from donations.treasury.periods import Period


class ReceiptFilter(Period):
    moment = "issued_at"
    field_order = ("cerca", "stato", "da", "a")

    cerca = forms.CharField(
        label=_("Name or number"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    stato = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Whichever")), *Receipt.State.choices]
    )

    def _cerca(self, rows: QuerySet[Receipt], text: str) -> QuerySet[Receipt]:
        for word in text.split():
            rows = rows.filter(
                Q(donation__first_name__icontains=word)
                | Q(donation__last_name__icontains=word)
                | receipt_query(word)
            )
        return rows

    def _stato(self, rows: QuerySet[Receipt], state: str) -> QuerySet[Receipt]:
        return rows.filter(state=state)


class ReceiptList(TreasuryList):
    permissions = ("donations.view_receipt",)
    template_name = "donations/treasury/receipts.html"
    page_title = _("Receipts")
    tab = "treasury:receipts"
    filter_class = ReceiptFilter

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
    receipt, content = _file(pk)
    if content is None:
        messages.error(
            request,
            gettext(
                "The stored file of %(number)s has been altered or is missing: it is not shown."
            )
            % {"number": receipt.label},
        )
        return HttpResponseRedirect(reverse("treasury:receipts"))
    log(instance=receipt, action="donations.receipt_opened")
    return _pdf(content, _name(receipt))


def reprint(request: HttpRequest, pk: int) -> HttpResponse:
    """The stored file under a stamp: DUPLICATO, or ANNULLATA for one that is void."""
    if not request.user.has_perm("donations.view_receipt"):
        return permission_denied(request)
    receipt, content = _file(pk)
    if content is None:
        return stored(request, pk)
    void = receipt.state == Receipt.State.VOID
    stamp = ANNULLED if void else DUPLICATE
    body = stamp_receipt(content, receipt.data, stamp=stamp, note=_note(receipt) if void else "")
    log(instance=receipt, action="donations.receipt_reprinted")
    return _pdf(body, f"{_name(receipt)}-{stamp.lower()}")


def _note(receipt: Receipt) -> str:
    """In Italian, as the paper is: why it is void, and the one that takes its place."""
    assert receipt.void_day  # a void receipt has its reason
    successor = Receipt.objects.filter(replaces=receipt).first()
    why = wording.void(receipt.void_reason, receipt.void_day)
    lines = [why, f"Sostituita dalla n. {successor.label}" if successor else ""]
    return "\n".join(filter(None, lines))


def _file(pk: int) -> tuple[Receipt, bytes | None]:
    """The receipt with its file's bytes, None when they are not what was stored."""
    receipt = get_object_or_404(Receipt, pk=pk)
    if not receipt.file:
        raise Http404(gettext("The file of this receipt has not been drawn yet."))
    try:
        with receipt.file.open("rb") as handle:
            content = handle.read()
    except OSError:
        return receipt, None
    return receipt, content if hashlib.sha256(content).hexdigest() == receipt.sha256 else None


def _name(receipt: Receipt) -> str:
    return f"ricevuta-{receipt.label.replace('/', '-')}"


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
