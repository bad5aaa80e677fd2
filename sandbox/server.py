"""The sandbox's web server: routing, loopback only, one thread a request, clean ends."""

import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import Forbidden, HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox import control, faults, registry, web
from sandbox.store import Store
from sandbox.web import is_loopback

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LIFELINE = "SEGNOPIU_LIFELINE"


class App:
    """The WSGI application: every stand-in's addresses, and the control page."""

    def __init__(self, world: web.World) -> None:
        self.world = world
        faults.setup(world.store)
        rules: list[Rule] = [Rule("/_static/<name>", endpoint=web.asset), *control.rules()]
        for standin in registry.load().values():
            standin.setup(world.store)
            rules += standin.rules()
        self.map = Map(rules, strict_slashes=False)

    def start(self, stop: threading.Event) -> None:
        """Start the stand-ins' own threads; they end when ``stop`` is set."""
        for standin in registry.load().values():
            if hasattr(standin, "start"):
                standin.start(self.world, stop)

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        return self.respond(Request(environ))(environ, start)

    def respond(self, request: Request) -> Response:
        try:
            only_from_here(request)
            endpoint, arguments = self.map.bind_to_environ(request.environ).match()
            response: Response = endpoint(web.Context(request, self.world), **arguments)
            return response
        except HTTPException as problem:
            message = {"error": problem.description or problem.name}
            status = problem.code or 500
            redirected = problem.get_response(request.environ) if status < 400 else None
            return Response.force_type(redirected) if redirected else web.answer(message, status)


def only_from_here(request: Request) -> None:
    """Refuse names that are not this machine's own (DNS rebinding) and other sites' forms."""
    origin = request.headers.get("Origin")
    names = [urlsplit(f"//{request.host}").hostname]
    if origin and request.method != "GET":
        names.append(urlsplit(origin).hostname)
    if not all(name and is_loopback(name) for name in names):
        raise Forbidden("The sandbox answers on loopback only.")


class Quiet(WSGIRequestHandler):
    """No line for each request; a connection dropped on purpose is no news."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if os.environ.get("SANDBOX_LOG"):
            print(f"{self.command} {self.path} {code}", file=sys.stderr, flush=True)


def make(*, host: str, port: int, data: Path, webhook_url: str, webhook_secret: str) -> "Sandbox":
    """A sandbox bound to its address, its threads not yet started.

    Raises ValueError when ``host`` is not loopback, SystemExit when the port is taken.
    """
    if not is_loopback(host):
        raise ValueError(f"The sandbox serves on loopback only, not on {host}.")
    data.mkdir(parents=True, exist_ok=True)
    store = Store(data / "sandbox.sqlite3")
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    app = App(web.World(store, url, webhook_url, webhook_secret))
    server = make_server(host, port, app, threaded=True, request_handler=Quiet)
    return Sandbox(app, server)


class Sandbox:
    """A running server and its threads; ``stop()`` may be called from any thread."""

    def __init__(self, app: App, server: BaseWSGIServer) -> None:
        self.app, self.server = app, server
        self.stopping = threading.Event()

    def run(self) -> None:
        """Serve until ``stop()``; then end the threads and close the store."""
        self.app.start(self.stopping)
        self.server.daemon_threads = True  # type: ignore[attr-defined]
        self.server.serve_forever(poll_interval=0.2)
        self.app.world.store.close()

    def stop(self) -> None:
        self.stopping.set()
        threading.Thread(target=self.server.shutdown, daemon=True).start()


def watch_lifeline(sandbox: Sandbox) -> None:
    """End when the pipe inherited from the supervisor closes, however the supervisor died."""
    number = os.environ.get(LIFELINE)
    if not number:
        return

    def wait() -> None:
        while os.read(int(number), 1):
            pass
        sandbox.stop()

    threading.Thread(target=wait, daemon=True, name="lifeline").start()
