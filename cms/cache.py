"""Whole pages for anonymous visitors, fresh within a second of every gift and publication.

The key holds attribution's stamp, which grows with each credit and each publication, so nothing
needs to be cleared. Looked up at most once a second in each process: that second is all by which a
thermometer can be old.
"""

import hashlib
import logging
import re
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port

from attribution import services as attribution
from cms.address import OWN

log = logging.getLogger("segnopiu.pages")
SECONDS = 60
STAMP_SECONDS = 1.0
PAGES = {"pagina", "p"}
A_PAGE = re.compile(r"[1-9]")  # made-up numbers would fill the cache with the same last page
# what networks and mailings add to every link, and no page reads
ADDED = re.compile(r"utm_\w+|fbclid|gclid|gbraid|wbraid|msclkid|igsh|igshid|mc_cid|mc_eid|ttclid")

Handler = Callable[[HttpRequest], HttpResponse]
_stamp = ("", 0.0)


def stamp() -> str:
    global _stamp
    value, at = _stamp
    if time.monotonic() - at > STAMP_SECONDS:
        value = attribution.version()
        _stamp = (value, time.monotonic())
    return value


def part(name: str, make: Callable[[], Any]) -> Any:
    """What many pages show, made anew when the stamp has changed; None is not kept."""
    name = f"part:{name}:{stamp()}"
    found = _kept(name)
    if found is None:
        found = make()
        _keep(name, found)
    return found


def cacheable(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and not getattr(request, "is_dummy", False)  # a preview of Wagtail's
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and request.path_info.split("/")[1] not in OWN
        and plain(request)
    )


def plain(request: HttpRequest) -> bool:
    """Whether the address asks for nothing but one of the first pages of a list."""
    asked = _asked(request)
    return len(asked) <= 1 and all(n in PAGES and A_PAGE.fullmatch(value) for n, value in asked)


def _asked(request: HttpRequest) -> list[tuple[str, str]]:
    found = request.GET.lists()
    return [
        (name, value) for name, values in found if not ADDED.fullmatch(name) for value in values
    ]


def key(request: HttpRequest) -> str:
    """Of the host as checked by Django, so that a made-up Host header poisons nothing; without its
    port, which Django takes as it comes.
    """
    host = split_domain_port(request.get_host())[0]
    what = f"{host} {request.path} {_asked(request)} {stamp()}"
    return "page:" + hashlib.sha256(what.encode()).hexdigest()


def page_cache(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        if not cacheable(request):
            return get_response(request)
        name = key(request)
        kept = _kept(name)
        if kept is not None:
            return HttpResponse(kept[0], headers=kept[1])
        response = get_response(request)
        if keepable(response):
            _keep(name, (response.content, dict(response.headers)))
        return response

    return middleware


def _kept(name: str) -> Any:
    """The cache is a help, never a condition: a full disk or a Redis that is away costs time only."""
    try:
        return cache.get(name)
    except Exception as problem:
        log.warning("page_cache", extra={"why": type(problem).__name__})
        return None


def _keep(name: str, what: Any) -> None:
    try:
        cache.set(name, what, SECONDS)
    except Exception as problem:
        log.warning("page_cache", extra={"why": type(problem).__name__})


def keepable(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "no-store" not in response.get("Cache-Control", "")
        and "private" not in response.get("Cache-Control", "")
        and response.get("Content-Type", "").startswith(("text/html", "application/"))
    )
