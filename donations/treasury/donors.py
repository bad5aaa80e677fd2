"""The list of donors, and the page of one with all that happened between us."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet, Window
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.models import Donation, Donor, DonorDetails, DonorMerge, DonorTag, ImportedDonor
from donations.models.person import name_of
from donations.services.finding import PERSON
from donations.services.likeness import alike
from donations.services.merging import addresses
from donations.treasury import donor_data, export, masks, proofs
from donations.treasury.base import PER_PAGE, TreasuryList
from donations.treasury.donor_filters import SEGMENTS, WITHOUT, DonorFilter, sums_by_person
from donations.treasury.donor_story import story
from donations.treasury.reveal import RevealingView

NOTHING = {
    "gifts": 0,
    "total": 0,
}  # who corrected her mail in the form left an empty address behind


def names(of: Iterable[Donor]) -> dict[int, str]:
    """As each person wrote it last, by key; of an organisation its own; of who gave nothing, as the
    file has it that named her."""
    keys = [one.pk for one in of]
    # by their addresses, found first: asked of the gifts themselves, all there are would be read
    known = Donor.objects.of(*keys).order_by()
    theirs = Donation.objects.filter(donor__in=known.values("pk"))
    rows = theirs.order_by("created_at", "pk").values_list(
        PERSON, "organisation", "first_name", "last_name"
    )
    found = {one.donor_id: one.donor_name for one in ImportedDonor.objects.filter(donor__in=keys)}
    found |= {key: name_of(own, first, last) for key, own, first, last in rows}
    return {key: found.get(key) or gettext("Without a name") for key in keys}


def mail_of(donor: Donor, *, whole: bool = False) -> str:
    """Empty when she gave none."""
    email = donor.email or ""
    return email if whole or not email else masks.mail(email)


def tags_of(donor: Donor) -> list[DonorTag]:
    """Of all her addresses, each once."""
    every = [*donor.tags.all(), *(tag for other in donor.merged.all() for tag in other.tags.all())]
    return sorted(set(every), key=lambda tag: tag.key)


class OneLook(Paginator):
    """How many rows there are is told with those of the page: going through all gifts once is enough.
    What each person gave is added up for those of the page only."""

    DEEP = 10

    def get_page(self, number: Any) -> Page:
        place = int(number) if str(number).isdecimal() and len(str(number)) < 9 else 1
        if place <= self.DEEP:
            counted = self._found.annotate(there_are=Window(Count("*")))
            rows = self._rows(counted, max(place, 1))
            if rows or place <= 1:
                self.count = rows[0]["there_are"] if rows else 0
                return self._made(rows, max(place, 1))
        # perhaps beyond the last one, where there is no row to say so
        self.count = self._found.count()
        place = min(place, self.num_pages)
        return self._made(self._rows(self._found, place), place)

    @property
    def _found(self) -> QuerySet[Any]:
        return self.object_list.values("person", "last")  # type: ignore[attr-defined]  # a query

    def _rows(self, found: QuerySet[Any], place: int) -> list[dict[str, Any]]:
        first = (place - 1) * self.per_page
        return list(found[first : first + self.per_page])

    def _made(self, rows: list[dict[str, Any]], place: int) -> Page:
        return Page(_added_up([row["person"] for row in rows]), place, self)


def _added_up(persons: list[int]) -> list[dict[str, Any]]:
    """What each of them gave, in the order they come in; nothing, where there is no gift."""
    theirs = sums_by_person().filter(donor__in=Donor.objects.of(*persons).order_by().values("pk"))
    found = {row["person"]: row for row in theirs}
    return [found.get(key) or NOTHING | {"person": key} for key in persons]


class DonorList(TreasuryList):
    permissions = ("donations.view_donor", "donations.view_donation")
    template_name = "donations/treasury/donors.html"
    page_title = _("Donors")
    tab = "treasury:donors"
    filter_class = DonorFilter

    def all_rows(self) -> QuerySet[Any]:
        return sums_by_person()

    def paged(self, rows: QuerySet[Any] | list[Any]) -> Page:
        return OneLook(rows, PER_PAGE).get_page(self.request.GET.get("p"))

    def sheet(self) -> HttpResponseBase:
        """Each address of the persons that are seen."""
        every = Donor.objects.annotate(person=Coalesce("kept_id", "id"))
        shown = self.rows.order_by().values("person")
        return export.donors(self.request, every.filter(person__in=shown))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        page = context["page"]
        known = Donor.objects.prefetch_related("tags", "merged__tags")
        found = known.in_bulk([row["person"] for row in page])
        called = names(found.values())
        here = self.request.GET.get("gruppo", "")
        without = self.request.GET.copy()
        without["gruppo"] = WITHOUT
        return context | {
            "rows": [_line(found[row["person"]], row, called) for row in page],
            "also_without": self.filter.also_without(),  # type: ignore[attr-defined]  # filter_class
            "without_query": without.urlencode(),
            "views": [
                {"value": value, "label": label, "here": value == here} for value, label in SEGMENTS
            ],
        }


def _line(donor: Donor, sums: dict[str, Any], called: dict[int, str]) -> dict[str, Any]:
    return {
        "donor": donor,
        "sums": sums,
        "name": called[donor.pk],
        "mail": mail_of(donor),
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
        return names([self.donor])[self.donor.pk]

    def whose(self) -> Donor:
        return self.donor

    def get_page_title(self) -> str:
        return self.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        donor, user = self.donor, self.request.user
        every = addresses(donor)
        codes = _codes(every)
        masked = [masks.fiscal_code(code) for code in codes]
        gone = donor.erased_at is not None
        may_change = user.has_perm("donations.change_donor") and not gone
        likely = [] if gone else alike(addresses=every)
        called = names(one.donor for one in likely)
        unmailed = gettext("who has no mail address")
        mails = [mail_of(one, whole="email" in self.shown) for one in every]
        return super().get_context_data(
            donor=donor,
            sums=_added_up([donor.pk])[0],
            tags=tags_of(donor),
            merges=[(one, mail_of(one.absorbed) or unmailed) for one in _merges(donor)],
            name=self.name,
            page=self.paged(story(every, user=user)),
            mails=[mail for mail in mails if mail],
            codes=codes if "codice_fiscale" in self.shown else masked,
            has_codes=bool(codes),
            phones=_phones(every),
            known_tags=DonorTag.objects.all() if may_change else [],
            query="",
            likely=[(one, called[one.donor.pk]) for one in likely],
            may_change=may_change,
            may_write=user.has_perm("donations.add_donornote") and not gone,
            may_take=user.has_perms(donor_data.PERMISSIONS) and not gone,
            may_erase=user.has_perm("donations.add_erasure") and not gone,
            proof=proofs.of(donor) if gone else None,
            **kwargs,
        )


def _merges(donor: Donor) -> QuerySet[DonorMerge]:
    """Those that can be undone here."""
    return donor.merges.filter(undone_at=None).select_related("absorbed", "by")


def _phones(donors: list[Donor]) -> list[str]:
    """As she wrote them with gifts and on her page, or a file did."""
    gifts = Donation.objects.filter(donor__in=donors).exclude(phone="").order_by()
    pages = DonorDetails.objects.filter(donor__in=donors).exclude(phone="")
    files = ImportedDonor.objects.filter(donor__in=donors).exclude(phone="")
    phones = (rows.values_list("phone", flat=True) for rows in (gifts, pages, files))
    return sorted({phone for every in phones for phone in every})


def _codes(donors: list[Donor]) -> list[str]:
    """Every codice fiscale she wrote: more than one is worth a look."""
    gifts = Donation.objects.filter(donor__in=donors).exclude(codice_fiscale="").order_by()
    files = ImportedDonor.objects.filter(donor__in=donors).exclude(codice_fiscale="")
    codes = (rows.values_list("codice_fiscale", flat=True) for rows in (gifts, files))
    return sorted({code for every in codes for code in every})
