"""Checks that several networks share, each giving problems an editor can act on."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from campaigns.channels.base import Count, Draft, Limits, Media, Problem
from campaigns.channels.text import graphemes


def over_limit(counts: Iterable[Count]) -> list[Problem]:
    """One problem for every figure above its limit."""
    return [
        Problem(
            f"{count.code}_over",
            _("Too long by %(over)d (%(label)s): %(used)d of %(limit)d.")
            % {
                "over": count.over,
                "label": count.label,
                "used": count.used,
                "limit": count.limit,
            },
        )
        for count in counts
        if count.over
    ]


def presence(draft: Draft) -> list[Problem]:
    """There must be something to publish, and the short link must be in it."""
    problems = []
    if not draft.text.strip() and not draft.media:
        problems.append(Problem("empty", _("Write something: the post is empty.")))
    if draft.link and draft.link not in draft.text:
        problems.append(
            Problem(
                "link_missing",
                _("The link is not in the text: put {link} where it should stand."),
            )
        )
    return problems


def pictures(draft: Draft, limits: Limits) -> list[Problem]:
    """Number, kind, weight, size and alt text of every picture."""
    problems = []
    if len(draft.media) > limits.media:
        problems.append(
            Problem(
                "media_many",
                ngettext_lazy(
                    "At most %(limit)d picture here: take some away.",
                    "At most %(limit)d pictures here: take some away.",
                    limits.media,
                )
                % {"limit": limits.media},
            )
        )
    for name, media in named(draft):
        problems += _picture(name, media, limits)
    return problems


def named(draft: Draft) -> Iterator[tuple[Any, Media]]:
    """Each picture, and how a sentence about it calls it."""
    alone = len(draft.media) == 1
    for number, media in enumerate(draft.media, start=1):
        yield _("The picture") if alone else _("Picture %(number)d") % {"number": number}, media


def _picture(name: Any, media: Media, limits: Limits) -> list[Problem]:
    problems = []
    if media.mime not in limits.mimes:
        problems.append(
            Problem(
                "media_kind",
                _("%(picture)s is of a kind this network does not take (%(mime)s).")
                % {"picture": name, "mime": media.mime},
            )
        )
    try:
        problems += _weight(name, media, limits)
    except OSError:
        problems.append(Problem("media_gone", _("%(picture)s cannot be read.") % {"picture": name}))
    return problems + _alt(name, media, limits)


def _weight(name: Any, media: Media, limits: Limits) -> list[Problem]:
    problems = []
    if media.size == 0:
        problems.append(Problem("media_empty", _("%(picture)s is empty.") % {"picture": name}))
    if limits.media_bytes is not None and media.size > limits.media_bytes:
        problems.append(
            Problem(
                "media_heavy",
                _("%(picture)s is too heavy: %(size)s of at most %(limit)s.")
                % {
                    "picture": name,
                    "size": filesizeformat(media.size),
                    "limit": filesizeformat(limits.media_bytes),
                },
            )
        )
    if limits.media_pixels is not None and media.width * media.height > limits.media_pixels:
        problems.append(
            Problem(
                "media_large",
                _("%(picture)s has too many pixels: %(width)d × %(height)d.")
                % {"picture": name, "width": media.width, "height": media.height},
            )
        )
    return problems


def _alt(name: Any, media: Media, limits: Limits) -> list[Problem]:
    if not media.alt.strip():
        return [
            Problem(
                "alt_missing",
                _("%(picture)s has no description: say what is in it, for those who cannot see it.")
                % {"picture": name},
            )
        ]
    length = graphemes(media.alt)
    if limits.alt is not None and length > limits.alt:
        return [
            Problem(
                "alt_over",
                _("%(picture)s has too long a description: %(used)d of %(limit)d.")
                % {"picture": name, "used": length, "limit": limits.alt},
            )
        ]
    return []
