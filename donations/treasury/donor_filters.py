"""How the treasurer narrows the list of donors, and what each of them has given."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from donations.models import Donation, DonorTag, ImportedDonor, RecurringDonation
from donations.services.finding import PERSON, imported_found, persons_found
from donations.treasury.periods import Filter, SearchField, start

MOST = 10_000_000
NEW, RECURRING = "nuovi", "ricorrenti"
NOT_THIS_YEAR, LAPSED = "non-quest-anno", "da-tempo"
WITHOUT = "senza-doni"
SEGMENTS: tuple[tuple[str, Any], ...] = (
    ("", _("Everybody")),
    (NEW, _("New this year")),
    (RECURRING, _("With a recurring gift")),
    (NOT_THIS_YEAR, _("Last year but not this")),
    (LAPSED, _("Not for longer")),
    (WITHOUT, _("Without a gift yet")),
)


def sums_by_person() -> QuerySet:
    """One row a `person` (the key of the address that is kept), with `gifts`, `total` cents, `first`
    and `last`: of gifts that were received and are still with us, at least in part. Who gave last
    comes first."""
    stays = Q(state__in=Donation.RECEIVED, refunded_amount__lt=F("amount"))
    total = Sum(F("amount") - F("refunded_amount"), filter=stays)
    rows = Donation.objects.order_by().values(person=PERSON)
    return rows.annotate(
        gifts=Count("pk", filter=stays),
        total=Coalesce(total, 0),
        first=Min("settled_at", filter=stays),
        last=Max("settled_at", filter=stays),
    ).order_by(F("last").desc(nulls_last=True), "-person")


def without_gifts() -> QuerySet:
    """Rows like those of `sums_by_person`: who came from a file and nothing came from since, by name."""
    gave = Donation.objects.filter(Q(donor=OuterRef("donor")) | Q(donor__kept=OuterRef("donor")))
    people = ImportedDonor.objects.filter(~Exists(gave), donor__kept=None, donor__erased_at=None)
    never = Value(None, output_field=DateTimeField())
    return (
        people.values(person=F("donor"))
        .annotate(gifts=Value(0), total=Value(0), first=never, last=never)
        .order_by("organisation", "last_name", "first_name", "person")
    )


class DonorFilter(Filter):
    chips = ("gruppo",)

    cerca = SearchField()
    gruppo = forms.ChoiceField(label=_("Group"), required=False, choices=SEGMENTS)
    etichetta = forms.ModelChoiceField(
        label=pgettext_lazy("donors", "Tag"),
        required=False,
        queryset=DonorTag.objects.none(),
        empty_label=_("Whichever"),
    )
    sopra = forms.IntegerField(
        label=_("In all more than, in whole euros"), required=False, min_value=0, max_value=MOST
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tags = self.fields["etichetta"]
        assert isinstance(tags, forms.ModelChoiceField)
        tags.queryset = DonorTag.objects.filter(donors__isnull=False).distinct()

    def narrow(self, rows: QuerySet) -> QuerySet:
        self.is_valid()
        return super().narrow(without_gifts() if self._without else rows)

    @property
    def _without(self) -> bool:
        return self.cleaned_data.get("gruppo") == WITHOUT

    def also_without(self) -> int:
        """How many without a gift the words would find, where they are not what is seen."""
        text = "" if self._without else self.cleaned_data.get("cerca")
        return imported_found(without_gifts(), text, notes=self.notes).count() if text else 0

    def _cerca(self, rows: QuerySet, text: str) -> QuerySet:
        find = imported_found if self._without else persons_found
        return find(rows, text, notes=self.notes)

    def _gruppo(self, rows: QuerySet, segment: str) -> QuerySet:
        if segment == WITHOUT:
            return rows
        this_year = timezone.localdate().year
        this, last = _begins(this_year), _begins(this_year - 1)
        if segment == NEW:
            return rows.filter(first__gte=this)
        if segment == RECURRING:
            live = RecurringDonation.objects.filter(state__in=RecurringDonation.LIVE)
            return rows.filter(person__in=live.order_by().values(found=PERSON))
        if segment == NOT_THIS_YEAR:
            return rows.filter(last__gte=last, last__lt=this)
        return rows.filter(last__lt=last)

    def _etichetta(self, rows: QuerySet, tag: DonorTag) -> QuerySet:
        return rows.filter(person__in=tag.donors.values(found=Coalesce("kept_id", "id")))

    def _sopra(self, rows: QuerySet, euros: int) -> QuerySet:
        return rows.filter(total__gt=100 * euros)


def _begins(year: int) -> datetime:
    """Here, not in UTC: a gift of New Year's night counts where it was given."""
    return start(date(year, 1, 1))
