"""The mailbox of the sandbox: what would have left, to be looked at in the browser."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from mail import folder

# a mail has styles of its own; nothing in it may run or load
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
FRAME_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "script-src 'self'; frame-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'self'"
)
View = Callable[..., HttpResponse]


def in_sandbox(view: View) -> View:
    """Only where no mail leaves and nobody else can look."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not folder.is_open():
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(require_safe(guarded))


@in_sandbox
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "mail/listing.html", {"mails": folder.latest()})


@in_sandbox
def show(request: HttpRequest, name: str, number: int) -> HttpResponse:
    response = render(request, "mail/show.html", {"mail": _one(name, number)})
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    return response


@in_sandbox
def html(request: HttpRequest, name: str, number: int) -> HttpResponse:
    response = HttpResponse(_one(name, number).shown)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    return response


@in_sandbox
def attachment(request: HttpRequest, name: str, number: int, part: int) -> HttpResponse:
    parts = _one(name, number).attachments
    if part >= len(parts):
        raise Http404
    content = parts[part].get_payload(decode=True)
    # only a PDF is shown; everything else is a download of bytes
    shown = parts[part].get_content_type() == "application/pdf"
    response = HttpResponse(
        content, content_type="application/pdf" if shown else "application/octet-stream"
    )
    file_name = "".join(c for c in parts[part].get_filename() or "" if c.isalnum() or c in "-_.")
    kind = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f'{kind}; filename="{file_name or "allegato"}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _one(name: str, number: int) -> folder.Found:
    found = folder.one(name, number)
    if found is None:
        raise Http404
    return found
