"""What a donor sees: the form, and the page that waits for the truth."""

import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from attribution.models import Source
from attribution.services import source_of
from donations import (
    guard,
    issuer,
    left_gift,
    offered,
    other_fund,
    posted,
    premium_offer,
    premium_words,
    sharing,
    tribute_words,
)
from donations.area.door import donor_of
from donations.area.forms import DetailsForm
from donations.form_tokens import new_token
from donations.forms import BY_TRANSFER, EVERY, FREE, PIECES, GiftForm
from donations.models import Consent, Donation, DonorWallEntry, Fund, Tribute
from donations.money import BadAmount, parse_cents, plain
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
from donations.services.details import last_written
from donations.stripe_facts import Rejected, Unavailable
from donations.sums import meaning_of, sum_with, top
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
_BUSY = gettext_lazy(
    "Too many people are writing at the same moment. Nothing has been taken from you: everything "
    "you wrote is still here, try again in a minute."
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
def give(request: HttpRequest) -> HttpResponse:
    """The gift form. GET reads `?importo=25&fondo=emporion&campagna=…`, `frequenza=mese` and `cifre`, the
    key of amounts in a page's own words (see `offered`); POST starts the gift."""
    if request.method == "POST":
        return (
            _page(request, other_fund.form_of(request))
            if other_fund.asked(request)
            else _sent(request)
        )
    return _page(request, GiftForm(initial=_initial(request)))


@never_cache
def without_cookie(request: HttpRequest) -> HttpResponse:
    """Sent without the cookie that proves that it came from our page: sent back, not acted upon."""
    if (short := _short(request)) is not None:
        return short
    form = GiftForm(request.POST)
    if "token" in form.errors:
        form = _with_new_token(request, form)
    return _refused(request, form, 403, _NO_COOKIE)


def _sent(request: HttpRequest) -> HttpResponse:
    if (short := _short(request)) is not None:
        return short
    form = _asked_for(request, GiftForm(request.POST))
    if not form.is_valid():
        guard.mistyped(request, form)
        if "token" in form.errors:
            form = _with_new_token(request, form)
        return _page(request, form, status=422)
    try:
        if no := guard.refusal(request, form.cleaned_data, form.data["token"]):
            if no.short:
                return guard.shortly(request, no.wait)
            response = _refused(request, form, no.status, no.sentence)
            if no.wait:
                response["Retry-After"] = str(no.wait)
            return response
        if _too_many_cards(form.cleaned_data):
            return _refused(request, form, 429, _MANY_CARDS)
        return _to_payment(_begin(request, form))
    except (premiums.SoldOut, premiums.NotForThis) as error:
        return _without_premium(request, form, error)
    except InvalidAmount:
        return _refused(request, form, 422, _WRONG_AMOUNT)
    except Unavailable:
        log.warning("payment page not opened: no answer")
        return _refused(request, form, 503, _NO_ANSWER)
    except OperationalError:
        log.exception("payment page not opened: the database is busy")
        return _refused(request, form, 503, _BUSY)
    except Rejected:
        log.error("payment page not opened: refused")
        return _refused(request, form, 502, _NOT_STARTED)


def _short(request: HttpRequest) -> HttpResponse | None:
    """For who sends without end; for everybody who meets a busy database, the form as it was."""
    try:
        return guard.flood(request)
    except OperationalError:
        log.exception("attempt not counted: the database is busy")
        form = GiftForm(request.POST)
        return _refused(request, form, 503, _BUSY) if form.is_valid() else None


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
        "pieces": data["pieces"],
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
        ("muro", Consent.Kind.WALL.value, GiftForm.wall),
        ("opposizione", Consent.Kind.AGENZIA.value, GiftForm.objection),
    )
    return shown | {kind: str(words) for name, kind, words in offered if data[name]}


def _campaign(key: str) -> Source | None:
    """The campaign whose page led here, when no short link did."""
    return Source.objects.filter(kind="campaign", key=key).first() if key else None


def _campaign_of(request: HttpRequest, form: GiftForm) -> Source | None:
    """The campaign that the gift will be added to: only a campaign has a donor wall."""
    found = source_of(request) or _campaign(str(form["campagna"].value() or ""))
    root = top(found) if found else None
    return root if root and root.kind == "campaign" else None


