"""The gift form's thank-you gifts: which ones it offers to whoever asks, and what it says when one of
them is not to be had."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from attribution.models import Source
from donations import left_gift
from donations.form_tokens import token_of
from donations.forms import GiftForm
from donations.models import PremiumClaim
from donations.premium_forms import NONE
from donations.services import premiums
from donations.services.premiums import Choice, NotForThis, SoldOut

_SOLD_OUT = _(
    "“%(what)s” has run out just now: somebody was a moment quicker. Nothing has been taken from "
    "you, and everything you wrote is still here: choose another thank you, or give without one."
)
_HAD_ONE = _(
    "You have had “%(what)s” already, and there are few: give without it, or choose something else."
)
_NOT_OFFERED = _("“%(what)s” is not offered any more: choose again, or give without it.")


def offer(request: HttpRequest, form: GiftForm, campaign: Source) -> GiftForm:
    """What the campaign has; a piece that waits for her already counts as left."""
    form.offer(premiums.offered(campaign.pk))
    if form.premiums:
        form.hers = _put_aside(request, form)
    return form


def chosen(request: HttpRequest, choice: Choice | None) -> Choice | None:
    """Instead of what was put aside for a gift that this browser left."""
    return choice and replace(choice, instead_of=left_gift.gift_of(request))


def without(
    request: HttpRequest, form: GiftForm, error: SoldOut | NotForThis
) -> tuple[GiftForm, str]:
    """The form with everything typed but the thank-you gift, and why."""
    words = _SOLD_OUT if isinstance(error, SoldOut) else _NOT_OFFERED
    if isinstance(error, NotForThis) and error.too_many:
        words = _HAD_ONE
    data = request.POST.copy()
    data["omaggio"] = NONE
    wanted = form.cleaned_data["premium"].premium
    return GiftForm(data), str(words) % {"what": wanted.called}


def claim_before(request: HttpRequest) -> PremiumClaim | None:
    """What is put aside for the gift that this browser left."""
    gift = left_gift.gift_of(request)
    rows = PremiumClaim.objects.filter(state=PremiumClaim.State.RESERVED)
    return rows.filter(donation=gift).first() if gift else None


def _put_aside(request: HttpRequest, form: GiftForm) -> int | None:
    """Of which one: from this form, or from the one that this browser left."""
    if before := claim_before(request):
        return before.premium_id
    try:
        token = token_of(str(form.data.get("token", "")))
    except ValidationError:
        return None
    rows = PremiumClaim.objects.filter(donation__form_token=token)
    found = rows.filter(state=PremiumClaim.State.RESERVED).first()
    return found.premium_id if found else None
