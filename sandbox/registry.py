"""Which stand-ins there are: one line each.

A stand-in is a module with

- ``rules() -> list[werkzeug.routing.Rule]``: its addresses; a rule's endpoint is a callable
  ``(ctx: web.Context, **path_arguments) -> werkzeug Response``;
- ``setup(store) -> None``: makes its tables (``CREATE TABLE IF NOT EXISTS``);

and, where it has use for them,

- ``start(world, stop: threading.Event) -> None``: starts its daemon threads;
- ``panel(world) -> Markup``: its part of the control page at ``/_control/``.
"""

from importlib import import_module
from types import ModuleType

STANDINS: dict[str, str] = {
    "stripe": "sandbox.stripe",
    "mastodon": "sandbox.mastodon",
    "bluesky": "sandbox.bluesky",
    "telegram": "sandbox.telegram",
}


def load() -> dict[str, ModuleType]:
    """The stand-ins by name, in the order of the table above."""
    return {name: import_module(path) for name, path in STANDINS.items()}
