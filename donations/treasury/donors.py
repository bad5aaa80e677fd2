"""The list of donors, and the page of one with all that happened between us."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.models import Donation, Donor, DonorMerge, DonorTag
from donations.services.finding import PERSON
from donations.services.likeness import alike
from donations.services.merging import addresses
from donations.treasury import masks
from donations.treasury.base import TreasuryView
from donations.treasury.donor_filters import SEGMENTS, DonorFilter, sums_by_person
from donations.treasury.donor_story import story
from donations.treasury.reveal import RevealingView

NOTHING = {
    "gifts": 0,
    "total": 0,
}  # who corrected her mail in the form left an empty address behind


def names(of: Iterable[Donor]) -> dict[int, str]:
    """As each person wrote it last, by key."""
    rows = Donation.objects.order_by("created_at").values_list(PERSON, "first_name", "last_name")
    keys = [one.pk for one in of]
    theirs = rows.filter(Q(donor__in=keys) | Q(donor__kept__in=keys))
    return {donor: f"{first} {last}".strip() for donor, first, last in theirs}


def tags_of(donor: Donor) -> list[DonorTag]:
    """Of all her addresses, each once."""
    every = [*donor.tags.all(), *(tag for other in donor.merged.all() for tag in other.tags.all())]
    return sorted(set(every), key=lambda tag: tag.key)


class DonorList(TreasuryView):
    permissions = ("donations.view_donor", "donations.view_donation")
    template_name = "donations/treasury/donors.html"
    page_title = _("Donors")
    tab = "treasury:donors"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.filter = DonorFilter(request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.paged(self.filter.narrow(sums_by_person()))
        known = Donor.objects.prefetch_related("tags", "merged__tags")
        found = known.in_bulk([row["person"] for row in page])
        called = names(found.values())
        query = self.request.GET.copy()
        query.pop("p", None)
        here = self.request.GET.get("gruppo", "")
        return super().get_context_data(
            filter=self.filter,
            page=page,
            rows=[_line(found[row["person"]], row, called) for row in page],
            views=[
                {"value": value, "label": label, "here": value == here} for value, label in SEGMENTS
            ],
            query=query.urlencode(),
            narrowed=any(self.request.GET.get(name) for name in self.filter.fields),
            **kwargs,
        )


def _line(donor: Donor, sums: dict[str, Any], called: dict[int, str]) -> dict[str, Any]:
    return {
        "donor": donor,
        "sums": sums,
        "name": called.get(donor.pk, ""),
        "mail": masks.mail(donor.email),
        "tags": tags_of(donor),
    }


class DonorPage(RevealingView):
    permissions = ("donations.view_donor", "donations.view_donation")
    template_name = "donations/treasury/donor.html"
    tab = "treasury:donors"

    @cached_property
    def donor(self) -> Donor:
        known = Donor.objects.select_related("kept").prefetch_related("tags", "merged__tags")
        return get_object_or_404(known, public_id=self.kwargs["public_id"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Another address of somebody leads to her."""
        if self.donor.kept:
            return redirect("treasury:donor", self.donor.kept.public_id)
        return super().get(request, *args, **kwargs)

    @cached_property
    def name(self) -> str:
        return names([self.donor]).get(self.donor.pk, "") or gettext("Without a name")

    def whose(self) -> Donor:
        return self.donor

    def get_page_title(self) -> str:
        return self.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        donor, user = self.donor, self.request.user
        every = addresses(donor)
        codes = _codes(every)
        masked = [masks.fiscal_code(code) for code in codes]
        may_change = user.has_perm("donations.change_donor")
        likely = alike(addresses=every)
        called = names(one.donor for one in likely)
        return super().get_context_data(
            donor=donor,
            sums=sums_by_person().filter(person=donor.pk).first() or NOTHING,
            tags=tags_of(donor),
            merges=[(one, masks.mail(one.absorbed.email)) for one in _merges(donor)],
            name=self.name,
            page=self.paged(story(every, user=user)),
            mails=[one.email if "email" in self.shown else masks.mail(one.email) for one in every],
            codes=codes if "codice_fiscale" in self.shown else masked,
            has_codes=bool(codes),
            known_tags=DonorTag.objects.all() if may_change else [],
            query="",
            likely=[(one, called.get(one.donor.pk, "")) for one in likely],
            may_change=may_change,
            may_write=user.has_perm("donations.add_donornote"),
            **kwargs,
        )


def _merges(donor: Donor) -> QuerySet[DonorMerge]:
    """Those that can be undone here."""
    return donor.merges.filter(undone_at=None).select_related("absorbed", "by")


def _codes(donors: list[Donor]) -> list[str]:
    """Every codice fiscale she wrote: more than one is worth a look."""
    gifts = Donation.objects.filter(donor__in=donors).exclude(codice_fiscale="").order_by()
    return sorted(set(gifts.values_list("codice_fiscale", flat=True)))
