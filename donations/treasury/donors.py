"""The list of donors, and the page of one with all that happened between us."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.models import Donation, Donor, DonorTag
from donations.services.likeness import alike
from donations.treasury import masks
from donations.treasury.base import TreasuryView
from donations.treasury.donor_filters import SEGMENTS, DonorFilter, donors
from donations.treasury.donor_story import story
from donations.treasury.reveal import RevealingView


def names(of: Iterable[Donor]) -> dict[int, str]:
    """As each of them wrote it last, by key."""
    rows = Donation.objects.filter(donor__in=[donor.pk for donor in of]).order_by("created_at")
    return {
        donor: f"{first} {last}".strip()
        for donor, first, last in rows.values_list("donor", "first_name", "last_name")
    }


class DonorList(TreasuryView):
    permissions = ("donations.view_donor", "donations.view_donation")
    template_name = "donations/treasury/donors.html"
    page_title = _("Donors")
    tab = "treasury:donors"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.filter = DonorFilter(request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.paged(self._rows())
        called = names(page)
        query = self.request.GET.copy()
        query.pop("p", None)
        here = self.request.GET.get("gruppo", "")
        return super().get_context_data(
            filter=self.filter,
            page=page,
            rows=[(row, called.get(row.pk, ""), masks.mail(row.email)) for row in page],
            views=[
                {"value": value, "label": label, "here": value == here} for value, label in SEGMENTS
            ],
            query=query.urlencode(),
            narrowed=any(self.request.GET.get(name) for name in self.filter.fields),
            **kwargs,
        )

    def _rows(self) -> QuerySet[Donor]:
        return self.filter.narrow(donors()).prefetch_related("tags")


class DonorPage(RevealingView):
    permissions = ("donations.view_donor", "donations.view_donation")
    template_name = "donations/treasury/donor.html"
    tab = "treasury:donors"

    @property
    def donor(self) -> Donor:
        if not hasattr(self, "_donor"):
            rows = donors().prefetch_related("tags")
            self._donor = get_object_or_404(rows, public_id=self.kwargs["public_id"])
        return self._donor

    @property
    def name(self) -> str:
        if not hasattr(self, "_name"):
            self._name = names([self.donor]).get(self.donor.pk, "") or gettext("Without a name")
        return self._name

    def whose(self) -> Donor:
        return self.donor

    def get_page_title(self) -> str:
        return self.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        donor, user = self.donor, self.request.user
        codes = _codes(donor)
        masked = [masks.fiscal_code(code) for code in codes]
        may_tag = user.has_perm("donations.change_donor")
        likely = alike(donor=donor)
        called = names(one.donor for one in likely)
        return super().get_context_data(
            donor=donor,
            name=self.name,
            page=self.paged(story(donor, user=user)),
            mail=donor.email if "email" in self.shown else masks.mail(donor.email),
            codes=codes if "codice_fiscale" in self.shown else masked,
            has_codes=bool(codes),
            known_tags=DonorTag.objects.all() if may_tag else [],
            query="",
            likely=[(one, called.get(one.donor.pk, "")) for one in likely],
            may_tag=may_tag,
            may_write=user.has_perm("donations.add_donornote"),
            **kwargs,
        )


def _codes(donor: Donor) -> list[str]:
    """Every codice fiscale she wrote: more than one is worth a look."""
    gifts = donor.donations.exclude(codice_fiscale="").order_by()
    return sorted(set(gifts.values_list("codice_fiscale", flat=True)))
