"""A mail's formatted text where staff read it: a browser knows no `cid:`."""

from base64 import b64encode
from collections.abc import Iterable

PICTURES = ("image/jpeg", "image/png")


def with_pictures(html: str, pictures: Iterable[tuple[str, str, bytes]]) -> str:
    """A copy that holds its pictures itself, as data: addresses. `pictures`: (name, content type,
    bytes) of what the mail brings; the mail stays as it was sent."""
    for name, content_type, content in pictures:
        if content_type in PICTURES:
            data = f"data:{content_type};base64,{b64encode(content).decode()}"
            html = html.replace(f'"cid:{name}"', f'"{data}"')
    return html
