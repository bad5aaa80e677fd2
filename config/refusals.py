"""What a visitor sees when a form comes without its cookie, or from another site."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.csrf import csrf_failure

from donations.views import without_cookie


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The gift form keeps what was typed; all others get the page of `403_csrf.html`."""
    if request.path == reverse("donations:give"):
        return without_cookie(request)
    return csrf_failure(request, reason)
