"""An evening at which many give from one place: whoever is in a hall has its Wi-Fi's one public address,
and sixty of them would look like one who tries cards. A person of the treasury opens that address, for
some hours and with a reason; nobody anywhere else gets anything from it.
"""

from datetime import timedelta

from django.utils import timezone

from donations.models import OpenEvening
from donations.visitors import Visitor
from people.limits import Limit
from people.models import User

# what passes from the place beside the usual limits of `guarding`, of the same names
BY_ADDRESS = Limit("gift-address-evening", 300, 600)
BY_DEVICE = Limit("gift-device-evening", 300, 600)
BY_NETWORK = Limit("gift-network-evening", 300, 600)
RUSH = Limit("gift-rush-evening", 60, 15)
POSTS = Limit("gift-posts-evening", 1200, 600)
POSTS_OF_NETWORK = Limit("gift-posts-network-evening", 1200, 600)
DECLINES = 3  # times as many cards may be refused there before a door closes by itself
LONGEST = timedelta(hours=12)


def is_open(visitor: Visitor) -> bool:
    return _there(visitor.known_as("address"))


def is_open_at(digest: str) -> bool:
    """By what is kept of an attempt's address."""
    return bool(digest) and _there([digest])


def begin(*, place: Visitor, lasting: timedelta, why: str, by: User) -> OpenEvening:
    """Opened again, it lasts from now."""
    now = timezone.now()
    evening, _new = OpenEvening.objects.update_or_create(
        key=place.digests()["address"],
        defaults={
            "hint": place.address_hint,
            "note": why,
            "at": now,
            "until": now + min(lasting, LONGEST),
            "by": by,
            "lifted_at": None,
            "lifted_by": None,
        },
    )
    return evening


def end(*, evening: OpenEvening, by: User) -> bool:
    """False when it is over already."""
    rows = OpenEvening.objects.in_force().filter(pk=evening.pk)
    return bool(rows.update(lifted_at=timezone.now(), lifted_by=by))


def _there(digests: list[str]) -> bool:
    return bool(OpenEvening.objects.in_force().filter(key__in=digests).exists())
