"""What lists and the dashboard show: a post's state, what it brought, what a day holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail.models import WorkflowState

from attribution.models import Source
from attribution.services import Totals, totals_of
from campaigns.models import Delivery, Post
from campaigns.states import WORST_FIRST, State
from outbox import clock

DRAFT, APPROVAL, MEND = "draft", "approval", "mend"
NAMES: dict[str, str | Promise] = {
    DRAFT: _("Draft"),
    APPROVAL: _("In approval"),
    MEND: _("To mend"),
}


@dataclass(frozen=True)
class Standing:
    """`state`: a State's value, "draft", "approval" or "mend" (refused by our own checks, no
    network was asked); `out` of `number` deliveries are out."""

    state: str
    out: int = 0
    number: int = 0

    @property
    def label(self) -> str | Promise:
        return NAMES[self.state] if self.state in NAMES else State(self.state).label


def as_it_will_be(*, post: Post) -> Post:
    """The post with day, time and words of its last version as long as nothing is out, since that
    one goes out after the yes; what was approved before no longer does. Of a post without any yes
    the row itself holds only what was written first. Not to be saved.

    `changed`: whether a change waits for its yes.
    """
    open_states = {row.state for row in post.deliveries.all()} - {State.PUBLISHED, State.CANCELLED}
    newer = post.has_unpublished_changes and post.latest_revision is not None
    post.changed = newer and post.live and bool(open_states)  # type: ignore[attr-defined]
    out = any(row.state == State.PUBLISHED for row in post.deliveries.all())
    if not newer or out or (post.live and not open_states):
        return post
    version = post.latest_revision.content  # type: ignore[union-attr]
    post.text, post.zone = version["text"], version["zone"]
    post.planned_date = version["planned_date"] and date.fromisoformat(version["planned_date"])
    post.planned_time = version["planned_time"] and time.fromisoformat(version["planned_time"])
    if post.campaign_id != version["campaign"]:
        post.campaign_id = version["campaign"]
    return post


def standing(*, post: Post) -> Standing:
    return standings(posts=[post])[post.pk]


def standings(*, posts: Iterable[Post]) -> dict[int, Standing]:
    """The worst of each post's deliveries; one query, and one more without prefetched deliveries.

    A post that waits for a yes says so, unless a delivery needs a person first.
    """
    posts = list(posts)
    asking = _in_approval([post.pk for post in posts])
    return {post.pk: _standing(list(post.deliveries.all()), post.pk in asking) for post in posts}


def _standing(deliveries: list[Delivery], asking: bool) -> Standing:
    states = {delivery.state for delivery in deliveries}
    worst = next((state.value for state in WORST_FIRST if state in states), DRAFT)
    if asking and worst not in (State.NEEDS_PERSON, State.REJECTED):
        worst = APPROVAL
    refused = [delivery for delivery in deliveries if delivery.state == State.REJECTED]
    if worst == State.REJECTED and not any(delivery.handed_over for delivery in refused):
        worst = MEND
    number = sum(1 for delivery in deliveries if delivery.state != State.CANCELLED)
    out = sum(1 for delivery in deliveries if delivery.state == State.PUBLISHED)
    return Standing(worst, out, number)


def _in_approval(posts: list[int]) -> set[int]:
    found = WorkflowState.objects.filter(
        base_content_type=Post.get_base_content_type(),
        object_id__in=[str(pk) for pk in posts],
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    return {int(pk) for pk in found.values_list("object_id", flat=True)}


def results(*, posts: Iterable[Post]) -> dict[int, Totals]:
    """Visits, gifts, cents and donors by post id; zeros for a post that never had a link."""
    keys = {str(post.pk): post.pk for post in posts}
    found = list(Source.objects.filter(kind="post", key__in=keys))
    totals = totals_of(found)
    by_post = {keys[source.key]: totals[source.pk] for source in found}
    return {pk: by_post.get(pk, Totals()) for pk in keys.values()}


def results_by_delivery(*, deliveries: Iterable[Delivery]) -> dict[int, Totals]:
    """The same by delivery id: one line of evidence for "did it go out?" too."""
    rows = list(deliveries)
    totals = totals_of([row.source for row in rows if row.source])
    return {row.pk: totals.get(row.source_id or 0, Totals()) for row in rows}


def day_of(*, day: date, zone: str = clock.DEFAULT_ZONE) -> list[Post]:
    """What goes out, went out or is meant for that day of that zone, each post as it will be: one
    that was moved stands on its new day. By minute; a draft that has none yet stands last."""
    start, end = clock.day_bounds(day, zone)
    near = Q(planned_date__range=(day - timedelta(days=1), day + timedelta(days=1)))
    moved = Q(has_unpublished_changes=True)
    found = []
    for post in Post.objects.for_lists().filter(near | moved):
        states = {row.state for row in as_it_will_be(post=post).deliveries.all()}
        when = post.moment.utc if post.moment else None
        there = start <= when < end if when else post.planned_date == day
        if there and states != {State.CANCELLED}:
            found.append((when or end, post.pk, post))
    return [post for _when, _pk, post in sorted(found, key=lambda row: row[:2])]
