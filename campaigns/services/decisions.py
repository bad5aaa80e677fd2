"""What a person says about a delivery: one click each."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from attribution.services import bump
from campaigns.channels.base import Published
from campaigns.errors import Refused
from campaigns.models import Delivery
from campaigns.services import walls
from campaigns.services.outcomes import not_out, out
from campaigns.states import Question, State

ASKED = ("state", "question", "last_error", "afterwards")


@transaction.atomic
def decide(
    *, delivery: Delivery, went_out: bool, by: Any, after: timedelta = timedelta(0)
) -> Delivery:
    """The answer to "did it go out?": yes, and it is out; no, and it is sent again, `after` so long.

    When the post was changed, cancelled or moved meanwhile, "no" leaves it stopped, cancelled or
    planned for its new minute. Raises Refused when nobody asked (any more), with what happened
    meanwhile.
    """
    row = _locked(delivery)
    if row.state != State.NEEDS_PERSON or row.question != Question.PROOF:
        raise _stale(row)
    now = timezone.now()
    if went_out:
        fields = out(Published(row.remote_id, row.remote_url), at=row.tried_at or now)
        _write(row, by=by, why=_("Seen on the network: it went out."), **fields)
        walls.show(delivery=row)
        bump()
        return row
    why = _("It did not go out.")
    fields = not_out(row, now=now)
    if fields["state"] == State.RETRY_WAIT:
        _release(row, by=by, why=why, after=after)
    else:
        _write(row, by=by, why=why, **fields)
    return row


@transaction.atomic
def send_now(*, delivery: Delivery, by: Any, after: timedelta = timedelta(0)) -> Delivery:
    """Sends what is late, was rejected or waits for its next attempt, `after` so long. Raises
    Refused."""
    row = _locked(delivery)
    late = row.state == State.NEEDS_PERSON and row.question == Question.LATE
    if not late and row.state not in (State.REJECTED, State.RETRY_WAIT):
        raise _stale(row)
    _release(row, by=by, why=_("Send it now."), after=after)
    return row


@transaction.atomic
def let_go(*, delivery: Delivery, by: Any) -> Delivery:
    """This one is not sent any more; the post's other deliveries are left alone. Raises Refused."""
    row = _locked(delivery)
    if not row.stoppable or row.state == State.CANCELLED:
        raise _stale(row)
    Delivery.objects.filter(pk=row.pk).withdraw(
        into=State.CANCELLED, by=by, why=_("Not to be sent any more.")
    )
    row.refresh_from_db()
    return row


def asked(row: Delivery) -> dict[str, str]:
    """What an answer is about to change: to be given to `take_back`."""
    return {name: str(getattr(row, name)) for name in ASKED}


@transaction.atomic
def take_back(*, delivery: Delivery, before: dict[str, str], step: int, by: Any) -> Delivery:
    """The answer that made the log entry `step` is undone: the question stands again.

    Raises Refused when anything has happened since, even that somebody begins to send it, and
    for what is on the site's wall: from there it is taken down.
    """
    row = _locked(delivery)
    last = row.log.last()
    if last is None or last.pk != step or row.lease_token or hasattr(row, "wall_entry"):
        raise _stale(row)
    was_out = row.state == State.PUBLISHED
    _write(row, by=by, why=_("The answer was taken back."), published_at=None, **before)
    if was_out:
        bump()
    return row


def _locked(delivery: Delivery) -> Delivery:
    rows = Delivery.objects.select_for_update(of=("self",)).select_related(
        "account", "post__campaign"
    )
    return rows.get(pk=delivery.pk)


def _release(row: Delivery, *, by: Any, why: str, after: timedelta) -> None:
    """Due at once, or `after` so long; the late policy counts from this moment."""
    now = timezone.now()
    _write(
        row,
        by=by,
        why=why,
        state=State.DUE,
        question=Question.NONE,
        released_at=now,
        next_at=now + after,
        last_error="",
    )


def _write(row: Delivery, *, by: Any, why: str, **fields: Any) -> None:
    entry = row.entry(fields["state"], why=why, by=by)
    fields = {"next_at": None, "lease_token": None, "lease_until": None} | fields
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=list(fields))
    entry.save()


def _stale(row: Delivery) -> Refused:
    last = row.log.select_related("by").last()
    who = (last.by.get_full_name() or last.by.get_username()) if last and last.by else ""
    if who:
        return Refused(
            _("%(who)s was quicker: it is now “%(state)s”. Nothing was sent by your click.")
            % {"who": who, "state": row.get_state_display()}
        )
    return Refused(
        _("It is now “%(state)s”: there is nothing to decide. Nothing was sent by your click.")
        % {"state": row.get_state_display()}
    )
