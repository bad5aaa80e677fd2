"""Two pages that go wrong, before the site's own addresses."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import path

from config.urls import urlpatterns as own


def forbidden(request: Any) -> Any:
    raise PermissionDenied


def broken(request: Any) -> Any:
    raise ZeroDivisionError


urlpatterns = [path("vietata/", forbidden), path("rotta/", broken), *own]
