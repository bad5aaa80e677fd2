"""The card of a post, drawn by `media` from a frozen specification."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attribution.services import Totals
from brand import figures
from brand.models import BrandSettings
from campaigns.models import Campaign, Post
from campaigns.services.sources import raised
from media.cards import CardSpec
from media.services import photo_of

SHAPE = "square"


def spec_of(
    *, content: dict[str, Any], campaign: Campaign, image: Any, totals: Totals | None = None
) -> CardSpec:
    """The card of an approved content. A thermometer shows `totals`, or those of this moment.

    Raises CardProblem or ValueError when it cannot be drawn as it is, OSError without its photo.
    """
    common: dict[str, Any] = {
        "shape": SHAPE,
        "headline": content["headline"],
        "hashtag": campaign.tags[0] if campaign.tags else "",
        "language": content["language"],
        **BrandSettings.load().on_cards,
    }
    if content["card"] == Post.Card.PHOTO:
        if image is None:
            raise OSError("no picture")
        return CardSpec(kind="photo", photo=photo_of(image), **common)
    if content["card"] == Post.Card.STATEMENT:
        return CardSpec(kind="statement", **common)
    totals = totals or raised(campaign=campaign)
    return CardSpec(
        kind="thermometer",
        raised_cents=max(totals.cents, 0),
        goal_cents=campaign.goal or 0,
        lines=(_donors(totals),) if totals.donors else (),
        address=f"{urlsplit(settings.SITE_URL).netloc}{campaign.target}".rstrip("/"),
        **common,
    )


def description(*, spec: CardSpec, photo: str) -> str:
    """The card's alternative text: its words, then what `photo` says is behind them.

    "" when the photo is not described: its words alone would hide that something is missing.
    """
    if spec.kind == "photo":
        both = {"words": f"{spec.headline} {spec.hashtag}".strip(), "photo": photo}
        return _("“%(words)s”, written over a photo: %(photo)s") % both if photo else ""
    if spec.kind == "thermometer":
        words = _("Raised so far: %(raised)s of %(goal)s.") % {
            "raised": figures.euros(spec.raised_cents),
            "goal": figures.euros(spec.goal_cents),
        }
        return f"{words} {spec.headline}".strip()
    return f"{spec.headline} {spec.hashtag}".strip()


def _donors(totals: Totals) -> str:
    return ngettext("raised by %(number)s person", "raised by %(number)s people", totals.donors) % {
        "number": number_format(totals.donors, use_l10n=True, force_grouping=True)
    }
