"""The session of a donor: a cookie of its own, good for an hour below /dona/, and no login."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from donations.models import Donor
from donations.services import entering

COOKIE, PATH = "area", "/dona/"  # the form of the next gift begins with her details
AGE = int(entering.SESSION.total_seconds())
View = Callable[..., HttpResponse]


def donor_of(request: HttpRequest) -> Donor | None:
    key = request.get_signed_cookie(COOKIE, default="", max_age=AGE)
    return entering.who(key=key) if key else None


def let_in(response: HttpResponse, key: str) -> HttpResponse:
    response.set_signed_cookie(
        COOKIE,
        key,
        max_age=AGE,
        httponly=True,
        samesite="Lax",
        secure=settings.BEHIND_HTTPS,
        path=PATH,
    )
    return response


def let_out(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if key := request.get_signed_cookie(COOKIE, default="", max_age=AGE):
        entering.leave(key=key)
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


def private(view: View) -> View:
    """Nobody keeps these pages, and no search engine lists them."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return guarded


def hers(view: View) -> View:
    """`view(request, donor, …)`; who has not entered, or not for an hour, is sent to the door."""

    @private
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        donor = donor_of(request)
        if donor is None:
            return see(f"{reverse('area:page')}?scaduta")
        return view(request, donor, *args, **kwargs)

    return guarded


def see(address: str) -> HttpResponse:
    """After something was sent: the next page is asked for anew."""
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
