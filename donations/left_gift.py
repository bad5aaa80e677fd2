"""Which gift this browser began, for an hour: what was typed comes back to it, and a piece that waits
for it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from donations.models import Donation

COOKIE = "dono"
AGE = 3600  # seconds


def remember(response: HttpResponse, gift: Donation) -> None:
    response.set_signed_cookie(
        COOKIE,
        str(gift.public_id),
        max_age=AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.BEHIND_HTTPS,
        path="/dona/",
    )


def key_of(request: HttpRequest) -> str:
    """Empty where it began none."""
    return str(request.get_signed_cookie(COOKIE, default="", max_age=AGE) or "")


def gift_of(request: HttpRequest) -> Donation | None:
    own = key_of(request)
    return Donation.objects.filter(public_id=own).first() if own else None
