"""How a state looks: colour, shape and word together, so that it reads the same in grey print."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns import services
from campaigns.models import Account, Delivery, Post
from campaigns.services.figures import Standing
from campaigns.states import State


@dataclass(frozen=True)
class Look:
    """`tone` is a class of segnopiu-admin.css (`sp-ok` …), `icon` a shape of brand's."""

    label: str | Promise
    tone: str
    icon: str


LOOKS = {
    "draft": Look(_("Draft"), "mute", "sp-draft"),
    "approval": Look(_("In approval"), "info", "sp-approval"),
    "planned": Look(_("Planned"), "go", "sp-planned"),
    "sending": Look(_("Going out"), "go", "sp-sending"),
    "published": Look(_("Out"), "ok", "sp-published"),
    "retry": Look(_("Tries again by itself"), "warn", "sp-retry"),
    "checking": Look(_("Being checked"), "warn", "sp-checking"),
    "person": Look(_("To decide"), "bad", "sp-person"),
    "rejected": Look(_("Refused by the network"), "bad", "sp-rejected"),
    "mend": Look(_("To mend"), "bad", "sp-rejected"),
    "stopped": Look(_("Stopped"), "mute", "sp-stopped"),
    "cancelled": Look(_("Cancelled"), "mute", "sp-cancelled"),
}

TAKEN_DOWN = Look(_("Taken down"), "mute", "sp-cancelled")  # it was out, on the wall

OF_STATE = {
    "draft": "draft",
    "approval": "approval",
    "mend": "mend",
    State.PLANNED: "planned",
    State.DUE: "sending",
    State.SENDING: "sending",
    State.PUBLISHED: "published",
    State.REJECTED: "rejected",
    State.RETRY_WAIT: "retry",
    State.UNKNOWN: "checking",
    State.RECONCILING: "checking",
    State.NEEDS_PERSON: "person",
    State.CANCELLED: "cancelled",
    State.HELD: "stopped",
}

MONOGRAMS = {"wall": "+", "mastodon": "Ma", "bluesky": "Bl"}


def monogram(channel: str) -> str:
    """Two letters for a network; its whole name always stands beside them for screen readers."""
    return MONOGRAMS.get(channel, channel[:2].capitalize())


def delivery_look(delivery: Delivery) -> Look:
    if delivery.state == State.REJECTED and not delivery.handed_over:
        return LOOKS["mend"]
    return LOOKS[OF_STATE[delivery.state]]


def post_look(standing: Standing) -> Look:
    """The worst of its deliveries, plus how many are out."""
    look = LOOKS[OF_STATE[standing.state]]
    if standing.out in (0, standing.number):
        return look
    label = gettext("%(state)s, out on %(out)d of %(all)d") % {
        "state": look.label,
        "out": standing.out,
        "all": standing.number,
    }
    return replace(look, label=label)


def with_looks(posts: Iterable[Post]) -> list[Any]:
    """Each post as it will go out, with its `look`, and the networks it is `meant` for while
    nothing is planned; a few queries however many."""
    rows = [services.as_it_will_be(post=post) for post in posts]
    standings = services.standings(posts=rows)
    channels = dict(Account.objects.values_list("pk", "channel"))
    for post in rows:
        version = post.latest_revision.content if post.latest_revision else {}
        chosen = [channels[pk] for pk in version.get("accounts", []) if pk in channels]
        post.meant = list(dict.fromkeys(chosen))  # type: ignore[attr-defined]
        post.look = post_look(standings[post.pk])  # type: ignore[attr-defined]
    return rows
