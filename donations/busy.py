"""A database that is busy, or takes no more connections: nobody loses what was typed."""

import logging
from collections.abc import Callable
from functools import wraps

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)
WAIT = 30  # seconds
View = Callable[[HttpRequest], HttpResponse]


def keeps_what_was_typed(form_action: Callable[[], str]) -> Callable[[View], View]:
    """The view, and where its database fails a page (503) that asks nothing of it: all that was sent, ready
    to be sent again with one button. `form_action`: the origin that the form may lead on to."""

    def decorator(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            try:
                return view(request)
            except OperationalError:
                log.exception("not answered: the database is busy")
                return _page(request, form_action())

        return asked

    return decorator


def _page(request: HttpRequest, origin: str) -> HttpResponse:
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    response = render(request, "donations/busy.html", {"typed": typed}, status=503)
    response["Retry-After"] = str(WAIT)
    response.csp_form_action = [origin]  # type: ignore[attr-defined]
    return response
