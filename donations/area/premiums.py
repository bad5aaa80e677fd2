"""Her small thank-you gifts: how far they are; another place or address, or none after all, until they
are packed. Whatever is shown or changed is looked up among what is hers."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from donations import premium_words
from donations.area.door import hers, see
from donations.models import Donor, PremiumClaim
from donations.premium_forms import PremiumFields
from donations.services import entering, premiums
from people import limits
from people.limits import Limit

State = PremiumClaim.State
METHODS = ["GET", "HEAD", "POST"]
CHANGES = Limit("premium-change", 20, 3600)  # by gift
TOO_LATE = _("It is prepared already, or no longer yours: it cannot be changed any more.")
TOO_OFTEN = _("Too many changes in an hour. Wait a little and try again.")
HOW = _("Choose how it gets to you.")


class PremiumForm(PremiumFields):
    def __init__(self, *args: Any, claim: PremiumClaim, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.error_messages["max_length"] = _("This is too long: shorten it, please.")
        self.offer([claim.premium])
        self.hers = claim.premium_id

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """For the summary: the id to go to, the field's label, what is amiss."""
        return [
            (self._id_of(name), str(self[name].label), str(self.errors[name][0]))
            for name in self.fields
            if name in self.errors
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["choice"] = self.read_premium(data, amount=None)
        chosen = data["choice"] and data["choice"].premium
        if not chosen and "omaggio" not in self.errors:
            self.add_error("omaggio", str(HOW))
        return data

    def _id_of(self, name: str) -> str:
        first = next((way.value for row in self.premium_rows for way in row.ways), "")
        return f"omaggio-{first}" if name == "omaggio" else name


def of_donor(donor: Donor) -> list[tuple[PremiumClaim, str, bool]]:
    """Each with what is said of it, and whether it can be changed; the newest first."""
    rows = premiums.of_donor(donor).filter(donation__state__in=entering.STAYING)
    told = [(row, premium_words.told(row), _may_change(row)) for row in rows]
    return [one for one in told if one[1]]


@hers
@require_http_methods(METHODS)
def page(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    claim = _hers(donor, public_id)
    if request.method != "POST":
        form = PremiumForm(initial=PremiumForm.premium_typed(claim), claim=claim)
        return _page(request, claim, form)
    form = PremiumForm(request.POST, claim=claim)
    if not form.is_valid():
        return _page(request, claim, form, status=422)
    if not limits.allowed(CHANGES, str(public_id)):
        form.add_error(None, str(TOO_OFTEN))
        return _page(request, claim, form, status=429)
    try:
        premiums.change(claim=claim, choice=form.cleaned_data["choice"])
    except premiums.TooLate:
        return _late(request, donor, public_id)
    return see(f"{_address(claim)}?salvato")


@hers
@require_POST
def leave(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    claim = _hers(donor, public_id)
    try:
        premiums.do_without(claim=claim)
    except premiums.TooLate:
        return _late(request, donor, public_id)
    return see(f"{_address(claim)}?lasciato")


def _late(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    claim = _hers(donor, public_id)
    form = PremiumForm(initial=PremiumForm.premium_typed(claim), claim=claim)
    return _page(request, claim, form, status=409, late=str(TOO_LATE))


def _hers(donor: Donor, public_id: UUID) -> PremiumClaim:
    rows = premiums.of_donor(donor).filter(donation__state__in=entering.STAYING)
    return get_object_or_404(rows, donation__public_id=public_id)


def _may_change(claim: PremiumClaim) -> bool:
    return claim.state in (State.RESERVED, State.CONFIRMED)


def _address(claim: PremiumClaim) -> str:
    return reverse("area:premium", args=[claim.donation.public_id])


def _page(
    request: HttpRequest,
    claim: PremiumClaim,
    form: PremiumForm,
    *,
    status: int = 200,
    late: str = "",
) -> HttpResponse:
    context = {
        "claim": claim,
        "form": form,
        "told": premium_words.told(claim),
        "may_change": _may_change(claim),
        "saved": "salvato" in request.GET and not form.is_bound,
        "late": late,
    }
    return render(request, "donations/area/premium.html", context, status=status)
