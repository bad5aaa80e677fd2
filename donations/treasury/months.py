"""The months of the books: what each held, what is missing before one is closed, and closing it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import Account, ClosedMonth, Donation, JournalEntry
from donations.services import closing
from donations.services.figures import Month, figures
from donations.treasury import export, month_words
from donations.treasury.base import TreasuryView
from donations.treasury.periods import YEARS


class Months(TreasuryView):
    permissions = ("donations.view_closedmonth",)
    template_name = "donations/treasury/months.html"
    page_title = _("Months")
    tab = "treasury:months"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        closed = {row.first_day: row for row in ClosedMonth.objects.select_related("closed_by")}
        turn, now = closing.next_to_close(), timezone.now()
        rows = [
            {
                "month": one,
                "closed": closed.get(one.first_day),
                "turn": one == turn and one.ends <= now,
            }
            for one in _known_months(closed)
        ]
        page = self.paged(rows)
        return super().get_context_data(page=page, rows=page.object_list, query="", **kwargs)


def _known_months(closed: Iterable[date]) -> list[Month]:
    """From the first row of the ledger (or the first closed month, where that is earlier) to the
    month that runs, the newest first."""
    now = Month.of(timezone.now())
    first = JournalEntry.objects.aggregate(first=Min("at"))["first"]
    begins = [Month.of(first).first_day] if first else []
    one, found = Month(min([*closed, *begins, now.first_day])), []
    while one.first_day <= now.first_day:
        found.append(one)
        one = one.next
    return found[::-1]


class MonthPage(TreasuryView):
    """`?formato=csv` or `xlsx`: the ledger of the month. A post closes it."""

    permissions = ("donations.view_closedmonth",)
    template_name = "donations/treasury/month.html"
    tab = "treasury:months"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if kwargs["year"] not in YEARS or not 1 <= kwargs["month"] <= 12:
            raise Http404
        self.month = Month(date(kwargs["year"], kwargs["month"], 1))
        self.closed = ClosedMonth.objects.filter(first_day=self.month.first_day).first()
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str | Promise:
        return formats.date_format(self.month.first_day, "F Y")

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.GET.get("formato") in export.FORMATS:
            if not request.user.has_perm("donations.view_journalentry"):
                refused: HttpResponseBase = permission_denied(request)
                return refused
            return export.ledger(request, self.month.rows())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = self.closed.figures if self.closed else figures(self.month)
        found = [] if self.closed else closing.findings(self.month)
        kwargs |= {"month": self.month}  # in the place of its number in the address
        return super().get_context_data(
            closed=self.closed,
            whole=self._whole() if "verifica" in self.request.GET else None,
            accounts=_accounts(held["accounts"]),
            moved={
                side: sum(one[side] for one in held["accounts"]) for side in ("debit", "credit")
            },
            gifts=_gifts(held["gifts"]),
            receipts=held["receipts"],
            findings=[month_words.put(one) for one in found if one.number],
            ready=not any(one.stops and one.number for one in found),
            looked_at=len(found),
            may_close=self.request.user.has_perm("donations.add_closedmonth"),
            sees_ledger=self.request.user.has_perm("donations.view_journalentry"),
            **kwargs,
        )

    def _whole(self) -> bool:
        """Whether the rows are those that were closed."""
        assert self.closed
        return closing.fingerprint(self.month)[0] == self.closed.sha256

    def post(self, request: HttpRequest, year: int, month: int) -> HttpResponse:
        if not request.user.has_perm("donations.add_closedmonth"):
            return permission_denied(request)
        if not request.POST.get("per_sempre"):
            messages.error(
                request, gettext("Put the tick that says you know: a closed month stays closed.")
            )
            return self._back()
        try:
            made = closing.close(month=self.month, by=request.user)  # type: ignore[arg-type]  # staff
        except closing.CannotClose:
            messages.error(
                request, gettext("Something is missing, or somebody was quicker: look at the list.")
            )
        else:
            log(instance=made, action="donations.month_closed", data={"month": str(made)})
            said = gettext(
                "%(month)s is closed. What is still to come is written in the open month."
            )
            messages.success(request, said % {"month": self.get_page_title()})
        return self._back()

    def _back(self) -> HttpResponse:
        day = self.month.first_day
        return HttpResponseRedirect(reverse("treasury:month", args=[day.year, day.month]))


def _accounts(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As an accountant writes them: above zero where there is more of what the account is for; those
    where nothing ever was are left out."""
    turned = (Account.Kind.INCOME, Account.Kind.LIABILITY)
    return [
        one
        | {
            "kind": Account.Kind(one["kind"]).label,
            "opening": -one["opening"] if one["kind"] in turned else one["opening"],
            "closing": -one["closing"] if one["kind"] in turned else one["closing"],
        }
        for one in held
        if one["opening"] or one["debit"] or one["credit"]
    ]


def _gifts(held: list[dict[str, Any]]) -> dict[str, Any]:
    rows = [one | {"way": Donation.Method.words(one["method"])} for one in held]
    totals = {name: sum(one[name] for one in held) for name in ("number", "amount", "back")}
    return {"rows": rows, **totals}
