"""Cards drawn once and kept, photographs of the library for them."""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from media.cards import VERSION, CardProblem, CardSpec, Photo, TooLong, render
from media.models import Image, StoredCard

log = logging.getLogger("segnopiu.share")


def stored_card(spec: CardSpec) -> StoredCard:
    """The card of `spec`, drawn and stored the first time it is asked for.

    Drawing happens once on a machine: who comes second waits for the first. Where two machines
    meet, the unique digest decides and the loser takes its file away again. A row whose file was
    lost is drawn anew. Raises CardProblem when the words do not fit, OSError when the file cannot
    be written.
    """
    digest = spec.digest()
    found = _kept(digest)
    if found:
        return found
    with _alone(digest):
        return _kept(digest) or _drawn(spec, digest)


def share_card(spec: CardSpec) -> StoredCard | None:
    """The card a page is shared with, a plainer one where its words cannot be drawn.

    None when nothing can be stored: no page is down for its card.
    """
    why = ""
    for plainer in _ever_plainer(spec):
        try:
            card = _shortened(plainer)
        except CardProblem as problem:
            why = why or f"{type(problem).__name__} {problem.field}"
            continue
        except (OSError, ValueError) as problem:
            why = type(problem).__name__
            break
        if why:
            log.warning("plainer_card", extra={"kind": spec.kind, "why": why})
        return card
    log.warning("no_card", extra={"kind": spec.kind, "why": why})
    return None


def _ever_plainer(spec: CardSpec) -> Iterator[CardSpec]:
    """The card, then without its sum, without words, the name alone, the pluses alone."""
    yield spec
    if spec.lines:
        yield replace(spec, lines=())
    if spec.kind != "statement":
        yield replace(spec, lines=(), headline="", hashtag="", address="")
    name = replace(spec, kind="statement", lines=(), photo=None, hashtag="", headline=spec.brand)
    yield name
    yield replace(name, headline="+ + +")


def _shortened(spec: CardSpec) -> StoredCard:
    """A headline too long for the card loses its last words; the shared title keeps them."""
    words = spec.headline.split()
    for number in range(len(words), 2, -1):
        short = spec if number == len(words) else replace(spec, headline=_cut(words, number))
        try:
            return stored_card(short)
        except TooLong:
            continue
    return stored_card(spec)


def _cut(words: list[str], number: int) -> str:
    return " ".join(words[:number]).rstrip(",;:.«") + "…"


@lru_cache(maxsize=4)
def sketched_card(spec: CardSpec) -> bytes:
    """The card of `spec` for whoever is still writing it: nothing is stored that may never be used.

    A few are remembered, since the same one is asked for by every network. Raises CardProblem.
    """
    return render(spec)


def _kept(digest: str) -> StoredCard | None:
    card = StoredCard.objects.filter(digest=digest).first()
    return card if card and card.file.storage.exists(str(card.file.name)) else None


def _drawn(spec: CardSpec, digest: str) -> StoredCard:
    content = ContentFile(render(spec))
    card = StoredCard.objects.filter(digest=digest).first()
    if card:  # its file was lost
        card.file.save(f"{digest}.{spec.extension}", content)
        return card
    card = StoredCard(digest=digest, renderer=VERSION, shape=spec.shape)
    card.file.save(f"{digest}.{spec.extension}", content, save=False)
    try:
        with transaction.atomic():
            card.save()
    except IntegrityError:
        card.file.storage.delete(str(card.file.name))
        return StoredCard.objects.get(digest=digest)
    return card


@contextmanager
def _alone(digest: str) -> Iterator[None]:
    """One process of this machine at a time; the system lets go of a killed one's lock.

    256 lock files at most; two digests that share one only wait for each other.
    """
    folder = Path(settings.VAR_DIR) / "card-locks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / digest[:2]).open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def photo_of(image: Image) -> Photo:
    """A picture of the library as a card wants it: its content's digest and its focal point."""
    focal = image.get_focal_point()
    centre = focal.centroid if focal else (image.width / 2, image.height / 2)
    shares = tuple(
        min(max(at / size, 0.0), 1.0) if size else 0.5
        for at, size in zip(centre, (image.width, image.height), strict=True)
    )
    place = (round(shares[0], 4), round(shares[1], 4))
    digest = image.get_file_hash()
    if image.is_stored_locally():
        return Photo(path=image.file.path, digest=digest, focal=place)
    with image.open_file() as content:
        return Photo(data=content.read(), digest=digest, focal=place)
