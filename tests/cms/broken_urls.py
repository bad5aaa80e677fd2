"""Two pages that go wrong, before the site's own addresses."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import path

from config.urls import handler400, handler500
from config.urls import urlpatterns as own

__all__ = ["handler400", "handler500", "urlpatterns"]  # Django looks for them in the one it is told


def forbidden(request: Any) -> Any:
    raise PermissionDenied


def broken(request: Any) -> Any:
    raise ZeroDivisionError


urlpatterns = [path("vietata/", forbidden), path("rotta/", broken), *own]
