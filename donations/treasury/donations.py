"""The list of donations, and the page of one with all that happened."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F, Prefetch, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from donations.models import Account, Donation, Donor, Receipt
from donations.services import refunding
from donations.treasury import export, masks
from donations.treasury.base import TreasuryList, TreasuryView
from donations.treasury.filters import VIEWS, DonationFilter
from donations.treasury.looks import look
from donations.treasury.timeline import timeline


def _rows() -> QuerySet[Donation]:
    receipts = Prefetch("receipts", queryset=Receipt.objects.order_by("pk"))
    return Donation.objects.select_related("donor", "fund", "source__parent").prefetch_related(
        receipts
    )


class DonationList(TreasuryList):
    permissions = ("donations.view_donation",)
    template_name = "donations/treasury/donations.html"
    page_title = _("Donations")
    tab = "treasury:donations"
    filter_class = DonationFilter

    def all_rows(self) -> QuerySet[Donation]:
        return _rows()

    def sheet(self) -> HttpResponseBase:
        """`?foglio=donatori`: not the gifts but who made them, with what each gave by them."""
        if self.request.GET.get("foglio") == "donatori":
            people = Donor.objects.filter(pk__in=self.rows.order_by().values("donor"))
            return export.donors(self.request, people, gifts=self.rows)
        return export.donations(self.request, self.rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        received = self.rows.filter(state__in=Donation.RECEIVED).order_by()
        sums = Donation.objects.filter(pk__in=received.values("pk")).aggregate(
            cents=Sum(F("amount") - F("refunded_amount"))
        )
        return context | {
            "rows": [(row, look(row)) for row in context["page"]],
            "received": sums["cents"] or 0,
            "views": self._views(),
            "may_write": self.request.user.has_perm("donations.view_donor"),
        }

    def _views(self) -> list[dict[str, Any]]:
        """Ready-made views, each with how many donations it holds."""
        here = self.request.GET.get("stato", "")
        everything = Donation.objects.all()
        return [
            {
                "value": value,
                "label": label,
                "number": DonationFilter({"stato": value}).narrow(everything).count(),
                "here": value == here,
            }
            for value, label in VIEWS
        ]


class DonationPage(TreasuryView):
    permissions = ("donations.view_donation",)
    template_name = "donations/treasury/donation.html"
    tab = "treasury:donations"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.shown: set[str] = set()

    @property
    def gift(self) -> Donation:
        if not hasattr(self, "_gift"):
            self._gift = get_object_or_404(_rows(), public_id=self.kwargs["public_id"])
        return self._gift

    def get_page_title(self) -> str:
        return self.gift.donor_name

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        """Shows the mail address or the codice fiscale, and writes down who asked for it."""
        if not request.user.has_perm("donations.view_donor"):
            messages.error(request, gettext("Your role does not see the donors’ data."))
            return HttpResponseRedirect(reverse("treasury:donation", args=[public_id]))
        asked = request.POST.get("mostra", "")
        if asked in ("email", "codice_fiscale"):
            log(instance=self.gift, action="donations.reveal", data={"what": asked})
            self.shown.add(asked)
        response = self.get(request, public_id=public_id)
        response["Cache-Control"] = "no-store"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gift = self.gift
        mail, code = gift.donor.email, gift.codice_fiscale
        fee, held = _balance(gift, Account.FEES), _balance(gift, Account.DISPUTES)
        lost = _lost(gift)
        return super().get_context_data(
            gift=gift,
            look=look(gift),
            steps=timeline(gift, user=self.request.user),
            mail=mail if "email" in self.shown else masks.mail(mail),
            code=code if "codice_fiscale" in self.shown else masks.fiscal_code(code),
            shown=self.shown,
            may_ask=self.request.user.has_perm("donations.view_donor"),
            how_many=gift.donor.donations.filter(state__in=Donation.RECEIVED).count(),
            fee=fee,
            held=held,
            lost=lost,
            given_back=gift.refunded_amount - lost,
            remains=gift.net - fee - held if gift.state in Donation.RECEIVED else None,
            consents=gift.consents.all(),
            to_refund=refunding.left_of(gift) if self._may_refund() else 0,
            going_back=gift.refund_requests.under_way().cents(),
            **kwargs,
        )

    def _may_refund(self) -> bool:
        may = self.request.user.has_perm("donations.add_refundrequest")
        return may and not refunding.is_held(self.gift)


def _balance(gift: Donation, account: str) -> int:
    """Cents of the gift on an account (its fees, what a bank holds back): debits less credits."""
    came = gift.entries.filter(debit__code=account).aggregate(sum=Sum("amount"))["sum"] or 0
    went = gift.entries.filter(credit__code=account).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(came - went)


def _lost(gift: Donation) -> int:
    """Cents of the gift that banks took for good: from the fund to the disputes' account."""
    rows = gift.entries.filter(debit__fund=gift.fund, credit__code=Account.DISPUTES)
    back = gift.entries.filter(credit__fund=gift.fund, debit__code=Account.DISPUTES)
    sums = [one.aggregate(sum=Sum("amount"))["sum"] or 0 for one in (rows, back)]
    return int(sums[0] - sums[1])