def _to_payment(started: Started) -> HttpResponse:
    response = HttpResponseRedirect(started.url)
    response.status_code = 303
    response.csp_form_action = [payment_page()]  # type: ignore[attr-defined]
    left_gift.remember(response, started.donation)
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


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the address asks for, or what this browser typed before it gave up the payment."""
    initial: dict[str, Any] = {"token": new_token(), "paese": "IT"}
    if donor := donor_of(request):
        initial |= DetailsForm.typed(last_written(donor=donor)) | {"email": donor.email}
    initial |= _typed_before(request)
    if fund := Fund.objects.filter(slug=request.GET.get("fondo", ""), active=True).first():
        initial["fondo"] = fund.slug
    initial |= _asked_amount(request)
    if (rhythm := request.GET.get("frequenza", "")) in EVERY:
        initial["frequenza"] = rhythm
    if key := request.GET.get("cifre", ""):
        initial["cifre"] = key[: offered.KEY]
    if campaign := request.GET.get("campagna", ""):
        initial["campagna"] = campaign[:64]
    return initial


def _asked_amount(request: HttpRequest) -> dict[str, Any]:
    """`?importo=25`, `?cifra=25` (typed, so it comes first), or `?pezzi=3` of what the fund gives by
    the piece."""
    if number := request.GET.get("pezzi", ""):
        return {"importo": PIECES, "quante": number[:6]}
    text = request.GET.get("cifra", "").strip() or request.GET.get("importo", "")
    if not text:
        return {}
    try:
        amount = plain(parse_cents(text[:30]))
        return {"importo": amount, "cifra": amount}
    except BadAmount:
        return {"importo": FREE, "cifra": text[:30]}


def _typed_before(request: HttpRequest) -> dict[str, Any]:
    """From the gift's row, and only for the browser that began it: its signed cookie says so."""
    asked = request.GET.get("annullato", "")
    own = left_gift.key_of(request)
    if not asked or asked != own:
        return {}
    gifts = Donation.objects.select_related("donor", "fund", "promise")
    gift = gifts.filter(public_id=own).first()
    if gift is None or gift.state in Donation.RECEIVED:
        return {}
    every = gift.promise.interval if gift.promise else ""
    return {
        "frequenza": next(name for name, interval in EVERY.items() if interval == every),
        "importo": PIECES if gift.pieces else plain(gift.bare),
        "cifra": "" if gift.pieces else plain(gift.bare),
        "quante": gift.pieces or None,
        "spese": bool(gift.covered),
        "fondo": gift.fund.slug,
        "nome": gift.first_name,
        "ente": gift.organisation,
        "cognome": gift.last_name,
        "email": gift.donor.email,
        "cf": gift.codice_fiscale,
        "via": gift.street,
        "cap": gift.postcode,
        "citta": gift.city,
        "provincia": gift.province,
        "paese": gift.country or "IT",
        "telefono": gift.phone,
        "modo": BY_TRANSFER if gift.state == Donation.State.AWAITING else "",
        **_signed_before(gift),
        **GiftForm.tribute_typed(Tribute.objects.filter(donation=gift).first()),
        **GiftForm.premium_typed(premium_offer.claim_before(request)),
        "campagna": _key_of(gift),
        "lettera": gift.consents.filter(kind=Consent.Kind.NEWSLETTER).exists(),
        "opposizione": gift.consents.filter(kind=Consent.Kind.AGENZIA).exists(),
    }


def _key_of(gift: Donation) -> str:
    root = top(gift.source) if gift.source else None
    return root.key if root and root.kind == "campaign" else ""


def _signed_before(gift: Donation) -> dict[str, Any]:
    entry = DonorWallEntry.objects.filter(donation=gift).first()
    return {"muro": True, "firma": entry.name, "parole": entry.words} if entry else {}


@never_cache
@require_safe
def thanks(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Shows how far the gift is. It settles nothing: the webhook does, and this page waits."""
    online = Donation.objects.filter(Q(by_hand=None) | Q(transfer__isnull=False))
    online = online.select_related("fund", "transfer")
    gift = get_object_or_404(online, public_id=public_id)
    now = phase(gift)
    response = render(
        request,
        "donations/thanks.html",
        {
            "gift": gift,
            "phase": now,
            "to_pass_on": sharing.pass_it_on(request, gift) if now == "settled" else None,
            "every": _refresh(gift),
            "meaning": meaning_of(gift),
            "sum": sum_with(gift),
            "posted": posted.thanks_of(gift) if now == "settled" else None,
            "dedicated": tribute_words.both(gift) if now in HEARD else "",
            "thanked": premium_words.of_gift(gift, whole=False) if now in HEARD else "",
            "account": issuer.account() if now == "transfer" else None,
        },
    )
    response["X-Robots-Tag"] = "noindex"
    return response


HEARD = ("settled", "processing", "transfer")  # phases that speak of a gift to come or come
PHASES = {
    Donation.State.STARTED: "waiting",
    Donation.State.CHECKOUT_OPEN: "waiting",
    Donation.State.AWAITING: "transfer",
    Donation.State.PROCESSING: "processing",
    Donation.State.SETTLED: "settled",
    Donation.State.PARTLY_REFUNDED: "settled",
    Donation.State.REFUNDED: "refunded",
    Donation.State.DISPUTED: "settled",
    Donation.State.LOST: "lost",
    Donation.State.FAILED: "failed",
    Donation.State.EXPIRED: "expired",
    Donation.State.CANCELLED: "expired",
    Donation.State.REVERSED: "expired",
}


def phase(gift: Donation) -> str:
    """Which of the page's stories to tell."""
    return PHASES[Donation.State(gift.state)]


def _refresh(gift: Donation) -> int:
    """Seconds until the page asks again; 0 when there is nothing left to wait for."""
    if phase(gift) == "processing":
        return 60
    if phase(gift) != "waiting":
        return 0
    return 3 if timezone.now() - gift.created_at < timedelta(minutes=15) else 30
