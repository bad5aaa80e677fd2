"""A stand-in for a Bluesky server (a PDS), at ``/bluesky`` of the sandbox.

Written from https://docs.bsky.app/docs/category/http-reference and https://atproto.com/specs/
(2026) and from what a real PDS answered on loopback. Any handle opens with an app password that
begins with ``sandbox-``; the account is made when first seen. People read at
``/bluesky/profile/<handle>``.

Control, all by POST with JSON or a form:

- ``/_control/bluesky/fault``: see ``sandbox.faults``; status 429 asks to wait, 400 is a token
  that has expired, 401 one that is refused, for that many calls;
- ``/_control/bluesky/expire``: ``{"handle": …, "kind": "accessJwt"}`` ends its access tokens,
  without ``kind`` all of them;
- ``/_control/bluesky/revoke``: ``{"handle": …, "revoked": true}``, until told otherwise.
"""

from markupsafe import Markup
from werkzeug.exceptions import BadRequest
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from sandbox import allowance, timeline
from sandbox.bluesky import pages, store, xrpc
from sandbox.store import Store
from sandbox.web import Context, World, answer, fields

CALLS = {
    "com.atproto.server.createSession": ("POST", xrpc.create_session),
    "com.atproto.server.refreshSession": ("POST", xrpc.refresh_session),
    "com.atproto.server.getSession": ("GET", xrpc.get_session),
    "com.atproto.identity.resolveHandle": ("GET", xrpc.resolve_handle),
    "com.atproto.repo.uploadBlob": ("POST", xrpc.upload_blob),
    "com.atproto.repo.putRecord": ("POST", xrpc.put_record),
    "com.atproto.repo.createRecord": ("POST", xrpc.create_record),
    "com.atproto.repo.getRecord": ("GET", xrpc.get_record),
    "com.atproto.repo.listRecords": ("GET", xrpc.list_records),
    "com.atproto.repo.deleteRecord": ("POST", xrpc.delete_record),
}


def setup(file: Store) -> None:
    store.setup(file)
    allowance.setup(file)


def rules() -> list[Rule]:
    calls = [
        Rule(f"/bluesky/xrpc/{name}", endpoint=endpoint, methods=[method])
        for name, (method, endpoint) in CALLS.items()
    ]
    return [
        *calls,
        Rule("/bluesky/profile/<handle>", endpoint=pages.profile, methods=["GET"]),
        Rule("/bluesky/profile/<handle>/post/<rkey>", endpoint=pages.single, methods=["GET"]),
        Rule("/bluesky/blob/<did>/<name>", endpoint=pages.picture, methods=["GET"]),
        Rule("/_control/bluesky/expire", endpoint=expire, methods=["POST"]),
        Rule("/_control/bluesky/revoke", endpoint=revoke, methods=["POST"]),
    ]


def expire(ctx: Context) -> Response:
    """End tokens before their time."""
    data = fields(ctx)
    with ctx.store.tx() as db:
        account = store.account(db, str(data.get("handle", "")))
        if account is None:
            raise BadRequest("No such handle.")
        store.expire(db, account["did"], str(data.get("kind", "")))
    return answer({"did": account["did"]})


def revoke(ctx: Context) -> Response:
    """Take an account's app password and tokens back, or let it in again."""
    data = fields(ctx)
    revoked = str(data.get("revoked", True)).lower() not in {"false", "0", ""}
    with ctx.store.tx() as db:
        account = store.account(db, str(data.get("handle", "")), make=True)
        assert account
        db.execute(
            "UPDATE bluesky_account SET revoked = ? WHERE did = ?", (revoked, account["did"])
        )
        if revoked:
            store.expire(db, account["did"], "")
    return answer({"handle": account["handle"], "revoked": revoked})


def panel(world: World) -> Markup:
    """The accounts, for the control page."""
    with world.store.tx() as db:
        handles = [row["handle"] for row in db.execute("SELECT handle FROM bluesky_account")]
    pages = [(f"@{handle}", f"/bluesky/profile/{handle}") for handle in handles]
    return timeline.panel("Bluesky", pages, "Ancora nessun profilo.")
