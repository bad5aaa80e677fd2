"""What the guard's verdict means for whoever sends the form: a sentence, and everything typed stays."""

import logging
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.core import signing
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from brand.models import BrandSettings
from donations import proof
from donations.form_tokens import age_of, read_token
from donations.forms import BY_TRANSFER, GiftForm
from donations.models import GiftTry
from donations.services import guarding
from donations.services.guarding import Sent, Verdict
from donations.visitors import Visitor, visitor_of

Reason, State = GiftTry.Reason, GiftTry.State
_BY_PLACE = (Reason.ADDRESS, Reason.DEVICE, Reason.NETWORK)
log = logging.getLogger(__name__)
_TOO_OFTEN = _("Too many attempts in a few minutes. Wait a little and try again.")
_RUSH = _(
    "Many gifts come from your network in this very moment. Nothing has been taken from you and "
    "everything you wrote is still here: send it again in a few seconds."
)
_AGAIN = _(
    "Just now many cards are being refused here, so we ask once more. Nothing has been taken "
    "from you and everything you wrote is still here: look at it once more, and in a few seconds "
    "send it again."
)
_UNPROVEN = _(
    "Just now many cards are being refused here, and without the check that your browser makes by "
    "itself only a few gifts a minute go on. Nothing has been taken from you and everything you wrote "
    "is still here: send it again in a few seconds. Without JavaScript it may take some minutes."
)
_HELD = _(
    "Before you go on, one of us wants to look at this attempt: from where it comes something was "
    "amiss, perhaps not by you. Nothing has been taken from you and everything you wrote is still "
    "here. Write to us with the code {code}{where}, then send this page again."
)
_SHUT = _(
    "From here we take no gifts online for now. Nothing has been taken from you and everything you "
    "wrote is still here. If it surprises you, write to us with the code {code}{where}."
)
# how it is told: the form again; what was typed, with a button, where nothing in it needs to be changed (a
# tenth of the cost); or a short page, where what was typed has come back often enough to one place
FORM, KEPT, SHORT = "form", "kept", "short"


@dataclass(frozen=True)
class Refusal:
    """`wait`: seconds for Retry-After, 0 where waiting does not help."""

    status: int
    sentence: str | Promise
    wait: int = 0
    how: str = FORM


def challenge(form: GiftForm) -> str:
    """The work that the browser does while the form is filled in; "" where there is none to do."""
    if not settings.ABUSE_CONTROL or not settings.PROOF_OF_WORK:
        return ""
    try:
        token = read_token(str(form["token"].value() or ""))
        return proof.challenge(token) if guarding.braked() else ""
    except (DatabaseError, signing.BadSignature, ValueError):
        return ""


def flood(request: HttpRequest) -> HttpResponse | None:
    """A short page for who sends without end, before anything is read; else None."""
    if not settings.ABUSE_CONTROL:
        return None
    verdict = guarding.floods(visitor=visitor_of(request))
    return None if verdict is None else shortly(request, verdict.wait)


def mistyped(request: HttpRequest, form: GiftForm) -> None:
    """Of a form that is not right. One of ours, without bait: a person's slip, which no limit counts.
    Where it cannot be taken back, it has counted."""
    if not settings.ABUSE_CONTROL or "token" in form.errors or form.cleaned_data.get("sito"):
        return
    try:
        guarding.forgive(visitor=visitor_of(request), token=form.cleaned_data["token"])
    except DatabaseError:
        log.exception("a slip in the form was counted as a try")


def shortly(request: HttpRequest, wait: int) -> HttpResponse:
    page = _short_page(get_language() or settings.LANGUAGE_CODE, settings.SANDBOX)
    response = HttpResponse(page, status=429)
    response["Retry-After"] = str(wait)
    return response


@cache
def _short_page(_language: str, sandbox: bool) -> str:
    """Drawn once: this is what a flood is answered with. It is in the language that is active."""
    return render_to_string("donations/flood.html", {"SANDBOX": sandbox})


def refusal(request: HttpRequest, data: dict[str, Any], token: str) -> Refusal | None:
    """Of a form that is right; None: the gift may begin."""
    if not settings.ABUSE_CONTROL:
        return None
    sent = Sent(
        token=data["token"],
        amount=data["amount"],
        by_transfer=data["modo"] == BY_TRANSFER,
        bait=bool(data["sito"]),
        age=age_of(token),
        answer=proof.read(data["prova"], data["token"]),
    )
    visitor = visitor_of(request, data["email"])
    verdict = guarding.weigh(visitor=visitor, sent=sent)
    return None if verdict.passes else _said(verdict, visitor)


def _said(verdict: Verdict, visitor: Visitor) -> Refusal:
    if verdict.state == State.SLOWED and verdict.reason == Reason.BRAKE:
        return Refusal(429, _AGAIN, guarding.PAUSE)
    if verdict.state == State.SLOWED:
        in_a_rush = verdict.wait == guarding.RUSH.seconds  # and no other limit, each is longer
        words = _UNPROVEN if verdict.reason == Reason.PROOF else _RUSH if in_a_rush else _TOO_OFTEN
        how = KEPT if verdict.reason in _BY_PLACE else FORM
        if guarding.shown_enough(visitor=visitor, verdict=verdict):
            how = SHORT
        return Refusal(429, words, verdict.wait, how)
    words = _HELD if verdict.state == State.QUARANTINED else _SHUT
    return Refusal(403, format_html(str(words), code=verdict.code, where=_where(verdict.code)))


def _where(code: str) -> SafeString:
    """The house's own address in the middle of a sentence; the mail it opens names the code alone."""
    brand = BrandSettings.load()
    if brand.email:
        subject = gettext("Code %(code)s") % {"code": code}
        address = f"mailto:{brand.email}?{urlencode({'subject': subject}, quote_via=quote)}"
        link = format_html('<a href="{}">{}</a>', address, brand.email)
        return format_html(gettext(", at {address}"), address=link)
    if brand.phone:
        return format_html(gettext(", or call {number}"), number=brand.phone)
    return SafeString("")
