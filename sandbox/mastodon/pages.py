"""Mastodon's pages for people."""

from sqlite3 import Connection, Row

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox import timeline
from sandbox.mastodon import store
from sandbox.web import Context


def profile(ctx: Context, name: str) -> Response:
    with ctx.store.tx() as db:
        account = store.account(db, name)
        if account is None:
            raise NotFound("Nessun profilo con questo nome.")
        posts = [_post(db, row) for row in store.statuses(db, account["id"], limit=200)]
    return timeline.show("Mastodon", f"@{name}", posts)


def single(ctx: Context, name: str, identity: int) -> Response:
    with ctx.store.tx() as db:
        row = _wanted(db, name, identity)
        return timeline.show("Mastodon", f"@{name}", [_post(db, row)])


def _wanted(db: Connection, name: str, identity: int) -> Row:
    row = store.status(db, identity)
    if row is None or row["name"] != name:
        raise NotFound("Questo post non c'è.")
    return row


def _post(db: Connection, row: Row) -> timeline.Post:
    url = f"/mastodon/@{row['name']}/{row['id']}"
    pictures = [
        timeline.Picture(
            f"/mastodon/media/{media['id']}", media["description"], media["width"], media["height"]
        )
        for media in store.media_of(db, row["id"])
    ]
    return timeline.Post(url, row["created"], row["text"], row["language"], pictures)


def picture(ctx: Context, identity: int) -> Response:
    with ctx.store.tx() as db:
        row = store.media(db, identity)
    if row is None:
        raise NotFound("Questa immagine non c'è.")
    return timeline.file(row["content"], row["mime"])
