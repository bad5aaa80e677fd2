"""Her gifts in somebody's honour or memory: the card is changed or stopped until it leaves. Whatever
is shown or sent is looked up among what is hers."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from donations import tribute_words
from donations.area.door import hers, see
from donations.models import Donor, Tribute
from donations.services import entering, tributes
from donations.tribute_forms import TributeFields
from people import limits
from people.limits import Limit

State = Tribute.State
METHODS = ["GET", "HEAD", "POST"]
CHANGES = Limit("tribute-change", 20, 3600)  # by gift: nobody sounds out addresses here
TOO_LATE = _("The card has left or was stopped: it cannot be changed any more.")
TOO_OFTEN = _("Too many changes in an hour. Wait a little and try again.")
NAMED = _("Write of whom.")


class TributeForm(TributeFields):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dedicato"].required = True
        self.fields["dedicato"].error_messages["required"] = NAMED
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.error_messages["max_length"] = _("This is too long: shorten it, please.")

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """For the summary: the id to go to, the field's label, what is amiss."""
        return [
            (name, str(self[name].label), str(self.errors[name][0]))
            for name in self.fields
            if name in self.errors
        ]


def of_donor(donor: Donor) -> list[tuple[Tribute, str]]:
    """Each with what is said of its card; the newest first."""
    rows = Tribute.objects.filter(
        donation__donor=donor, donation__state__in=entering.STAYING
    ).select_related("donation")
    return [(row, tribute_words.card(row)) for row in rows.order_by("-pk")]


@hers
@require_http_methods(METHODS)
def page(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    tribute = _hers(donor, public_id)
    if request.method != "POST":
        form = TributeForm(initial=TributeForm.tribute_typed(tribute))
        return _page(request, tribute, form)
    form = TributeForm(request.POST)
    if not form.is_valid():
        return _page(request, tribute, form, status=422)
    if not limits.allowed(CHANGES, str(public_id)):
        form.add_error(None, str(TOO_OFTEN))
        return _page(request, tribute, form, status=429)
    try:
        tributes.change(tribute=tribute, wish=form.cleaned_data["wish"])
    except tributes.TooLate:
        form.add_error(None, str(TOO_LATE))
        return _page(request, _hers(donor, public_id), form, status=409)
    return see(f"{_address(tribute)}?salvata")


@hers
@require_POST
def stop(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    tribute = _hers(donor, public_id)
    try:
        tributes.stop(tribute=tribute)
    except tributes.TooLate:
        form = TributeForm(initial=TributeForm.tribute_typed(tribute))
        return _page(request, _hers(donor, public_id), form, status=409, late=True)
    return see(f"{_address(tribute)}?fermata")


def _hers(donor: Donor, public_id: UUID) -> Tribute:
    rows = Tribute.objects.filter(donation__donor=donor, donation__state__in=entering.STAYING)
    return get_object_or_404(rows.select_related("donation"), donation__public_id=public_id)


def _address(tribute: Tribute) -> str:
    return reverse("area:tribute", args=[tribute.donation.public_id])


def _page(
    request: HttpRequest,
    tribute: Tribute,
    form: TributeForm,
    *,
    status: int = 200,
    late: bool = False,
) -> HttpResponse:
    state = tributes.state_of(tribute)
    planned = tribute.planned
    context = {
        "tribute": tribute,
        "form": form,
        "told": tribute_words.card(tribute),
        "odd": planned.message if planned and state in (State.WAITING, State.PLANNED) else "",
        "may_change": state in (State.NO_CARD, State.WAITING, State.PLANNED),
        "may_stop": state in (State.WAITING, State.PLANNED),
        "saved": "salvata" in request.GET and not form.is_bound,
        "late": TOO_LATE if late else "",
    }
    return render(request, "donations/area/tribute.html", context, status=status)
