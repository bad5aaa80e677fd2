"""A stand-in for Telegram's Bot API server, at ``/telegram`` of the sandbox.

Written from https://core.telegram.org/bots/api (Bot API 9, read 2026); each rule names its part. A token
``<number>:sandbox-<letters to make twenty>`` is a bot; a channel ``@name`` is made when first seen, with
every bot as an administrator who may post. People read at ``/telegram/<name>``.

Control, by POST with JSON or a form:

- ``/_control/telegram/fault``: see ``sandbox.faults``; status 429 with ``seconds`` asks to wait;
- ``/_control/telegram/rights``: ``{"name": …, "rights": "post"|"none"|"out"}``: may post, is an
  administrator who may not, is no member.
"""

from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox import timeline
from sandbox.store import Store
from sandbox.telegram import api, pages, store
from sandbox.web import Context, World, answer, fields


def setup(file: Store) -> None:
    store.setup(file)


def rules() -> list[Rule]:
    ways = {"getMe": api.me, "getChat": api.chat, "getChatMember": api.member}
    ways |= {"sendMessage": api.message, "sendPhoto": api.photo, "sendMediaGroup": api.album}
    called = [
        Rule(f"/telegram/bot<token>/{name}", endpoint=endpoint, methods=["GET", "POST"])
        for name, endpoint in ways.items()
    ]
    return [
        *called,
        Rule("/telegram/bot<token>/<path:rest>", endpoint=api.unknown, methods=["GET", "POST"]),
        Rule("/telegram/<name>", endpoint=pages.channel, methods=["GET"]),
        Rule("/telegram/<name>/<int:number>", endpoint=pages.single, methods=["GET"]),
        Rule("/telegram/photo/<int:identity>", endpoint=pages.picture, methods=["GET"]),
        Rule("/_control/telegram/rights", endpoint=rights, methods=["POST"]),
    ]


def rights(ctx: Context) -> Response:
    """What the bots may in a channel."""
    data = fields(ctx)
    name, said = str(data.get("name", "")), str(data.get("rights", ""))
    if said not in store.RIGHTS:
        raise BadRequest(f"rights is one of {', '.join(store.RIGHTS)}.")
    with ctx.store.tx() as db:
        row = store.channel(db, name, make=True)
        assert row
        db.execute("UPDATE telegram_channel SET rights = ? WHERE id = ?", (said, row["id"]))
    return answer({"name": name, "rights": said})


def panel(world: World) -> Markup:
    """The channels, for the control page."""
    with world.store.tx() as db:
        names = [row["name"] for row in db.execute("SELECT name FROM telegram_channel")]
    pages = [(f"@{name}", f"/telegram/{name}") for name in names]
    return timeline.panel("Telegram", pages, "Ancora nessun canale.")
