from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from cms.privacy import PROCESSINGS


@require_safe
@vary_on_headers("Accept-Language")
def privacy(request: HttpRequest) -> HttpResponse:
    """The notice of art. 13 GDPR, in the language of the form that leads to it."""
    return render(request, "cms/privacy.html", {"processings": PROCESSINGS})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", "Disallow: /admin/", "Disallow: /s/", "Disallow: /dona/grazie/",
             "Disallow: /dona/area/", "", f"Sitemap: {settings.SITE_URL}/sitemap.xml", ""]  # fmt: skip
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
