"""`/healthz`: this web process is alive. `/readyz`: database, broker and tick are.

Answered before anybody looks at the name that was asked for: who watches from inside knows an
address, not the site's name.
"""

from collections.abc import Callable

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config import heartbeat
from config.celery import app


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """JSON: {"database": bool, "broker": bool, "tick": bool, "tick_at": ISO UTC|null}; 503 unless all."""
    state: dict[str, object] = {"database": _database(), "broker": _broker()}
    try:
        seen = heartbeat.last()
        state |= {"tick": not heartbeat.stale(), "tick_at": seen and seen.isoformat()}
    except DatabaseError:
        state |= {"tick": False, "tick_at": None}
    good = all(state[name] for name in ("database", "broker", "tick"))
    response = JsonResponse(state, status=200 if good else 503)
    response._has_been_logged = True  # type: ignore[attr-defined]  # who asks knows; no error a second
    return response


ANSWERS = {"/healthz": alive, "/readyz": ready}


def answer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        return ANSWERS.get(request.path_info, get_response)(request)

    return middleware


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return True
    except DatabaseError:
        return False


def _broker() -> bool:
    try:
        with app.connection_for_write(connect_timeout=2) as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
        return True
    except Exception:  # every transport has errors of its own
        return False
