"""Uploads on a small installation, which has no other server for them."""

import posixpath

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.static import serve


def upload(request: HttpRequest, path: str) -> HttpResponseBase:
    """A public upload, shut into a sandbox: what somebody uploaded never runs as a page of ours.

    Documents have an address of their own, which asks who may read them. Raises Http404.
    """
    path = posixpath.normpath(path).lstrip("/")
    if path.split("/", 1)[0] == "documents":
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
