"""A stand-in for a Mastodon server, at ``/mastodon`` of the sandbox.

Written from https://docs.joinmastodon.org/ (2026); each rule names its page. A token
``sandbox-<name>`` opens the account ``@<name>``, which is made when first seen. People read at
``/mastodon/@<name>``.

Control, all by POST with JSON or a form:

- ``/_control/mastodon/fault``: see ``sandbox.faults``; ``{"kind": "error", "status": 429,
  "seconds": 30}`` asks to wait, status 401 is a token revoked for that many calls;
- ``/_control/mastodon/settings``: ``{"max_characters": 500, "requests": 300}``;
- ``/_control/mastodon/revoke``: ``{"name": …, "revoked": true}``, until told otherwise.
"""

from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox import allowance, timeline
from sandbox.mastodon import api, pages, store
from sandbox.store import Store
from sandbox.web import Context, World, answer, fields


def setup(file: Store) -> None:
    store.setup(file)
    allowance.setup(file)


def rules() -> list[Rule]:
    return [
        Rule("/mastodon/api/v2/instance", endpoint=api.instance, methods=["GET"]),
        Rule("/mastodon/api/v1/accounts/verify_credentials", endpoint=api.verify, methods=["GET"]),
        Rule(
            "/mastodon/api/v1/accounts/<int:owner>/statuses", endpoint=api.listing, methods=["GET"]
        ),
        Rule("/mastodon/api/v2/media", endpoint=api.upload, methods=["POST"]),
        Rule("/mastodon/api/v1/media/<int:identity>", endpoint=api.media, methods=["GET"]),
        Rule("/mastodon/api/v1/media/<int:identity>", endpoint=api.describe, methods=["PUT"]),
        Rule("/mastodon/api/v1/statuses", endpoint=api.publish, methods=["POST"]),
        Rule("/mastodon/@<name>", endpoint=pages.profile, methods=["GET"]),
        Rule("/mastodon/@<name>/<int:identity>", endpoint=pages.single, methods=["GET"]),
        Rule("/mastodon/media/<int:identity>", endpoint=pages.picture, methods=["GET"]),
        Rule("/_control/mastodon/settings", endpoint=settings, methods=["POST"]),
        Rule("/_control/mastodon/revoke", endpoint=revoke, methods=["POST"]),
    ]


def settings(ctx: Context) -> Response:
    """Change what the server allows."""
    try:
        values = {name: int(value) for name, value in fields(ctx).items()}
    except (TypeError, ValueError):
        raise BadRequest("Settings are whole numbers.") from None
    with ctx.store.tx() as db:
        if not values.keys() <= store.SETTINGS.keys():
            raise BadRequest(f"Settings are {', '.join(store.SETTINGS)}.")
        for name, value in values.items():
            db.execute("REPLACE INTO mastodon_setting VALUES (?, ?)", (name, value))
        return answer(store.settings(db))


def revoke(ctx: Context) -> Response:
    """Take an account's token back, or give it again."""
    data = fields(ctx)
    revoked = str(data.get("revoked", True)).lower() not in {"false", "0", ""}
    with ctx.store.tx() as db:
        account = store.account(db, str(data.get("name", "")), make=True)
        assert account
        db.execute("UPDATE mastodon_account SET revoked = ? WHERE id = ?", (revoked, account["id"]))
    return answer({"name": account["name"], "revoked": revoked})


def panel(world: World) -> Markup:
    """The accounts, for the control page."""
    with world.store.tx() as db:
        names = [row["name"] for row in db.execute("SELECT name FROM mastodon_account")]
    pages = [(f"@{name}", f"/mastodon/@{name}") for name in names]
    return timeline.panel("Mastodon", pages, "Ancora nessun profilo.")
