"""The gift form, and the way to the payment page."""

import logging
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from attribution.models import Source
from attribution.services import source_of
from donations import (
    guard,
    kept,
    left_gift,
    other_fund,
    prefilling,
    premium_offer,
    sharing,
)
from donations.form_tokens import new_token
from donations.forms import BY_TRANSFER, EVERY, FREE, GiftForm
from donations.models import Consent
from donations.services import (
    Details,
    InvalidAmount,
    Started,
    donor_wall,
    premiums,
    promise_transfer,
    start_donation,
    tributes,
)
from donations.stripe_facts import Rejected, Unavailable
from donations.sums import top
from people import limits
from people.limits import Limit

log = logging.getLogger(__name__)

CARDS = Limit("gift-card-to", 10, 86400)  # by the recipient's address
_MANY_CARDS = gettext_lazy(
    "Today enough cards have been asked for that address: take the card away, or try tomorrow. "
    "Nothing has been taken from you."
)
_WRONG_AMOUNT = gettext_lazy("We cannot take this amount online: choose another one.")
_NO_ANSWER = gettext_lazy(
    "The payment page does not answer. Nothing has been taken from you: everything you wrote is "
    "still here, try again in a minute."
)
_NO_COOKIE = gettext_lazy(
    "The form was open for a long time, or your browser keeps no cookies for this site. Nothing has "
    "been taken from you: everything you wrote is still here, send it again."
)
_NOT_STARTED = gettext_lazy(
    "The payment could not be started. Nothing has been taken from you: check what you wrote, "
    "or write to us."
)
STRIPE_PAGE = "https://checkout.stripe.com"


def payment_page() -> str:
    """The origin of the payment page: browsers check form-action after the redirect too."""
    if not settings.STRIPE_API_BASE:
        return STRIPE_PAGE
    parts = urlsplit(settings.STRIPE_API_BASE)
    return f"{parts.scheme}://{parts.netloc}"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@kept.when_busy(payment_page)
def give(request: HttpRequest) -> HttpResponse:
    """The gift form. GET reads `?importo=25&fondo=emporion&campagna=…`, `frequenza=mese` and `cifre`, the
    key of amounts in a page's own words (see `offered`); POST starts the gift."""
    if request.method == "POST":
        return (
            _page(request, other_fund.form_of(request))
            if other_fund.asked(request)
            else _sent(request)
        )
    return _page(request, GiftForm(initial=prefilling.initial(request)))


@never_cache
@kept.when_busy(payment_page)
def without_cookie(request: HttpRequest) -> HttpResponse:
    """Sent without the cookie that proves that it came from our page: sent back, not acted upon."""
    if (short := guard.flood(request)) is not None:
        return short
    form = GiftForm(request.POST)
    if "token" in form.errors:
        form = _with_new_token(request, form)
    return _refused(request, form, 403, _NO_COOKIE)


def _sent(request: HttpRequest) -> HttpResponse:
    if (short := guard.flood(request)) is not None:
        return short
    form = _asked_for(request, GiftForm(request.POST))
    if not form.is_valid():
        guard.mistyped(request, form)
        if "token" in form.errors:
            form = _with_new_token(request, form)
        return _page(request, form, status=422)
    try:
        if no := guard.refusal(request, form.cleaned_data, form.data["token"]):
            if no.how == guard.SHORT:
                return guard.shortly(request, no.wait)
            if no.how == guard.KEPT:
                status, leads_to = no.status, payment_page()
                return kept.page(
                    request, no.sentence, status=status, wait=no.wait, leads_to=leads_to
                )
            response = _refused(request, form, no.status, no.sentence)
            if no.wait:
                response["Retry-After"] = str(no.wait)
            return response
        if _too_many_cards(form.cleaned_data):
            return _refused(request, form, 429, _MANY_CARDS)
        return _to_payment(_begin(request, form), form)
    except (premiums.SoldOut, premiums.NotForThis) as error:
        return _without_premium(request, form, error)
    except InvalidAmount:
        return _refused(request, form, 422, _WRONG_AMOUNT)
    except Unavailable:
        log.warning("payment page not opened: no answer")
        return _refused(request, form, 503, _NO_ANSWER)
    except Rejected:
        log.error("payment page not opened: refused")
        return _refused(request, form, 502, _NOT_STARTED)


def _asked_for(request: HttpRequest, form: GiftForm) -> GiftForm:
    """With the thank-you gifts of its campaign, where the page had some to choose from."""
    campaign = _campaign_of(request, form) if "omaggio" in form.data else None
    return premium_offer.offer(request, form, campaign) if campaign else form


