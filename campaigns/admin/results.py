"""What a post brought, and what became of each of its deliveries."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone

from campaigns import services
from campaigns.admin.states import LOOKS, TAKEN_DOWN, delivery_look, post_look
from campaigns.models import Delivery, Post
from campaigns.states import State


def attach(posts: Iterable[Post]) -> None:
    """Gives each post its `totals`: a few queries however many."""
    rows = list(posts)
    found = services.results(posts=rows)
    for post in rows:
        post.totals = found[post.pk]  # type: ignore[attr-defined]


def deliveries_of(post: Post) -> list[Any]:
    """With `look`, `totals` and `steps` (who changed what, when and why)."""
    rows = list(
        post.deliveries.select_related("account", "source__link", "wall_entry").prefetch_related(
            "log__by"
        )
    )
    totals = services.results_by_delivery(deliveries=rows)
    for row in rows:
        row.look, row.totals = delivery_look(row), totals[row.pk]  # type: ignore[attr-defined]
        if hasattr(row, "wall_entry") and not row.on_wall:
            row.look, row.remote_url = TAKEN_DOWN, ""  # type: ignore[attr-defined]
        row.steps = [_named(step) for step in row.log.all()]  # type: ignore[attr-defined]
    return rows


def _named(step: Any) -> Any:
    """With `label`: a refusal that came before anything was sent is no network's."""
    ours = step.after == State.REJECTED and step.before != State.SENDING
    step.label = LOOKS["mend"].label if ours else step.get_after_display()
    return step


def page_context(post: Post, user: Any) -> dict[str, Any]:
    """For the post's own page: state, deliveries, results, what may be done now."""
    deliveries = deliveries_of(post)
    standing = services.standing(post=post)
    may_change = user.has_perm("campaigns.change_post")
    may_take = user.has_perm("campaigns.change_delivery")
    out = any(row.state == State.PUBLISHED for row in deliveries)
    held = any(row.state == State.HELD for row in deliveries)
    latest = post.get_latest_revision_as_object()
    return {
        "shown": services.as_it_will_be(post=post),
        "look": post_look(standing),
        "deliveries": deliveries,
        "totals": services.results(posts=[post])[post.pk],
        "held": held,
        "past": held and latest.moment is not None and latest.moment.utc < timezone.now(),
        "asking": standing.state == "approval",
        "move_url": _url("move", post) if may_change and movable(deliveries) else "",
        "out": out,
        "all_out": services.all_out(post=latest),
        "take_url": _url("take_down", post) if may_take and out else "",
        "cancel_url": _url("cancel", post) if may_change and cancellable(deliveries) else "",
    }


def asked_of(post: Post, user: Any) -> dict[str, Any]:
    """For whom a yes is asked: the post as it will look comes first, the two answers stand ready."""
    task = post.current_workflow_task if post.campaign_id else None
    if task is None or not task.get_actions(post, user):
        return {}
    answer = [post.pk, "reject", post.current_workflow_task_state.pk]
    return {"change_url": reverse("campaigns_posts:collect_workflow_action_data", args=answer)}


def movable(deliveries: Iterable[Delivery]) -> bool:
    rows = list(deliveries)
    return bool(rows) and not any(row.state == State.PUBLISHED for row in rows)


def cancellable(deliveries: Iterable[Delivery]) -> bool:
    return any(row.state not in (State.PUBLISHED, State.CANCELLED) for row in deliveries)


def _url(name: str, post: Post) -> str:
    return reverse(f"campaigns_posts:{name}", args=[post.pk])
