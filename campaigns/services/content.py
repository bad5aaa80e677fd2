"""What a post says on one account: from the approved content to the bytes that are sent.

content  what `plan` keeps with the delivery: words, link, picture, card; no bytes
payload  what is frozen before the first attempt: the same words, the files with their digests,
         the moment; plain JSON, so that an attempt a week later sends the same
Draft    what a channel gets
"""

import errno
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeGuard, TypeVar

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model

from attribution.services import CODE_LENGTH, Totals, moved
from campaigns.channels.base import Draft, Limits, Media, Problem, Rejected
from campaigns.models import Account, Campaign, Delivery, Post
from campaigns.models.post import LINK
from campaigns.services import cards
from media.cards import CardProblem, CardSpec
from media.services import sketched_card, stored_card

Drawn = TypeVar("Drawn")

SAMPLE_LINK = f"{settings.SITE_URL}/s/{'x' * CODE_LENGTH}"
"""As long as every short link is: counts are right before there is one."""

SIDES = (2048, 1600, 1280, 1024)
ADDRESSED = ("text", "link")  # what of a content holds the short link


class Unusable(Exception):
    """The picture or card cannot be made: `problem` says what to change."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def passing(problem: BaseException | None) -> TypeGuard[BaseException]:
    """Whether it may be gone in a minute (no room on the disk, a busy database): never a verdict."""
    if isinstance(problem, OSError):
        return problem.errno not in (None, errno.ENOENT, errno.EISDIR, errno.ENOTDIR)
    return isinstance(problem, DatabaseError | MemoryError)


class Altered(Exception):
    """What the post shows is no longer what the yes was said to."""


def content_of(*, post: Post, channel: str, link: str) -> dict[str, Any]:
    """The post as approved, for one network. `link` is absolute; empty in it when not used."""
    text = post.text_for(channel)
    return {
        "text": text.replace(LINK, link).strip(),
        "link": link if LINK in text else "",
        "language": settings.LANGUAGE_CODE,
        "image": post.image_id,
        "alt": post.alt_text.strip(),
        "card": post.card,
        "headline": headline_of(post),
    }


def headline_of(post: Post) -> str:
    """What the card says: without words of its own, the campaign's name."""
    return post.card_headline.strip() or post.campaign.name


def seen(*, content: dict[str, Any], campaign: Campaign) -> str:
    """SHA-256 (64 hex digits) of what the post shows but does not hold itself: the picture's file,
    its description, its focal point on a card, the card's look and words. "" when it is all words.

    A thermometer's figure and the site's address on it are left out: they are those of the minute
    when the post goes out.
    """
    if not content["image"] and content["card"] == Post.Card.NONE:
        return ""
    image = get_image_model().objects.filter(pk=content["image"]).first()
    alt = content["alt"] or (image.description if image else "")
    try:
        if content["card"] == Post.Card.NONE:
            look = image.get_file_hash() if image else "gone"
        else:
            spec = cards.spec_of(content=content, campaign=campaign, image=image, totals=Totals())
            look, alt = replace(spec, address="").digest(), alt if spec.photo else content["alt"]
    except (ValueError, OSError) as problem:
        if passing(problem):
            raise
        look = "gone"  # the checks say what is wrong with it
    return hashlib.sha256(json.dumps([look, alt]).encode()).hexdigest()


def seen_in(*, post: Post) -> str:
    """The same for a version of the post that is just being read."""
    return seen(content=content_of(post=post, channel="", link=""), campaign=post.campaign)


def payload_of(
    *, content: dict[str, Any], campaign: Campaign, limits: Limits, at: datetime, revision: int
) -> dict[str, Any]:
    """The content with its files made and measured. Raises Unusable."""
    return {
        "text": content["text"],
        "link": content["link"],
        "language": content["language"],
        "media": _media(content, campaign, limits),
        "at": at.isoformat(),
        "revision": revision,
    }


