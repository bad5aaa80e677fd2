"""The thank-you gifts of the demonstration's campaign: a seed kit and honey, and some that were chosen,
in every state. Everything is invented."""

from dataclasses import replace

from wagtail.images import get_image_model

from attribution.models import Source
from donations.models import Donation, PickUpPlace, Premium, PremiumClaim
from donations.services import packing
from donations.services.premiums import Choice, Parcel

PLACES = (
    ("Emporion di Sondrio", "Via dei Mulini 4, Sondrio", "martedì e giovedì, 16–19"),
    ("Bottega di Morbegno", "Via Stelvio 21, Morbegno", "sabato, 9–12.30"),
)
SEEDS, HONEY = "Kit di semi dell’orto", "Miele di castagno"
# name, in English, what it is, in English, from how many euros on, pieces, by post, cents a piece
# costs, its drawing in the picture library
THINGS = (
    (
        (SEEDS, "Garden seed kit"),
        ("Basilico, calendula e fagioli, in una busta dipinta", "In a painted envelope"),
        (10, 40, True, 180, "Semi dell’orto (demo)"),
    ),
    (
        (HONEY, "Chestnut honey"),
        ("250 grammi, dalle arnie della cooperativa", "250 grams, from the cooperative’s hives"),
        (50, 6, False, 450, "Miele di castagno (demo)"),
    ),
)
# whose gift has which, where (a place, or None: by post)
CHOSEN = {
    "Bonfanti": (HONEY, 0),
    "Salvetti": (SEEDS, None),
    "Demir": (SEEDS, 0),
    "Codega": (HONEY, 1),
    "Tognini": (SEEDS, None),
    "Bertolini": (SEEDS, 0),
    "Della Vedova": (SEEDS, None),
    "Fiorini": (SEEDS, 1),
    "Paganoni": (SEEDS, 0),
}
PACKED = ("Demir", "Codega", "Tognini")
DELIVERED = ("Salvetti", "Bonfanti")
GOES_BACK_AFTER_PACKING = "Paganoni"


def load() -> None:
    """What there is. Only where there is a campaign."""
    campaign = Source.objects.filter(kind="campaign").order_by("pk").first()
    if campaign is None:
        return
    places = [
        PickUpPlace.objects.get_or_create(name=name, defaults={"address": address, "hours": hours})[
            0
        ]
        for name, address, hours in PLACES
    ]
    pictures = get_image_model().objects
    for order, ((name, english), (told, told_english), rest) in enumerate(THINGS):
        euros, pieces, post, worth, drawing = rest
        made, new = Premium.objects.get_or_create(
            campaign=campaign,
            name=name,
            defaults={
                "name_en": english,
                "description": told,
                "description_en": told_english,
                "minimum": euros * 100,
                "pieces": pieces,
                "by_post": post,
                "fair_value": worth,
                "picture": pictures.filter(title=drawing).first(),
                "position": order,
            },
        )
        if new:
            made.places.set(places)
            made.save()


def choice(last: str, first: str, where: tuple[str, str, str, str]) -> Choice | None:
    """Of whoever has this last name; `where`: street, postcode, town, province."""
    name, place = CHOSEN.get(last, ("", None))
    premium = Premium.objects.filter(name=name).first()
    if premium is None:
        return None
    if place is None:
        return Choice(premium, parcel=Parcel(f"{first} {last}", *where))
    return replace(Choice(premium), place=PickUpPlace.objects.get(name=PLACES[place][0]))


def pack() -> None:
    """Some are prepared, some have left. Said twice, it changes nothing."""
    packing.pack(claims=_of((*PACKED, GOES_BACK_AFTER_PACKING)), by=None)
    packing.deliver(claims=_of(DELIVERED), by=None)


def _of(names: tuple[str, ...]) -> list[PremiumClaim]:
    gifts = Donation.objects.filter(last_name__in=names)
    return list(PremiumClaim.objects.filter(donation__in=gifts))
