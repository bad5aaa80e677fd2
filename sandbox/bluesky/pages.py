"""Bluesky's pages for people: what the facets make clickable is clickable, nothing else."""

import json
from sqlite3 import Connection, Row
from typing import Any

from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from sandbox import timeline
from sandbox.bluesky import store
from sandbox.bluesky.lexicon import POST
from sandbox.web import Context


def profile(ctx: Context, handle: str) -> Response:
    with ctx.store.tx() as db:
        account = _account(db, handle)
        rows = db.execute(
            "SELECT * FROM bluesky_record WHERE did = ? ORDER BY created DESC LIMIT 200",
            (account["did"],),
        ).fetchall()
    return timeline.show("Bluesky", f"@{handle}", [_post(handle, row) for row in rows])


def single(ctx: Context, handle: str, rkey: str) -> Response:
    with ctx.store.tx() as db:
        row = _wanted(db, handle, rkey)
    return timeline.show("Bluesky", f"@{handle}", [_post(handle, row)])


def _account(db: Connection, handle: str) -> Row:
    row = store.account(db, handle)
    if row is None:
        raise NotFound("Nessun profilo con questo nome.")
    return row


def _wanted(db: Connection, handle: str, rkey: str) -> Row:
    row = store.record(db, _account(db, handle)["did"], POST, rkey)
    if row is None:
        raise NotFound("Questo post non c'è.")
    return row


def _post(handle: str, row: Row) -> timeline.Post:
    url = f"/bluesky/profile/{handle}/post/{row['rkey']}"
    record = json.loads(row["value"])
    images = (record.get("embed") or {}).get("images") or []
    return timeline.Post(
        url,
        row["created"],
        rich(record["text"], record.get("facets") or []),
        (record.get("langs") or [""])[0],
        [_picture(row["did"], image) for image in images],
    )


def _picture(did: str, image: dict[str, Any]) -> timeline.Picture:
    ratio = image.get("aspectRatio") or {"width": 1, "height": 1}
    address = f"/bluesky/blob/{did}/{image['image']['ref']['$link']}"
    return timeline.Picture(address, image["alt"], ratio["width"], ratio["height"])


def rich(text: str, facets: list[dict[str, Any]]) -> Markup:
    """The text with its facets as links; offsets are UTF-8 bytes."""
    raw, out, place = text.encode(), Markup(""), 0
    for facet in sorted(facets, key=lambda facet: facet["index"]["byteStart"]):
        start, end = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        if start < place or end > len(raw):
            continue
        out += escape(raw[place:start].decode(errors="replace"))
        out += _piece(raw[start:end].decode(errors="replace"), facet["features"])
        place = end
    out += escape(raw[place:].decode(errors="replace"))
    return out.replace("\n", Markup("<br>"))


def _piece(words: str, features: list[dict[str, Any]]) -> Markup:
    link = next((f["uri"] for f in features if f["$type"].endswith("#link")), "")
    if link.startswith(("http://", "https://")):
        return Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(link, words)
    return Markup("<b>{}</b>").format(words)


def picture(ctx: Context, did: str, name: str) -> Response:
    with ctx.store.tx() as db:
        row = store.blob(db, did, name)
    if row is None or not row["mime"].startswith("image/"):
        raise NotFound("Questa immagine non c'è.")
    return timeline.file(row["content"], row["mime"])
