"""What every page of the treasury shares: who may enter, the tabs, the path at the top; and what its
lists share: a form that narrows them, and a spreadsheet of what it leaves."""

from abc import ABC, abstractmethod
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin.auth import permission_denied
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from donations.treasury import desk_counts, export, tabs
from donations.treasury.periods import Filter

PER_PAGE = 50


class TreasuryView(WagtailAdminTemplateMixin, TemplateView):
    """`permissions`: all of them are needed; who lacks one is sent back with a sentence."""

    permissions: tuple[str, ...] = ()
    tab = ""
    header_icon = "sp-euro"
    page_title: str | Promise = _("Treasury")
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perms(self.permissions):
            response: HttpResponseBase = permission_denied(request)
            return response
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *self.breadcrumbs_items,
            {"url": reverse("treasury:donations"), "label": _("Treasury")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        waiting = desk_counts.waiting() if user.has_perm("donations.view_stripeevent") else 0
        return super().get_context_data(**tabs.rows(user, self.tab), waiting=waiting, **kwargs)

    def paged(self, rows: QuerySet | list[Any]) -> Page:
        return Paginator(rows, PER_PAGE).get_page(self.request.GET.get("p"))


class TreasuryList(TreasuryView, ABC):
    """`?formato=csv` or `xlsx`: the spreadsheet of what is seen. With a filter that cannot be read
    it is the page, which says so: nobody asked for a spreadsheet of everything.

    `by_key`: rows have a key. The page's keys are found first, then its rows, so that far down a long
    list only keys are passed over."""

    filter_class: type[Filter]
    by_key = False

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        self.filter = self.filter_class(request.GET)
        self.filter.notes = request.user.has_perm("donations.view_donornote")
        self.rows = self.filter.narrow(self.all_rows())
        if request.GET.get("formato") in export.FORMATS and self.filter.is_valid():
            return self.sheet()
        return super().get(request, *args, **kwargs)

    @abstractmethod
    def all_rows(self) -> QuerySet[Any]:
        """Before the filter."""

    @abstractmethod
    def sheet(self) -> HttpResponseBase:
        """The spreadsheet of `self.rows`."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.copy()
        for name in ("p", "formato"):
            query.pop(name, None)
        return super().get_context_data(
            filter=self.filter, page=self._page(), query=query.urlencode(), **kwargs
        )

    def _page(self) -> Page:
        if not self.by_key:
            return self.paged(self.rows)
        page = self.paged(self.rows.values_list("pk", flat=True))
        whole = self.all_rows().in_bulk(list(page.object_list))
        page.object_list = list(whole.values())
        return page
