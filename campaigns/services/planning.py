"""From an approved version to deliveries, and back: plan, hold, cancel, move, ask."""

from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.models import Revision, WorkflowState

from attribution.models import Source
from campaigns.errors import Refused
from campaigns.models import Account, Delivery, DeliveryLog, Post
from campaigns.models.delivery import refuse_while_sending
from campaigns.services import checking, content, sources
from campaigns.states import Question, State

LEFT_ALONE = frozenset({State.PUBLISHED, State.UNKNOWN, State.RECONCILING})


@transaction.atomic
def plan(*, revision: Revision, by: Any = None) -> list[Delivery]:
    """One delivery for each account of the approved version, with its own short link.

    What is already out stays; what may be out gets the new version only if it proves not to be;
    accounts that were taken away are cancelled. Raises Refused when the version was not approved,
    has no minute, or while a delivery is being sent, and NotReady when it would be stopped now: a
    yes may come long after the asking, and from other pages than the post's own.
    """
    post: Post = revision.as_object()
    if not post.is_approved(revision):
        raise Refused(_("A post goes out only after somebody has said yes to it."))
    if post.moment is None:
        raise Refused(_("Say when it goes out: day and time."))
    checking.require_ready(post=post)
    rows = {row.account_id: row for row in post.deliveries.select_related("account").locked()}
    refuse_while_sending(rows.values())
    parent = sources.post_source(post=post)
    chosen = list(post.accounts.all())
    planned = [
        _plan(post, account, rows.get(account.pk), revision, parent, by) for account in chosen
    ]
    dropped = post.deliveries.exclude(account__in=chosen)
    dropped.withdraw(
        into=State.CANCELLED, by=by, why=_("The account was taken away from the post.")
    )
    return planned


def _plan(
    post: Post,
    account: Account,
    row: Delivery | None,
    revision: Revision,
    parent: Source,
    by: Any,
) -> Delivery:
    moment = post.moment
    assert moment is not None
    row = row or Delivery(post=post, account=account)
    if row.pk is None:
        row.planned_at = moment.utc
        row.save()
    elif row.state == State.PUBLISHED:
        return row
    target = post.campaign.target
    link = sources.delivery_link(delivery=row, parent=parent, target=target)
    before = row.state
    row.revision, row.planned_at = revision, moment.utc
    row.released_at, row.afterwards = None, ""
    words = content.content_of(post=post, channel=account.channel, link=link.url)
    row.content = words | {"seen": content.seen(content=words, campaign=post.campaign)}
    if row.state not in LEFT_ALONE and row.question != Question.PROOF:
        row.state, row.next_at, row.last_error = State.PLANNED, row.planned_at, ""
        row.question, row.lease_token, row.lease_until = Question.NONE, None, None
    row.save()
    DeliveryLog.objects.create(
        delivery=row,
        before=before,
        after=row.state,
        by=by,
        why=_("Approved for %(when)s.") % {"when": _local(post)},
    )
    return row


def _local(post: Post) -> str:
    moment = post.moment
    return moment.local.strftime("%d/%m/%Y %H:%M") if moment else ""


def recheck() -> int:
    """Holds what would no longer look as it did at the yes, and asks again; how many posts."""
    rows = Delivery.objects.filter(state=State.PLANNED).select_related("post__campaign")
    posts = {row.post_id: row.post for row in rows if content.altered(row)}
    return sum(ask_again(post=post) for post in posts.values())


@transaction.atomic
def ask_again(*, post: Post) -> bool:
    """A version like the last, since what it shows was changed elsewhere: it needs a yes of its own.

    False, and nothing is touched, when that is done already or while a delivery is being sent.
    """
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    states = {row.state for row in post.deliveries.locked()}
    if State.SENDING in states or not states & {State.PLANNED, State.DUE, State.RETRY_WAIT}:
        return False
    why = _("Its picture or its card was changed after the yes: it waits for a new one.")
    post.deliveries.withdraw(into=State.HELD, by=None, why=why)
    latest: Post = Post.objects.get(pk=post.pk).get_latest_revision_as_object()
    writer = latest.latest_revision.user if latest.latest_revision else None
    latest.save_revision(user=writer)
    workflow = latest.get_workflow()
    if workflow and not latest.current_workflow_state:
        workflow.start(latest, writer)
    return True


@transaction.atomic
def cancel(*, post: Post, by: Any = None, why: str = "") -> int:
    """Nothing more of this post goes out; a running approval ends too. How many were stopped.

    What is out stays out. Raises Refused while a delivery is being sent.
    """
    Post.objects.select_for_update(no_key=True).get(
        pk=post.pk
    )  # a yes that comes this moment waits
    why = why or _("The post was cancelled.")
    stopped = post.deliveries.withdraw(into=State.CANCELLED, by=by, why=why)
    running = post.current_workflow_state
    if running is not None:
        running.cancel(user=by)
    return stopped


@transaction.atomic
def move(*, post: Post, day: date, at: time, by: Any = None, zone: str = "") -> Revision:
    """Another minute for the post: a change like any other, so an approved post asks again.

    Locks before it looks, in the order of `save_revision`: what a sender finishes meanwhile is
    seen, never told as moved. Raises Refused while a delivery is being sent or once something is
    out, ValidationError for a time zone that does not exist.
    """
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    rows = post.deliveries.select_related("account").locked()
    refuse_while_sending(rows)
    if any(row.state == State.PUBLISHED for row in rows):
        raise Refused(_("It is already out: it cannot be moved any more."))
    latest: Post = post.get_latest_revision_as_object()
    latest.planned_date, latest.planned_time = day, at
    latest.zone = zone or latest.zone
    latest.clean()
    if not latest.live:
        latest.save(update_fields=["planned_date", "planned_time", "zone", "planned_at"])
    return latest.save_revision(user=by, log_action=True)


@transaction.atomic
def ask(*, post: Post, by: Any) -> WorkflowState:
    """Asks for a yes: starts the approval, resumes it after requested changes, or lets it run.

    Raises NotReady when something must be mended first, Refused without an approval to start or
    when all of it is out.
    """
    latest: Post = post.get_latest_revision_as_object()
    if checking.all_out(post=latest):
        raise Refused(_("It is out on every account chosen: there is nothing to say yes to."))
    checking.require_ready(post=latest)
    running = post.current_workflow_state
    if running is not None:
        if running.status == WorkflowState.STATUS_NEEDS_CHANGES:
            running.resume(by)
        return running
    workflow = post.get_workflow()
    if workflow is None:
        raise Refused(_("Nobody is named who could say yes: choose an approval for the campaign."))
    if post.latest_revision is None:
        post.save_revision(user=by)
    return workflow.start(post, by)


def stop_asking(*, post: Post, by: Any) -> None:
    """Where a change leaves nothing to go out, whoever was asked for a yes is asked no more."""
    running = post.current_workflow_state
    if running and checking.all_out(post=post.get_latest_revision_as_object()):
        running.cancel(user=by)