def digest_of(payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


def draft_of(payload: dict[str, Any], *, files: bool = True) -> Draft:
    """The frozen payload as a channel takes it.

    Raises Rejected when a file is gone or no longer the one that was frozen. Without `files` the
    words alone, for asking whether it is out.
    """
    return Draft(
        text=payload["text"],
        link=payload["link"],
        language=payload["language"],
        media=tuple(_load(item) for item in payload["media"]) if files else (),
        at=datetime.fromisoformat(payload["at"]),
    )


def sample(*, post: Post, account: Account, now: datetime) -> Draft:
    """How it would be sent now, with a link of the right length; a card is drawn, not stored.

    Raises Unusable, Rejected.
    """
    content = content_of(post=post, channel=account.channel, link=SAMPLE_LINK)
    if content["card"] != Post.Card.NONE:
        spec, drawn, alt = _card(content, post.campaign, _image(content), sketched_card)
        card = Media(drawn, spec.mime, *spec.size, alt)
        return replace(words(post=post, account=account), media=(card,), at=now)
    payload = payload_of(
        content=content,
        campaign=post.campaign,
        limits=account.offline().limits,
        at=now,
        revision=0,
    )
    return draft_of(payload)


def words(*, post: Post, account: Account) -> Draft:
    """The text alone, with a link of the right length: for counting while somebody writes."""
    content = content_of(post=post, channel=account.channel, link=SAMPLE_LINK)
    return Draft(text=content["text"], link=content["link"], language=content["language"])


def altered(delivery: Delivery) -> bool:
    """Whether what it shows was changed outside the post after the yes."""
    approved = delivery.content.get("seen", "")
    return seen(content=delivery.content, campaign=delivery.post.campaign) != approved


def freeze(*, delivery: Delivery, limits: Limits, now: datetime) -> dict[str, Any]:
    """The delivery's payload: the frozen one, or a new one when another version was approved.

    The moment stays that of the first freezing, since networks look for the post from there on.
    Raises Altered, Unusable.
    """
    frozen = delivery.payload
    if delivery.digest and frozen["revision"] == delivery.revision_id:
        return frozen
    if altered(delivery):
        raise Altered
    now_at = {name: moved(delivery.content[name], delivery.content["link"]) for name in ADDRESSED}
    return payload_of(
        content=delivery.content | now_at,
        campaign=delivery.post.campaign,
        limits=limits,
        at=datetime.fromisoformat(frozen["at"]) if delivery.digest else now,
        revision=delivery.revision_id or 0,
    )


# files --------------------------------------------------------------------------------------


def _media(content: dict[str, Any], campaign: Campaign, limits: Limits) -> list[dict[str, Any]]:
    image = _image(content)
    if content["card"] != Post.Card.NONE:
        spec, card, alt = _card(content, campaign, image, stored_card)
        return [_file("card", card.pk, str(card.file.name), spec.mime, *spec.size, alt)]
    return [_picture(content, image, limits)] if image else []


def _image(content: dict[str, Any]) -> Any:
    if not content["image"]:
        return None
    image = get_image_model().objects.filter(pk=content["image"]).first()
    if image is None:
        raise Unusable(_gone())
    return image


def _card(
    content: dict[str, Any], campaign: Campaign, image: Any, draw: Callable[[CardSpec], Drawn]
) -> tuple[CardSpec, Drawn, str]:
    """The card's specification, what `draw` made of it, its alternative text."""
    try:
        spec = cards.spec_of(content=content, campaign=campaign, image=image)
        drawn = draw(spec)
    except CardProblem as problem:
        if passing(problem.__cause__):  # its photo could not be read just now
            raise problem.__cause__ from problem
        raise Unusable(Problem(f"card_{problem.code}", problem.message)) from problem  # type: ignore[arg-type]
    except ValueError as problem:
        raise Unusable(Problem("card", _("The card needs the campaign’s goal."))) from problem
    except OSError as problem:
        if passing(problem):
            raise
        raise Unusable(_gone()) from problem
    photo = content["alt"] or getattr(image, "description", "")
    return spec, drawn, cards.description(spec=spec, photo=photo)


def _picture(content: dict[str, Any], image: Any, limits: Limits) -> dict[str, Any]:
    """The largest size that the network takes; the smallest one when none is light enough."""
    alt = content["alt"] or image.description
    made: dict[str, Any] = {}
    for side in SIDES:
        filters = f"max-{side}x{side}|bgcolor-ffffff|format-jpeg|jpegquality-85"
        try:
            rendition = image.get_rendition(filters)
            made = _file(
                "image",
                image.pk,
                rendition.file.name,
                "image/jpeg",
                rendition.width,
                rendition.height,
                alt,
            )
        except Exception as problem:  # a picture that no library can read: many kinds of error
            if passing(problem):
                raise
            raise Unusable(_gone()) from problem
        if limits.media_bytes is None or made["size"] <= limits.media_bytes:
            break
    return made


def _file(
    kind: str, pk: int, name: str, mime: str, width: int, height: int, alt: str
) -> dict[str, Any]:
    with default_storage.open(name) as file:
        content = file.read()
    return {
        "kind": kind,
        "id": pk,
        "file": name,
        "mime": mime,
        "width": width,
        "height": height,
        "alt": alt,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _load(item: dict[str, Any]) -> Media:
    try:
        with default_storage.open(item["file"]) as file:
            content = file.read()
    except OSError as problem:
        if passing(problem):
            raise
        raise Rejected(_gone().message) from problem
    if hashlib.sha256(content).hexdigest() != item["sha256"]:
        raise Rejected(_("The picture is no longer the one that was approved: choose it again."))
    return replace(
        Media(b"", item["mime"], item["width"], item["height"], item["alt"]), content=content
    )


def _gone() -> Problem:
    return Problem("media_gone", _("The picture cannot be read: choose it again."))
