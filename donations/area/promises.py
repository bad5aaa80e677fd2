"""Her recurring gifts: what holds, and what she may change of it. Whatever is shown or sent is looked
up among what is hers."""

import logging
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from donations import gateway
from donations.area.door import hers, see
from donations.area.promise_forms import AmountForm, ChangeForm, EndForm, PauseForm
from donations.models import Donor, PromiseChange, RecurringDonation
from donations.services import InvalidAmount, changing
from donations.stripe_facts import Rejected, Unavailable
from donations.views import payment_page

log = logging.getLogger(__name__)
Kind = PromiseChange.Kind
METHODS = ["GET", "HEAD", "POST"]
PORTAL = "https://billing.stripe.com"
NOT_NOW = gettext_lazy("This cannot be done any more: look at how your gift stands now.")
NO_ANSWER = gettext_lazy(
    "The payment service does not answer. Nothing has changed: try again in a minute."
)


def hers_of(donor: Donor, public_id: UUID) -> RecurringDonation:
    begun = donor.promises.exclude(state=RecurringDonation.State.STARTED)
    return get_object_or_404(begun.select_related("fund"), public_id=public_id)


@hers
@require_safe
def page(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    return _page(request, hers_of(donor, public_id))


@hers
@require_POST
def amount(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    promise = hers_of(donor, public_id)
    form = AmountForm(request.POST)
    if not form.is_valid():
        return _page(request, promise, status=422, amount=form)
    return _change(request, promise, form, Kind.AMOUNT, amount=form.cleaned_data["cents"])


@hers
@require_POST
def pause(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    promise = hers_of(donor, public_id)
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _page(request, promise, status=422, pause=form)
    return _change(request, promise, form, Kind.PAUSE, until=form.cleaned_data["until"])


@hers
@require_POST
def skip(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    return _plain(request, hers_of(donor, public_id), Kind.SKIP)


@hers
@require_POST
def resume(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    return _plain(request, hers_of(donor, public_id), Kind.RESUME)


@hers
@require_http_methods(METHODS)
def end(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    """The second of two clicks; why is her own affair."""
    promise = hers_of(donor, public_id)
    form = EndForm(request.POST if request.method == "POST" else None, initial=ChangeForm.new())
    if request.method != "POST" or not form.is_valid():
        context = {"promise": promise, "form": form}
        status = 422 if form.is_bound else 200
        return render(request, "donations/area/promise_end.html", context, status=status)
    return _change(request, promise, form, Kind.CANCEL, reason=form.cleaned_data["motivo"])


@hers
@require_POST
def card(request: HttpRequest, donor: Donor, public_id: UUID) -> HttpResponse:
    """Stripe's own page takes the new card, and leads back here."""
    promise = hers_of(donor, public_id)
    if not promise.is_live:
        return _page(request, promise, status=409, sentence=str(NOT_NOW))
    back = settings.SITE_URL + _address(promise) + "?carta"
    try:
        url = gateway.get().open_portal(
            promise.customer_id, back=back, language=get_language() or settings.LANGUAGE_CODE
        )
    except (Unavailable, Rejected) as error:
        log.error("portal not opened", extra={"reason": str(error)})
        return _page(request, promise, status=503, sentence=str(NO_ANSWER))
    response = see(url)
    response.csp_form_action = [_portal()]  # type: ignore[attr-defined]
    return response


def _plain(request: HttpRequest, promise: RecurringDonation, kind: Kind) -> HttpResponse:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        return see(_address(promise))
    return _change(request, promise, form, kind)


def _change(
    request: HttpRequest, promise: RecurringDonation, form: ChangeForm, kind: Kind, **what: Any
) -> HttpResponse:
    """The row, and at once the question to Stripe; what it does not answer is asked again."""
    key = changing.key_of(promise, kind, form.cleaned_data["chiave"])
    try:
        row = changing.ask(key=key, promise=promise, kind=kind, **what)
    except changing.NotNow:
        promise.refresh_from_db()
        return _page(request, promise, status=409, sentence=str(NOT_NOW))
    except changing.BadDay:
        sentence = _("Choose a day from tomorrow on, within a year.")
        return _page(request, promise, status=422, sentence=sentence)
    except changing.Same:
        sentence = _("This is the amount you give already: write the one you want instead.")
        return _page(request, promise, status=422, sentence=sentence)
    except InvalidAmount:
        sentence = _("We cannot take this amount: choose another one.")
        return _page(request, promise, status=422, sentence=sentence)
    changing.ask_stripe(only=row)
    row.refresh_from_db()
    return see(f"{_address(promise)}?{row.state}={kind}")


def _page(
    request: HttpRequest,
    promise: RecurringDonation,
    *,
    status: int = 200,
    sentence: str = "",
    amount: AmountForm | None = None,
    pause: PauseForm | None = None,
) -> HttpResponse:
    key = ChangeForm.new()
    waiting = list(promise.changes.filter(state=PromiseChange.State.ASKED))
    context = {
        "promise": promise,
        "gifts": promise.donations.filter(settled_at__isnull=False)[:24],
        "amount": amount or AmountForm(initial=key | AmountForm.typed(promise)),
        "pause": pause or PauseForm(initial=key),
        "plain": ChangeForm(initial=key),
        "waiting": waiting,
        "silent": any(row.last_error for row in waiting),
        "from_portal": "carta" in request.GET,
        "done": request.GET.get("done", ""),
        "refused": "refused" in request.GET,
        "sentence": sentence,
    }
    response = render(request, "donations/area/promise.html", context, status=status)
    response.csp_form_action = [_portal()]  # type: ignore[attr-defined]
    return response


def _address(promise: RecurringDonation) -> str:
    return reverse("area:promise", args=[promise.public_id])


def _portal() -> str:
    """Where the form that changes the card leads: browsers check it after the redirect too."""
    return payment_page() if settings.STRIPE_API_BASE else PORTAL
