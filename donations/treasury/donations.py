"""The list of donations, and the page of one with all that happened."""

from collections import Counter
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Prefetch, QuerySet, Sum
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from donations.models import (
    Account,
    Donation,
    Donor,
    HandEntry,
    Payout,
    Receipt,
    RefundRequest,
)
from donations.services import giving_back, refunding
from donations.treasury import export, masks
from donations.treasury.base import PER_PAGE, TreasuryList
from donations.treasury.by_hand import EnterGift, ReverseGift
from donations.treasury.corrections import CorrectGift
from donations.treasury.filters import STAYS, VIEWS, DonationFilter, seen_at_once
from donations.treasury.hand_refunds import ReverseRefund
from donations.treasury.looks import look
from donations.treasury.payouts import PayoutPage
from donations.treasury.premium_steps import thanked
from donations.treasury.reveal import RevealingView
from donations.treasury.timeline import timeline
from donations.treasury.tributes import card_of


def _rows() -> QuerySet[Donation]:
    receipts = Prefetch("receipts", queryset=Receipt.objects.order_by("pk"))
    return Donation.objects.select_related(
        "donor", "fund", "promise", "source__parent"
    ).prefetch_related(receipts)


class DonationList(TreasuryList):
    permissions = ("donations.view_donation",)
    template_name = "donations/treasury/donations.html"
    page_title = _("Donations")
    tab = "treasury:donations"
    filter_class = DonationFilter
    by_key = True

    def all_rows(self) -> QuerySet[Donation]:
        return _rows()

    @cached_property
    def sums(self) -> dict[str, int | None]:
        """How many there are, and the cents that stay of them: the search is made once for both."""
        if not self.filter.narrows:
            numbers, cents = self.all_at_once
            return {"number": numbers[""], "cents": cents}
        return self.rows.order_by().aggregate(number=Count("pk"), cents=STAYS)

    @cached_property
    def all_at_once(self) -> tuple[Counter[str], int]:
        return seen_at_once()

    def paged(self, rows: QuerySet[Any] | list[Any]) -> Page:
        pages = Paginator(rows, PER_PAGE)
        pages.count = self.sums["number"] or 0
        return pages.get_page(self.request.GET.get("p"))

    def sheet(self) -> HttpResponseBase:
        """`?foglio=donatori`: not the gifts but who made them, with what each gave by them."""
        if self.request.GET.get("foglio") == "donatori":
            people = Donor.objects.filter(pk__in=self.rows.order_by().values("donor"))
            return export.donors(self.request, people, gifts=self.rows)
        return export.donations(self.request, self.rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "rows": [(row, look(row)) for row in context["page"]],
            "received": self.sums["cents"] or 0,
            "views": self._views(),
            "may_write": self.request.user.has_perm("donations.view_donor"),
            "may_enter": self.request.user.has_perms(EnterGift.permissions),
        }

    def _views(self) -> list[dict[str, Any]]:
        """Ready-made views, each with how many donations it holds; not where something was searched:
        there they would not be of what was found."""
        here = self.request.GET.get("stato", "")
        numbers = None if self.request.GET.get("cerca") else self.all_at_once[0]
        return [
            {
                "value": value,
                "label": label,
                "number": "" if numbers is None else numbers[value],
                "here": value == here,
            }
            for value, label in VIEWS
        ]


class DonationPage(RevealingView):
    permissions = ("donations.view_donation",)
    template_name = "donations/treasury/donation.html"
    tab = "treasury:donations"

    @property
    def gift(self) -> Donation:
        if not hasattr(self, "_gift"):
            self._gift = get_object_or_404(_rows(), public_id=self.kwargs["public_id"])
        return self._gift

    def get_page_title(self) -> str:
        return self.gift.donor_name

    def whose(self) -> Donation:
        return self.gift

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gift = self.gift
        mail, code = gift.donor.email or "", gift.codice_fiscale
        fee, held = _balance(gift, Account.FEES), _balance(gift, Account.DISPUTES)
        lost = _lost(gift)
        return super().get_context_data(
            gift=gift,
            look=look(gift),
            steps=timeline(gift, user=self.request.user),
            mail=mail if "email" in self.shown or not mail else masks.mail(mail),
            code=code if "codice_fiscale" in self.shown else masks.fiscal_code(code),
            how_many=gift.donor.donations.filter(
                state__in=Donation.RECEIVED, refunded_amount__lt=F("amount")
            ).count(),
            fee=fee,
            held=held,
            lost=lost,
            given_back=gift.refunded_amount - lost,
            remains=gift.net - fee - held if gift.state in Donation.RECEIVED else None,
            consents=gift.consents.all(),
            card=card_of(gift, user=self.request.user),
            thanked=thanked(gift, user=self.request.user),
            to_refund=refunding.left_of(gift) if self._may_refund() else 0,
            going_back=gift.refund_requests.under_way().cents(),
            payouts=self._payouts(),
            hand=HandEntry.objects.filter(donation=gift).first(),
            handed_back=self._handed_back(),
            may_enter=self.request.user.has_perms(EnterGift.permissions),
            may_reverse=self.request.user.has_perms(ReverseGift.permissions),
            may_correct=self._may_correct(),
            changes=gift.donor.consent_changes.all(),
            **kwargs,
        )

    def _handed_back(self) -> QuerySet[RefundRequest]:
        """What was given back by hand, for whoever may say that it never went."""
        found = giving_back.standing(self.gift)
        return found if self.request.user.has_perms(ReverseRefund.permissions) else found.none()

    def _payouts(self) -> QuerySet[Payout]:
        """Those that carried it, or what of it went back, for those who may read them."""
        may = self.request.user.has_perms(PayoutPage.permissions)
        found = Payout.objects.filter(lines__donation=self.gift).distinct()
        return found if may else found.none()

    def _may_correct(self) -> bool:
        may = self.request.user.has_perms(CorrectGift.permissions)
        return may and self.gift.state in Donation.RECEIVED and bool(self.gift.net)

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
