"""Telegram's pages for people, as t.me shows a public channel."""

from sqlite3 import Connection, Row

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox import timeline
from sandbox.telegram import store
from sandbox.web import Context

UNDESCRIBED = "Telegram non ne ha"


def channel(ctx: Context, name: str) -> Response:
    with ctx.store.tx() as db:
        row = _known(db, name)
        posts = [_post(db, row, message) for message in store.messages(db, row["id"])]
    return timeline.show("Telegram", f"@{name}", posts)


def single(ctx: Context, name: str, number: int) -> Response:
    with ctx.store.tx() as db:
        row = _known(db, name)
        found = [one for one in store.messages(db, row["id"]) if one["number"] == number]
        if not found:
            raise NotFound("Questo messaggio non c'è.")
        same = [one for one in store.messages(db, row["id"]) if one["album"] == found[0]["album"]]
        shown = found if not found[0]["album"] else same[::-1]
        return timeline.show("Telegram", f"@{name}", [_post(db, row, one) for one in shown])


def _known(db: Connection, name: str) -> Row:
    row = store.channel(db, name)
    if row is None:
        raise NotFound("Nessun canale con questo nome.")
    return row


def _post(db: Connection, row: Row, message: Row) -> timeline.Post:
    pictures = [
        timeline.Picture(
            f"/telegram/photo/{photo['id']}", UNDESCRIBED, photo["width"], photo["height"]
        )
        for photo in store.photos(db, row["id"], message["number"])
    ]
    url = f"/telegram/{row['name']}/{message['number']}"
    return timeline.Post(url, message["created"], message["text"], "it", pictures)


def picture(ctx: Context, identity: int) -> Response:
    with ctx.store.tx() as db:
        row = db.execute("SELECT * FROM telegram_photo WHERE id = ?", (identity,)).fetchone()
    if row is None:
        raise NotFound("Questa immagine non c'è.")
    return timeline.file(row["content"], row["mime"])
