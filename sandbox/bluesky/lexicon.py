"""What a server checks in a post before it takes it.

The lexicons app.bsky.feed.post, app.bsky.richtext.facet and app.bsky.embed.images at
https://docs.bsky.app/docs/advanced-guides/post-record and
https://github.com/bluesky-social/atproto/tree/main/lexicons; the messages are those a real
server (PDS 0.4) gave on loopback.
"""

import re
from typing import Any, NoReturn

from sandbox import graphemes

POST = "app.bsky.feed.post"
MOST_BLOB_BYTES = 1_000_000
TID = re.compile(r"[234567abcdefghij][234567abcdefghijklmnopqrstuvwxyz]{12}")
MOMENT = re.compile(
    r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,20})?(Z|[+-][0-2]\d:[0-5]\d)"
)
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8})*")
DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+")


class Invalid(Exception):
    """The sentence a server answers with."""


def check_key(rkey: str) -> None:
    """https://atproto.com/specs/record-key: a post's key is a TID."""
    if not TID.fullmatch(rkey):
        raise Invalid(f'Invalid record key for {POST}: Invalid TID string (got "{rkey}") at $')


def check_post(record: dict[str, Any]) -> None:
    """Raises Invalid with the first thing that is wrong."""
    for name in ("text", "createdAt"):
        if not isinstance(record.get(name), str):
            _wrong(f'Missing required key "{name}"', "")
    if record.get("$type") != POST:
        _wrong(f'Expected "{POST}"', ".$type")
    _string(record["text"], "text", most_bytes=3000, most_graphemes=300)
    if not MOMENT.fullmatch(record["createdAt"]):
        _wrong(f'Invalid datetime (got "{record["createdAt"]}")', ".createdAt")
    _languages(record.get("langs", []))
    for number, facet in enumerate(_list(record.get("facets", []), "facets", None)):
        _facet(facet, f"facets[{number}]")
    if embed := record.get("embed"):
        _embed(embed)


def _languages(languages: Any) -> None:
    for language in _list(languages, "langs", 3):
        if not (isinstance(language, str) and LANGUAGE.fullmatch(language)):
            _wrong(f'Invalid language (got "{language}")', ".langs")


def _facet(facet: Any, path: str) -> None:
    index = facet.get("index") if isinstance(facet, dict) else None
    if not isinstance(index, dict):
        _wrong('Missing required key "index"', f".{path}")
    for name in ("byteStart", "byteEnd"):
        _whole(index.get(name), f"{path}.index.{name}", 0)
    for number, feature in enumerate(_list(facet.get("features"), f"{path}.features", None)):
        _feature(feature, f"{path}.features[{number}]")


def _feature(feature: Any, path: str) -> None:
    kind = str(feature.get("$type", "")).rpartition("#")[2]
    if kind == "tag":
        _string(feature.get("tag"), f"{path}.tag", most_bytes=640, most_graphemes=64)
    if kind == "link" and not re.fullmatch(r"\w+:(//)?[^\s/]\S*", str(feature.get("uri", ""))):
        _wrong(f'Invalid uri (got "{feature.get("uri")}")', f".{path}.uri")
    if kind == "mention" and not DID.fullmatch(str(feature.get("did", ""))):
        _wrong(f'Invalid DID (got "{feature.get("did")}")', f".{path}.did")


def _embed(embed: Any) -> None:
    if embed.get("$type") != "app.bsky.embed.images":
        return
    for number, item in enumerate(_list(embed.get("images"), "embed.images", 4)):
        path = f"embed.images[{number}]"
        for name, kind in (("image", dict), ("alt", str)):
            if not isinstance(item.get(name), kind):
                _wrong(f'Missing required key "{name}"', f".{path}")
        _blob(item["image"], f"{path}.image")
        for name, value in (item.get("aspectRatio") or {}).items():
            _whole(value, f"{path}.aspectRatio.{name}", 1)


def _blob(blob: dict[str, Any], path: str) -> None:
    if not isinstance(blob.get("ref"), dict) or "$link" not in blob["ref"]:
        _wrong("Expected blob value type", f".{path}")
    if not str(blob.get("mimeType", "")).startswith("image/"):
        _wrong(f'Expected "image/*" (got "{blob.get("mimeType")}")', f".{path}.mimeType")
    if int(blob.get("size") or 0) > MOST_BLOB_BYTES:
        size = blob["size"]
        _wrong(f"blob too big (maximum {MOST_BLOB_BYTES}, got {size})", f".{path}")


def blobs(record: dict[str, Any]) -> list[str]:
    """The identifiers of the pictures a checked post refers to."""
    images = (record.get("embed") or {}).get("images") or []
    return [item["image"]["ref"]["$link"] for item in images]


def _string(value: Any, path: str, *, most_bytes: int, most_graphemes: int) -> None:
    if not isinstance(value, str):
        _wrong("Expected string value type", f".{path}")
    size = len(value.encode())
    if size > most_bytes:
        _wrong(f"string too big (maximum {most_bytes}, got {size})", f".{path}")
    clusters = graphemes.count(value)
    if clusters > most_graphemes:
        _wrong(f"grapheme too big (maximum {most_graphemes}, got {clusters})", f".{path}")


def _whole(value: Any, path: str, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        _wrong("Expected integer value type", f".{path}")
    if value < least:
        _wrong(f"integer too small (minimum {least}, got {value})", f".{path}")


def _list(value: Any, path: str, most: int | None) -> list[Any]:
    if not isinstance(value, list):
        _wrong("Expected array value type", f".{path}")
    if most is not None and len(value) > most:
        _wrong(f"array too big (maximum {most}, got {len(value)})", f".{path}")
    return list(value)


def _wrong(what: str, path: str) -> NoReturn:
    raise Invalid(f"Invalid {POST} record: {what} at $.record{path}")
