"""A campaign with a seed kit and honey, and a place where they are handed out."""

from typing import Any

from attribution.models import Source
from attribution.services import source
from donations.models import Donation, PickUpPlace, Premium, PremiumClaim
from donations.services.premiums import Choice, Parcel
from giving_support import begin

HOME = Parcel("Maria Rossi", "Via Roma 1", "00100", "Roma", "RM")


def campaign() -> Source:
    return source(kind="campaign", key="7", label="Un dono che cresce")


def place(name: str = "Emporion") -> PickUpPlace:
    found, _made = PickUpPlace.objects.get_or_create(
        name=name, defaults={"address": "Via dei Mulini 4, Sondrio", "hours": "Martedì, 16 – 19"}
    )
    return found


def seeds(**changes: Any) -> Premium:
    fields: dict[str, Any] = {
        "name": "Kit di semi",
        "name_en": "Seed kit",
        "description": "Basilico, calendula e fagioli",
        "minimum": 10_00,
        "pieces": 20,
        "by_post": True,
    }
    made = Premium.objects.create(campaign=campaign(), **{**fields, **changes})
    made.places.add(place())
    made.save()
    return made


def at_the_shop(premium: Premium) -> Choice:
    return Choice(premium, place())


def by_post(premium: Premium) -> Choice:
    return Choice(premium, parcel=HOME)


def asked(premium: Premium, choice: Choice | None = None, **changes: Any) -> Donation:
    """A gift on the payment page, with a piece put aside."""
    chosen = choice or at_the_shop(premium)
    return begin(**{"amount": 10_00, "source": campaign(), "premium": chosen, **changes}).donation


def claim_of(gift: Donation) -> PremiumClaim:
    return PremiumClaim.objects.select_related("premium", "donation").get(donation=gift)


def adds_up(premium: Premium) -> bool:
    """The pieces taken are those that live claims hold."""
    premium.refresh_from_db()
    live = premium.claims.filter(state__in=PremiumClaim.LIVE).count()
    return premium.taken == live <= premium.pieces
