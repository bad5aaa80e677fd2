from django.conf import settings
from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, object]:
    return {
        "SANDBOX": settings.SANDBOX,
        "SITE_URL": settings.SITE_URL,
        "WRITTEN_IN": settings.LANGUAGE_CODE,  # what staff write, whatever the page speaks
    }
