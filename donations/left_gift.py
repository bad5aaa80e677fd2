"""Which gift this browser began, for an hour: what was typed comes back to it, the amounts that it was
shown, and a piece that waits for it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from donations.models import Donation

COOKIE = "dono"
AGE = 3600  # seconds
BETWEEN = "|"
MOST = 3500  # characters: browsers drop a cookie beyond 4096


def remember(response: HttpResponse, gift: Donation, amounts: str) -> None:
    """`amounts`: those of the page that led to its form, sealed."""
    said = BETWEEN.join([str(gift.public_id), amounts])
    response.set_signed_cookie(
        COOKIE,
        said if len(said) <= MOST else str(gift.public_id),
        max_age=AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.BEHIND_HTTPS,
        path="/dona/",
    )


def key_of(request: HttpRequest) -> str:
    """Empty where it began none."""
    return _kept(request)[0]


def amounts_of(request: HttpRequest) -> str:
    return _kept(request)[2]


def gift_of(request: HttpRequest) -> Donation | None:
    own = key_of(request)
    return Donation.objects.filter(public_id=own).first() if own else None


def _kept(request: HttpRequest) -> tuple[str, str, str]:
    said = str(request.get_signed_cookie(COOKIE, default="", max_age=AGE) or "")
    return said.partition(BETWEEN)
