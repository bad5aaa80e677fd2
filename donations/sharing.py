"""How the form looks where its address is shared, and what it says to machines."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from brand.linked_data import Node, body_name
from brand.models import BrandSettings
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