def _without_premium(
    request: HttpRequest, form: GiftForm, error: premiums.SoldOut | premiums.NotForThis
) -> HttpResponse:
    again, sentence = premium_offer.without(request, form, error)
    if _asked_for(request, again).is_valid():
        again.add_error("omaggio", sentence)
    return _page(request, again, status=409)


def _too_many_cards(data: dict[str, Any]) -> bool:
    """Planned for one address, by whomever."""
    to = data["wish"].email if data["wish"] else ""
    return bool(to) and not limits.allowed(CARDS, to)


def _refused(
    request: HttpRequest, form: GiftForm, status: int, sentence: str | Promise
) -> HttpResponse:
    """The form with everything typed, and why it went no further."""
    form.add_error(None, str(sentence))
    return _page(request, form, status=status)


def _start(request: HttpRequest, form: GiftForm) -> Started:
    data = form.cleaned_data
    given: dict[str, Any] = {
        "form_token": data["token"],
        "meant": data["meant"],
        "fund": data["fondo"],
        "donor": Details(
            email=data["email"],
            first_name=data["nome"],
            last_name=data["cognome"],
            organisation=data["ente"],
            codice_fiscale=data["cf"],
            street=data["via"],
            postcode=data["cap"],
            city=data["citta"],
            province=data["provincia"],
            country=data["paese"] or "IT",
            phone=data["telefono"],
        ),
        "language": get_language() or settings.LANGUAGE_CODE,
        "consents": _consents(data),
        "source": source_of(request) or _campaign(data["campagna"]),
        "premium": premium_offer.chosen(request, data["premium"]),
        "limits": form.limits,
    }
    amount, covered = data["amount"], data["covered"]
    if data["modo"] == BY_TRANSFER:
        return promise_transfer(amount=amount, **given)
    every = EVERY[data["frequenza"]]
    return start_donation(amount=amount + covered, covered=covered, every=every, **given)


def _begin(request: HttpRequest, form: GiftForm) -> Started:
    """The gift, whom it is for and what the donor wall says of it, before anybody is led on."""
    started = _start(request, form)
    wish, signature = form.cleaned_data["wish"], form.signature
    if wish or not started.first:
        tributes.dedicate(gift=started.donation, wish=wish)
    if signature or not started.first:
        donor_wall.sign(gift=started.donation, signature=signature)
    return started


def _consents(data: dict[str, Any]) -> dict[str, str]:
    """What is logged: the notice that the form shows, and what was ticked, in the words shown."""
    shown = {Consent.Kind.PRIVACY.value: str(GiftForm.notice)}
    offered = (
        ("lettera", Consent.Kind.NEWSLETTER.value, GiftForm.letter),
        ("muro", Consent.Kind.WALL.value, _wall_words(data)),
        ("opposizione", Consent.Kind.AGENZIA.value, GiftForm.objection),
    )
    return shown | {kind: str(words) for name, kind, words in offered if data[name]}


def _wall_words(data: dict[str, Any]) -> str:
    return f"{GiftForm.wall} {GiftForm.nameless}" if data["anonimo"] else str(GiftForm.wall)


def _campaign(key: str) -> Source | None:
    """The campaign whose page led here, when no short link did."""
    return Source.objects.filter(kind="campaign", key=key).first() if key else None


def _campaign_of(request: HttpRequest, form: GiftForm) -> Source | None:
    """The campaign that the gift will be added to: only a campaign has a donor wall."""
    found = source_of(request) or _campaign(str(form["campagna"].value() or ""))
    root = top(found) if found else None
    return root if root and root.kind == "campaign" else None


def _to_payment(started: Started, form: GiftForm) -> HttpResponse:
    response = HttpResponseRedirect(started.url)
    response.status_code = 303
    response.csp_form_action = [payment_page()]  # type: ignore[attr-defined]
    left_gift.remember(response, started.donation, form.carried)
    return response


def _with_new_token(request: HttpRequest, form: GiftForm) -> GiftForm:
    """The same form with everything typed, ready to be sent again."""
    data = request.POST.copy()
    data["token"] = new_token()
    fresh = _asked_for(request, GiftForm(data))
    if fresh.is_valid():
        fresh.add_error(None, str(form.errors["token"][0]))
    return fresh


def _page(request: HttpRequest, form: GiftForm, *, status: int = 200) -> HttpResponse:
    campaign = _campaign_of(request, form)
    if campaign and not form.premiums:
        premium_offer.offer(request, form, campaign)
    context = {
        "form": form,
        "free": FREE,
        "campaign": campaign,
        "cancelled": "annullato" in request.GET and not form.is_bound,
        "card": sharing.card(request),
        "gift_in_short": sharing.described(),
        "challenge": guard.challenge(form),
    }
    response = render(request, "donations/give.html", context, status=status)
    response.csp_form_action = [payment_page()]  # type: ignore[attr-defined]
    return response
