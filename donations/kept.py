"""A form that cannot be taken right now: nobody loses what was typed, and drawing it costs nothing."""

import logging
from collections.abc import Callable
from functools import wraps

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

log = logging.getLogger(__name__)
WAIT = 30  # seconds
_BUSY = _(
    "Too many people are writing at the same moment. Nothing has been taken from you: everything "
    "you wrote is still here, try again in a minute."
)
_ASKED = _("Too many people are writing at the same moment: try again in a minute.")
View = Callable[[HttpRequest], HttpResponse]


def page(
    request: HttpRequest, sentence: str | Promise, *, status: int, wait: int, leads_to: str
) -> HttpResponse:
    """All that was sent, ready to be sent again with one button; it asks nothing of the database. `wait`:
    seconds; `leads_to`: the origin that the form may lead on to."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    context = {"typed": typed, "sentence": sentence}
    response = render(request, "donations/kept.html", context, status=status)
    response["Retry-After"] = str(wait)
    response.csp_form_action = [leads_to]  # type: ignore[attr-defined]
    return response


def when_busy(leads_to: Callable[[], str]) -> Callable[[View], View]:
    """The view; where its database is busy, or takes no more connections, the page above (503)."""

    def decorator(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest) -> HttpResponse:
            try:
                return view(request)
            except OperationalError:
                log.exception("not answered: the database is busy")
                sentence = _BUSY if request.method == "POST" else _ASKED
                return page(request, sentence, status=503, wait=WAIT, leads_to=leads_to())

        return asked

    return decorator
