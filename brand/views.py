from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.template.loader import render_to_string
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from brand.context import installation
from brand.models import BrandSettings


@require_safe
@cache_control(max_age=3600, public=True)
def colours(request: HttpRequest) -> HttpResponse:
    """The territory's own colours over the tokens; its address carries them, so it may be cached."""
    brand = BrandSettings.load(request_or_site=request)
    css = f":root{{--giallo:{brand.yellow};--inchiostro:{brand.ink}}}"
    return HttpResponse(css, content_type="text/css; charset=utf-8")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A wrong host name leads to no site: nothing is asked of the database."""
    return HttpResponseBadRequest(render_to_string("400.html", installation(request)))


def server_error(request: HttpRequest) -> HttpResponse:
    """What failed may be the database."""
    return HttpResponseServerError(render_to_string("500.html", installation(request)))
