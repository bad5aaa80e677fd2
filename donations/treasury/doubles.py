"""Donors who may be one person twice, pair by pair."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from donations.models import Donor
from donations.services.pairs import pairs
from donations.treasury.base import TreasuryView
from donations.treasury.donors import mail_of, names


class DoublesPage(TreasuryView):
    permissions = ("donations.view_donor", "donations.view_donation")
    template_name = "donations/treasury/doubles.html"
    page_title = _("Perhaps twice")
    tab = "treasury:donors"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.paged(pairs())
        known = Donor.objects.in_bulk({key for pair in page for key in (pair.one, pair.other)})
        called = names(known.values())
        rows = [
            {
                "why": pair.words,
                "people": [
                    {"donor": known[key], "name": called[key], "mail": mail_of(known[key])}
                    for key in (pair.one, pair.other)
                ],
            }
            for pair in page
        ]
        may = self.request.user.has_perm("donations.change_donor")
        return super().get_context_data(page=page, rows=rows, may_change=may, query="", **kwargs)
