"""The packers' list: who gets which thank-you gift, and where; many at once are prepared, handed over
or sent. It says nothing of the money, and of a person only what the packet needs."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations import premium_words
from donations.models import PickUpPlace, Premium, PremiumClaim
from donations.services import packing
from donations.services.premiums import GONE, STANDS
from donations.treasury import desk_counts, export
from donations.treasury.base import TreasuryList
from donations.treasury.looks import Look, look
from donations.treasury.periods import Filter
from people.models import User

VIEW, CHANGE = "donations.view_premiumclaim", "donations.change_premiumclaim"
TABS = (
    ("packing:list", _("List for packing"), VIEW),
    ("premiums:index", _("What there is"), "donations.change_premium"),
    ("pick_up_places:index", _("Pick-up places"), "donations.change_pickupplace"),
)
POST, SHEET = "posta", "stampa"
State = PremiumClaim.State
VIEWS = {"": State.CONFIRMED, "pronti": State.PACKED, "consegnati": State.DELIVERED}
NAMES = (
    ("", _("To prepare")),
    ("pronti", pgettext_lazy("several", "Prepared")),
    ("consegnati", pgettext_lazy("several", "Delivered")),
)
DO: dict[str, Callable[..., int]] = {
    "prepara": packing.pack,
    "consegna": packing.deliver,
    "indietro": packing.undo,
    "magazzino": packing.put_back,
}


class PackingFilter(Filter):
    vista = forms.ChoiceField(required=False, choices=NAMES, widget=forms.HiddenInput)
    dove = forms.ChoiceField(label=_("Where"), required=False)
    omaggio = forms.ModelChoiceField(
        label=_("What"),
        required=False,
        queryset=Premium.objects.all(),
        empty_label=_("Whichever"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where = self.fields["dove"]
        assert isinstance(where, forms.ChoiceField)
        places = [(str(one.pk), one.name) for one in PickUpPlace.objects.all()]
        where.choices = [("", _("Everywhere")), *places, (POST, _("By post"))]

    def _vista(self, rows: QuerySet[Any], view: str) -> QuerySet[Any]:
        return rows  # `PackingList.all_rows` knows it

    def _dove(self, rows: QuerySet[Any], where: str) -> QuerySet[Any]:
        if where == POST:
            return rows.filter(way=PremiumClaim.Way.POST)
        return rows.filter(place=where)

    def _omaggio(self, rows: QuerySet[Any], premium: Premium) -> QuerySet[Any]:
        return rows.filter(premium=premium)


class PackingList(TreasuryList):
    """`?formato=stampa` is the sheet on paper; csv and xlsx are the same rows."""

    permissions = (VIEW,)
    template_name = "donations/treasury/packing.html"
    page_title = _("Thank-you gifts")
    header_icon = "sp-plus"
    filter_class = PackingFilter

    def get(  # type: ignore[override]  # a file and a sheet of paper are answers too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        answer = super().get(request, *args, **kwargs)
        if request.GET.get("formato") == SHEET and self.filter.is_valid():
            return self.paper()
        return answer

    def all_rows(self) -> QuerySet[PremiumClaim]:
        state = VIEWS.get(self.request.GET.get("vista", ""), State.CONFIRMED)
        rows = PremiumClaim.objects.filter(state=state)
        if state == State.CONFIRMED:
            rows = waiting()
        elif state == State.PACKED:
            rows = rows.exclude(donation__state__in=GONE)
        rows = rows.select_related("premium", "place", "donation")
        if state == State.DELIVERED:
            return rows.order_by("-delivered_at", "-pk")
        return rows.order_by("way", "place__name", "premium__name", "confirmed_at", "pk")

    def sheet(self) -> HttpResponseBase:
        return export.packing(self.request, self.rows)

    def paper(self) -> HttpResponse:
        context = {"rows": [_row(one) for one in self.rows], "made_at": timezone.now()}
        return render(self.request, "donations/treasury/packing_sheet.html", context)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*self.breadcrumbs_items, {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context, user = super().get_context_data(**kwargs), self.request.user
        here = self.request.GET.get("vista", "")
        waits = to_decide()
        return context | {
            "rooms": rooms(user, "packing:list"),
            "rooms_label": gettext("Thank-you gifts"),
            "tabs": [],
            "waiting": 0,
            "views": [(key, label, key == here) for key, label in NAMES],
            "view": here,
            "rows": [_row(one) for one in context["page"]],
            "waits": [_row(one) for one in waits],
            "disputed": held_back().count(),
            "may": user.has_perm(CHANGE),
            "may_see_gift": user.has_perm("donations.view_donation"),
        }


def rooms(user: Any, here: str) -> list[dict[str, Any]]:
    return [
        {"url": reverse(name), "label": label, "here": name == here and "page"}
        for name, label, permission in TABS
        if user.has_perm(permission)
    ]


def to_decide() -> QuerySet[PremiumClaim]:
    """Prepared, and then the gift went back: somebody has to say what becomes of the packet."""
    rows = desk_counts.packets().select_related("premium", "place", "donation")
    return rows.order_by("packed_at")


def waiting() -> QuerySet[PremiumClaim]:
    """To be prepared."""
    return PremiumClaim.objects.filter(state=State.CONFIRMED, donation__state__in=STANDS)


def held_back() -> QuerySet[PremiumClaim]:
    """Not prepared while a bank decides whether the gift stays."""
    sure = Q(donation__state__in=STANDS)
    return PremiumClaim.objects.filter(state=State.CONFIRMED).exclude(sure)


def _row(claim: PremiumClaim) -> dict[str, Any]:
    return {
        "claim": claim,
        "who": premium_words.who(claim),
        "where": premium_words.where(claim),
        "look": look_of(claim),
    }


def look_of(claim: PremiumClaim) -> Look:
    shown = look(claim)
    return Look(shown.tone, shown.icon, premium_words.state(claim))


@require_POST
def mark(request: HttpRequest) -> HttpResponse:
    """`righe`: the claims that were ticked; `scelta`: "prepara", "consegna", "indietro" (a step
    back), "magazzino" (back into stock), or "lascia" (deliver it though the gift went back)."""
    if not request.user.has_perms((VIEW, CHANGE)):
        return permission_denied(request)
    choice, ticked = request.POST.get("scelta", ""), request.POST.getlist("righe")
    claims = list(PremiumClaim.objects.filter(pk__in=[one for one in ticked if one.isdigit()]))
    assert isinstance(request.user, User)  # has permissions, so somebody is logged in
    if not claims:
        messages.warning(request, gettext("Tick at least one row first."))
    elif choice == "lascia":
        _say(request, packing.deliver(claims=claims, by=request.user, anyway=True), claims, choice)
    elif choice in DO:
        _say(request, DO[choice](claims=claims, by=request.user), claims, choice)
    query = request.POST.get("filtro", "")
    return HttpResponseRedirect(f"{reverse('packing:list')}?{query}")


def _say(request: HttpRequest, done: int, claims: list[PremiumClaim], choice: str) -> None:
    log(
        instance=request.user,
        action="donations.premiums_marked",
        data={"choice": choice, "rows": done},
    )
    if done:
        words = ngettext("Done: %(number)s row.", "Done: %(number)s rows.", done)
        messages.success(request, words % {"number": done})
    if left := len(claims) - done:
        words = ngettext(
            "%(number)s row stayed as it was: somebody was quicker, or its gift does not stand.",
            "%(number)s rows stayed as they were: somebody was quicker, or their gifts do not stand.",
            left,
        )
        messages.warning(request, words % {"number": left})
