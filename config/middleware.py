"""Request id for the logs, and the two content security policies."""

import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from config.logs import request_id as current

Handler = Callable[[HttpRequest], HttpResponse]

# pages are cached whole, so no nonces: nothing inline at all
PUBLIC = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
}
# Wagtail's admin has inline scripts and styles of its own, and evaluates nothing
ADMIN = PUBLIC | {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "frame-src": "'self'",
    "worker-src": "'self' blob:",
}


def _header(policy: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


def content_security_policy(get_response: Handler) -> Handler:
    """Sets the policy unless the view has set one. A view whose form ends on a page elsewhere names
    that page's origin in `response.csp_form_action`: browsers follow redirects with the policy."""
    public, admin = _header(PUBLIC), _header(ADMIN)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = admin if request.path_info.startswith("/admin/") else public
        if targets := getattr(response, "csp_form_action", None):
            policy = _header(PUBLIC | {"form-action": " ".join(["'self'", *targets])})
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        return response

    return middleware


def request_id(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        token = current.set(uuid.uuid4().hex[:12])
        try:
            response = get_response(request)
            response.headers["X-Request-Id"] = current.get()
            return response
        finally:
            current.reset(token)

    return middleware


# pages are in the language they were written in; the form and its notice follow the browser
BY_BROWSER = ("/dona/", "/privacy/")


def language(get_response: Handler) -> Handler:
    def middleware(request: HttpRequest) -> HttpResponse:
        wanted = settings.LANGUAGE_CODE
        if request.path_info.startswith(BY_BROWSER):
            wanted = translation.get_language_from_request(request)
        with translation.override(wanted):
            request.LANGUAGE_CODE = wanted
            response = get_response(request)
            response.headers.setdefault("Content-Language", wanted)
            return response

    return middleware
