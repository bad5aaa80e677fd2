"""The short link."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attribution import services, visits
from attribution.crawlers import is_ahead, is_crawler
from attribution.models import ShortLink


@never_cache
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Counts the visit, remembers the source, leads to our own page.

    A prefetch is refused: an answer kept from it would lead the visitor on without us, uncounted
    and without the source. The browser drops what is not a success, and asks when somebody comes.
    """
    if is_ahead(request):
        return HttpResponse(status=503)
    link = get_object_or_404(ShortLink.objects.select_related("source"), code=code)
    crawler = request.method == "HEAD" or is_crawler(request.headers.get("User-Agent", ""))
    visits.record(link=link, crawler=crawler)
    response = HttpResponseRedirect(link.target)
    if not crawler:
        services.remember(response, link.source, secure=settings.BEHIND_HTTPS)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
