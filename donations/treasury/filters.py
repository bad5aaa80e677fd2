"""How the treasurer narrows the list of donations."""

from collections import Counter
from typing import Any

from django import forms
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.utils.translation import gettext_lazy as _

from attribution.models import Source
from donations.models import Donation, Fund
from donations.services.finding import gifts_found
from donations.treasury.periods import Period, SearchField
from donations.widgets import LongSelect

NO_CODE = "senza-codice"
VIEWS: tuple[tuple[str, Any], ...] = (
    ("", _("All of them")),
    (Donation.State.SETTLED, Donation.State.SETTLED.label),
    (Donation.State.PROCESSING, Donation.State.PROCESSING.label),
    (Donation.State.AWAITING, Donation.State.AWAITING.label),
    (Donation.State.FAILED, Donation.State.FAILED.label),
    (Donation.State.REFUNDED, Donation.State.REFUNDED.label),
    (Donation.State.DISPUTED, Donation.State.DISPUTED.label),
    (NO_CODE, _("Without codice fiscale")),
)


STAYS = Sum(F("amount") - F("refunded_amount"), filter=Q(state__in=Donation.RECEIVED))
BARE = ExpressionWrapper(Q(codice_fiscale=""), output_field=BooleanField())


def seen_at_once() -> tuple[Counter[str], int]:
    """How many gifts each view holds, and the cents that stay of all: by one look at the table."""
    rows = Donation.objects.order_by().values_list("state", BARE)
    found: Counter[str] = Counter()
    cents = 0
    for state, bare, number, stays in rows.annotate(number=Count("pk"), cents=STAYS):
        found[""] += number
        found[state] += number
        found[NO_CODE] += number if bare and state in Donation.RECEIVED else 0
        cents += stays or 0
    return found, cents


class SourceField(forms.ModelChoiceField):
    """One account has a source for each post that went out there."""

    widget = LongSelect

    def label_from_instance(self, source: Source) -> str:
        return source.full_name


class DonationFilter(Period):
    moment = "created_at"
    chips = ("stato",)
    field_order = ("cerca", "stato", "fondo", "da", "a", "fonte")

    cerca = SearchField()
    stato = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Whichever")),
            *Donation.State.choices,
            (NO_CODE, _("Without codice fiscale")),
        ],
    )
    modo = forms.ChoiceField(
        label=_("Means of payment"),
        required=False,
        choices=[
            ("", _("Whichever")),
            *(choice for choice in Donation.Method.choices if choice[0]),
        ],
    )
    fondo = forms.ModelChoiceField(
        label=_("Fund"),
        required=False,
        queryset=Fund.objects.all(),
        to_field_name="slug",
        empty_label=_("Whichever"),
    )
    fonte = SourceField(
        label=_("Came from"),
        required=False,
        queryset=Source.objects.none(),
        empty_label=_("Whichever"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sources = self.fields["fonte"]
        assert isinstance(sources, forms.ModelChoiceField)
        used = Exists(Donation.objects.filter(source=OuterRef("pk")))
        known = Source.objects.filter(used).select_related("parent")
        sources.queryset = known.order_by("label", "-pk")

    def _cerca(self, rows: QuerySet[Donation], text: str) -> QuerySet[Donation]:
        return gifts_found(rows, text, notes=self.notes)

    def _stato(self, rows: QuerySet[Donation], state: str) -> QuerySet[Donation]:
        if state == NO_CODE:
            return rows.filter(codice_fiscale="", state__in=Donation.RECEIVED)
        return rows.filter(state=state)

    def _modo(self, rows: QuerySet[Donation], method: str) -> QuerySet[Donation]:
        if method == Donation.Method.OTHER:  # and what Stripe has named since
            return rows.exclude(method__in=set(Donation.Method.values) - {method})
        return rows.filter(method=method)

    def _fondo(self, rows: QuerySet[Donation], fund: Fund) -> QuerySet[Donation]:
        return rows.filter(fund=fund)

    def _fonte(self, rows: QuerySet[Donation], source: Source) -> QuerySet[Donation]:
        return rows.filter(source=source)
