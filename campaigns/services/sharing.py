"""How the wall and its posts look where they are shared, and what they say to machines."""

from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from brand.linked_data import Node, body_name
from brand.models import BrandSettings
from campaigns.models import WallEntry
from media.cards import SHAPES, CardSpec
from media.services import share_card

ON_A_CARD = 12  # words of a post, at most


def picture_of(entry: WallEntry) -> dict[str, Any]:
    """The picture the post went out with, else a card of its words: `card`, `alt`, pixels."""
    picture = entry.picture
    if picture is None:
        words = entry.text.replace(entry.link, "") if entry.link else entry.text
        return drawn(Truncator(" ".join(words.split())).words(ON_A_CARD))
    return {
        "card": picture.url,
        "alt": entry.alt,
        "width": picture.width,
        "height": picture.height,
    }


def drawn(words: str) -> dict[str, Any]:
    width, height = SHAPES["share"]
    card = share_card(CardSpec(kind="statement", headline=words, **BrandSettings.load().on_cards))
    return {"card": card.url if card else "", "alt": words, "width": width, "height": height}


def wall_described() -> Node:
    """https://schema.org/CollectionPage"""
    return {
        "@type": "CollectionPage",
        "name": _("The wall"),
        "url": urljoin(settings.SITE_URL, reverse("wall")),
        "publisher": body_name(),
    }


def entry_described(entry: WallEntry, picture: str) -> Node:
    """https://schema.org/SocialMediaPosting"""
    node = {
        "@type": "SocialMediaPosting",
        "headline": str(entry),
        "articleBody": entry.words,
        "datePublished": entry.published_at.isoformat(),
        "url": urljoin(settings.SITE_URL, entry.get_absolute_url()),
        "image": picture and urljoin(settings.SITE_URL, picture),
        "keywords": [tag.removeprefix("#") for tag in entry.campaign.tags],
        "author": body_name(),
        "publisher": body_name(),
    }
    return {name: value for name, value in node.items() if value}
