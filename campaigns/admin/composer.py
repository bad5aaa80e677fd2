"""What the composer shows beside the form: figures, problems, the moment read back.

The same rows and fragments serve the first page and every later answer of `check`, so that the
browser never has markup of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from campaigns import services
from campaigns.admin.forms import variant_name
from campaigns.admin.when import Reading, read_back
from campaigns.channels.base import Count, Problem
from campaigns.models import Account, Campaign, Post
from campaigns.services.content import SAMPLE_LINK

NEAR = 90  # per cent of the limit from which the figure warns
SAID_ELSEWHERE = ("hour_", "when_missing", "when_past")  # the moment's own sentence says it
ICONS = {
    "bad": "sp-rejected",
    "warn": "sp-expiring",
    "ok": "sp-published",
    "info": "sp-planned",
    "mute": "sp-draft",
}


@dataclass(frozen=True)
class Figure:
    """One count as the row shows it."""

    code: str
    label: Any
    used: str
    limit: str
    percent: int
    tone: str

    @property
    def icon(self) -> str:
        return ICONS[self.tone]

    @property
    def css(self) -> str:
        return f"sp-{self.tone}"

    @classmethod
    def of(cls, count: Count) -> "Figure":
        percent = 100 * count.used // count.limit if count.limit else 0
        tone = "bad" if count.over else "warn" if percent > NEAR else "ok" if count.used else "mute"
        limit = "" if count.limit is None else number_format(count.limit, force_grouping=True)
        used = number_format(count.used, force_grouping=True)
        return cls(count.code, count.label, used, limit, percent, tone)


@dataclass(frozen=True)
class Note:
    """One problem as the row shows it."""

    code: str
    message: Any
    tone: str

    @property
    def icon(self) -> str:
        return ICONS[self.tone]

    @property
    def too_long(self) -> bool:
        return self.code.endswith("_over") and not self.code.startswith("alt")

    @classmethod
    def of(cls, problem: Problem) -> "Note":
        return cls(problem.code, problem.message, "bad" if problem.level == "error" else "warn")


OUT = Note("out", _("It is out here: what you change does not reach it."), "ok")


@dataclass
class Row:
    """One account of “Dove esce”."""

    account: Account
    chosen: bool
    link: str
    link_length: int | None
    own_field: Any = None
    own_text: bool = False
    counts: list[Figure] = field(default_factory=list)
    problems: list[Note] = field(default_factory=list)

    @property
    def errors(self) -> list[Note]:
        return [note for note in self.problems if note.tone == "bad"]


@dataclass(frozen=True)
class Verdict:
    """How many things are in the way, each once however many networks say it, and the id of the
    first; whether nothing is left to send."""

    errors: int
    first: str
    nowhere: bool
    all_out: bool


Problems = dict[Account | None, list[Problem]]


def problems_of(post: Post) -> Problems:
    """Empty while there is no campaign: nothing can be checked against it."""
    return services.problems(post=post) if post.campaign_id else {}


def account_rows(post: Post, form: Any, problems: Problems | None = None) -> list[Row]:
    """A row for every account one may choose; figures and problems for those chosen."""
    if problems is None:
        problems = problems_of(post) if post.pk else {}
    chosen = {str(getattr(pk, "pk", pk)) for pk in form["accounts"].value() or []}
    counts = services.counts(post=post) if post.campaign_id else {}
    out, seen = services.out_on(post=post), set[str]()
    rows = []
    for account in form.fields["accounts"].queryset.order_by("name", "pk"):
        row = Row(
            account, str(account.pk) in chosen, SAMPLE_LINK, account.offline().limits.link_length
        )
        name = variant_name(account.channel)
        if account.channel not in seen and name in form.fields:
            seen.add(account.channel)
            row.own_field = form[name]
            row.own_text = bool((row.own_field.value() or "").strip())
        row.counts = [Figure.of(count) for count in counts.get(account, [])]
        row.problems = [OUT] if account.pk in out else _notes(problems.get(account, []))
        rows.append(row)
    return rows


def _notes(problems: list[Problem]) -> list[Note]:
    """An empty text needs no reminders of what is not in it."""
    if any(problem.code == "empty" for problem in problems):
        problems = [problem for problem in problems if problem.level == "error"]
    return [Note.of(problem) for problem in problems]


def general_notes(problems: Problems) -> list[Note]:
    """What concerns the post as a whole and is not said beside a field."""
    return [
        Note.of(problem)
        for problem in problems.get(None, [])
        if not problem.code.startswith(SAID_ELSEWHERE)
    ]


def verdict(post: Post, rows: Iterable[Row], problems: Problems) -> Verdict:
    """Over the accounts chosen and the post as a whole."""
    rows = [row for row in rows if row.chosen]
    stuck = [row for row in rows if row.errors]
    whole = [problem for problem in problems.get(None, []) if problem.level == "error"]
    missing = [problem for problem in whole if problem.code != "accounts_missing"]
    first = f"to-{stuck[0].account.pk}" if stuck else "sp-when"
    said = {(note.code, str(note.message)) for row in stuck for note in row.errors}
    errors = len(said) + len(missing)
    return Verdict(errors, first, not rows, services.all_out(post=post))


def reading_of(post: Post) -> Reading | None:
    """None while day or time are missing or the zone is none."""
    if not post.planned_date or not post.planned_time:
        return None
    wall = datetime.combine(post.planned_date, post.planned_time)
    try:
        return read_back(wall=wall, zone=post.zone, now=timezone.now())
    except (ZoneInfoNotFoundError, ValueError, OverflowError):
        return None


def text_context(post: Post) -> dict[str, Any]:
    return {
        "check_url": reverse("campaigns_posts:check") + (f"?post={post.pk}" if post.pk else ""),
        "card_url": reverse("campaigns_posts:card"),
        "tags": post.campaign.tags if post.campaign_id else [],
    }


def verdict_context(post: Post, form: Any) -> dict[str, Any]:
    problems = problems_of(post) if post.pk else {}
    return {"verdict": verdict(post, account_rows(post, form, problems), problems)}


def card_keys(post: Post) -> dict[str, str]:
    """For each layout that can be drawn now, a key that changes when its drawing would."""
    if not post.campaign_id:
        return {}
    base = f"{post.campaign_id}:{post.card_headline}"
    keys = {Post.Card.STATEMENT.value: base}
    if post.campaign.goal:
        keys[Post.Card.THERMOMETER.value] = base
    if post.image_id:
        keys[Post.Card.PHOTO.value] = f"{base}:{post.image_id}"
    return keys


def new_post(*, day: str = "") -> Post:
    """An empty post of the campaign that is open, when there is just one."""
    post = Post()
    campaigns = list(Campaign.objects.filter(ends_at__gt=timezone.now())[:2])
    if len(campaigns) == 1:
        post.campaign, post.zone = campaigns[0], campaigns[0].zone
    try:
        post.planned_date = date.fromisoformat(day)
    except ValueError:
        post.planned_date = None
    return post


def usual_accounts() -> list[int]:
    """Where a post goes out unless somebody says otherwise: all that are connected."""
    accounts = Account.objects.active().exclude(state=Account.State.DISCONNECTED)
    return list(accounts.values_list("pk", flat=True))
