"""What every stand-in's endpoints share: the context of a request, JSON, pages, forms."""

import ipaddress
import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Request, Response

from sandbox.store import Store

STATIC = Path(__file__).parent / "static"
ROME = ZoneInfo("Europe/Rome")


@dataclass(frozen=True)
class World:
    """What the process was started with. ``base_url`` has no trailing slash."""

    store: Store
    base_url: str
    webhook_url: str = ""
    webhook_secret: str = ""


@dataclass(frozen=True)
class Context:
    """One request in its world; what an endpoint gets."""

    request: Request
    world: World

    @property
    def store(self) -> Store:
        return self.world.store


class Dropped(ConnectionError):
    """The connection was closed on purpose, without an answer; the server stays silent."""


def in_rome(at: float) -> str:
    """A moment as the people who look at our pages read it on their clocks."""
    return datetime.fromtimestamp(at, ROME).strftime("%d/%m/%Y %H:%M")


def is_loopback(host: str) -> bool:
    """Whether ``host`` is ``localhost`` or a loopback address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def drop(ctx: Context) -> NoReturn:
    """Close the caller's connection without an answer, as a network that breaks does."""
    connection = ctx.request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    raise Dropped


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    body = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return Response(body, status, headers, content_type="application/json")


def fields(ctx: Context) -> dict[str, Any]:
    """What a control request carries, as JSON object or as form; raises BadRequest."""
    if ctx.request.is_json:
        data = ctx.request.get_json()
        if not isinstance(data, dict):
            raise BadRequest("A JSON object is wanted.")
        return data
    return ctx.request.form.to_dict()


def page(
    title: str,
    body: Markup,
    *,
    status: int = 200,
    form_targets: Iterable[str] = (),
    language: str = "it",
) -> Response:
    """A whole HTML page around ``body``, with a strict policy and no script.

    ``form_targets`` are addresses a form of the page may end at after a redirect: browsers
    hold ``form-action`` against the whole chain.
    """
    trial, nothing = BANNER[language]
    html = SHELL.format(title=title, body=body, language=language, trial=trial, nothing=nothing)
    origins = " ".join(sorted({"'self'", *map(_origin, filter(None, form_targets))}))
    return Response(html, status, _headers(origins), content_type="text/html; charset=utf-8")


def template(package: Path, name: str) -> Markup:
    """A part of a page beside its module; fill it with ``.format(…)``, which escapes."""
    return Markup((package / "templates" / name).read_text("utf-8"))  # noqa: S704 - our own file


def asset(ctx: Context, name: str) -> Response:
    """A style sheet or picture of the sandbox's own pages."""
    path = STATIC / name
    kinds = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
    if path.suffix not in kinds or not path.is_file():
        return Response("not found\n", 404)
    return Response(path.read_bytes(), content_type=kinds[path.suffix])


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _headers(form_action: str) -> dict[str, str]:
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {form_action}"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


BANNER = {
    "it": ("Modalità prova", "Nessun pagamento vero, nessun dato lascia questo computer."),
    "en": ("Test mode", "No real payment, no data leaves this computer."),
}
SHELL = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="/_static/icon.svg">
<link rel="stylesheet" href="/_static/sandbox.css">
</head>
<body>
<header class="banner"><p><strong>{trial}</strong>
{nothing}</p></header>
{body}
</body>
</html>
""")
