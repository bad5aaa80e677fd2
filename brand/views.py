from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from brand.models import BrandSettings


@require_safe
@cache_control(max_age=3600, public=True)
def colours(request: HttpRequest) -> HttpResponse:
    """The territory's own colours over the tokens; its address carries them, so it may be cached."""
    brand = BrandSettings.load(request_or_site=request)
    css = f":root{{--giallo:{brand.yellow};--inchiostro:{brand.ink}}}"
    return HttpResponse(css, content_type="text/css; charset=utf-8")
