"""How a state looks: colour, shape and word together, so that it reads the same in grey print."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


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
    "stopped": Look(_("Stopped"), "mute", "sp-stopped"),
    "cancelled": Look(_("Cancelled"), "mute", "sp-cancelled"),
}

WORST_FIRST = (
    "person",
    "rejected",
    "checking",
    "retry",
    "sending",
    "stopped",
    "planned",
    "published",
    "cancelled",
)

MONOGRAMS = {"wall": "+", "mastodon": "Ma", "bluesky": "Bl"}


def monogram(channel: str) -> str:
    """Two letters for a network; its whole name always stands beside them for screen readers."""
    return MONOGRAMS.get(channel, channel[:2].capitalize())
