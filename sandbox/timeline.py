"""A page for people: what an account has published, with pictures and their descriptions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from sandbox.web import in_rome, page


@dataclass(frozen=True)
class Picture:
    url: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True)
class Post:
    """One post as it is shown: plain text gets its addresses linked, Markup stays as it is."""

    url: str
    moment: float
    text: str | Markup
    language: str
    pictures: Sequence[Picture]


def show(network: str, handle: str, posts: Sequence[Post]) -> Response:
    """The timeline of one account, newest first."""
    shown = Markup("").join(_post(handle, post) for post in posts)
    empty = Markup('<p class="tl-empty">Ancora nessun post.</p>')
    body = _PAGE.format(network=network, handle=handle, posts=shown or empty)
    return page(f"{handle} · {network}", body)


def panel(network: str, pages: Sequence[tuple[str, str]], none: str) -> Markup:
    """A stand-in's part of the control page: name and address of each page for people; `none` without any."""
    rows = Markup("").join(Markup('<li><a href="{1}">{0}</a></li>').format(*page) for page in pages)
    empty = Markup("<li>{}</li>").format(none)
    return Markup("<section><h2>{}</h2><ul>{}</ul></section>").format(network, rows or empty)


def file(content: bytes, mime: str) -> Response:
    """A picture as it was sent; whatever it is, no browser makes a page of it."""
    policy = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"}
    return Response(content, content_type=mime, headers=policy)


def _post(handle: str, post: Post) -> Markup:
    moment = datetime.fromtimestamp(post.moment, UTC)
    return _POST.format(
        handle=handle,
        url=post.url,
        iso=moment.isoformat(timespec="seconds"),
        when=in_rome(post.moment),
        language=post.language,
        text=post.text if isinstance(post.text, Markup) else linked(post.text),
        pictures=Markup("").join(_picture(picture) for picture in post.pictures),
    )


def _picture(picture: Picture) -> Markup:
    described = picture.alt or "manca"
    return _PICTURE.format(
        url=picture.url,
        alt=picture.alt,
        described=described,
        width=picture.width,
        height=picture.height,
    )


def linked(text: str) -> Markup:
    """Paragraph text with addresses one can click; everything else escaped."""
    pieces = re.split(r"(https?://[^\s<>\"]*[^\s<>\".,;:!?)\]»])", text)
    out = [
        Markup('<a href="{0}" rel="nofollow noopener">{0}</a>').format(piece)
        if number % 2
        else escape(piece)
        for number, piece in enumerate(pieces)
    ]
    return Markup("").join(out).replace("\n", Markup("<br>"))


_PAGE = Markup("""<link rel="stylesheet" href="/_static/timeline.css">
<main class="tl">
<header class="tl-head"><p class="tl-net">{network}</p><h1>{handle}</h1></header>
{posts}
</main>""")

_POST = Markup("""<article class="tl-post">
<header><strong>{handle}</strong> <a href="{url}"><time datetime="{iso}">{when}</time></a></header>
<p class="tl-text" lang="{language}">{text}</p>
{pictures}
</article>
""")

_PICTURE = Markup("""<figure><img src="{url}" alt="{alt}" width="{width}" height="{height}">
<figcaption>Descrizione: {described}</figcaption></figure>
""")
