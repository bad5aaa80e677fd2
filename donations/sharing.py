"""How the form looks where its address is shared, what it says to machines, and what a donor can
pass on."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from brand.linked_data import Node, body_name
from brand.models import BrandSettings
from donations.forms import EVERY
from donations.models import Donation
from donations.money import plain
from donations.sums import top
from media.cards import CardSpec
from media.models import StoredCard
from media.services import share_card


def card(request: HttpRequest) -> StoredCard | None:
    brand = BrandSettings.load(request_or_site=request)
    return share_card(
        CardSpec(
            kind="statement",
            headline=_("How much do you add?"),
            language=get_language() or settings.LANGUAGE_CODE,
            **brand.on_cards,
        )
    )


def described() -> Node:
    """https://schema.org/DonateAction"""
    return {
        "@type": "DonateAction",
        "name": _("Donate"),
        "target": f"{settings.SITE_URL}{reverse('donations:give')}",
        "recipient": body_name(),
        "priceCurrency": "EUR",
    }


@dataclass(frozen=True)
class PassItOn:
    """A card without sums and names, what it says, and the address of the same form."""

    card: StoredCard | None
    words: str
    link: str


def pass_it_on(request: HttpRequest, gift: Donation) -> PassItOn:
    brand = BrandSettings.load(request_or_site=request)
    addends = (_("My gift"), _("yours"))
    spec = CardSpec(
        kind="statement",
        lines=addends,
        headline=brand.claim,
        language=get_language() or settings.LANGUAGE_CODE,
        **brand.on_cards,
    )
    words = f"{addends[0]} + {addends[1]} = {brand.claim}"
    return PassItOn(card=share_card(spec), words=words, link=same_form(gift))


def begin_again(gift: Donation) -> str:
    """The same form with the amount and the rhythm of the gift: nothing of who gave."""
    every = gift.promise.interval if gift.promise else ""
    asked = {"importo": plain(gift.promise.amount if gift.promise else gift.bare)}
    if every:
        asked["frequenza"] = next(name for name, one in EVERY.items() if one == every)
    return f"{same_form(gift)}&{urlencode(asked)}"


def same_form(gift: Donation) -> str:
    """Leads to the fund and the campaign of the gift; whoever gives is added to the same sum."""
    asked = {"fondo": gift.fund.slug}
    if gift.source and (campaign := top(gift.source)).kind == "campaign":
        asked["campagna"] = campaign.key
    return f"{settings.SITE_URL}{reverse('donations:give')}?{urlencode(asked)}"
