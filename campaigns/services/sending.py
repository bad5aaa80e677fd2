"""The tick and the sender: find what is due, commit the intent, publish, write down the outcome.

A process may be killed between any two lines: before the intent nothing was sent and the lease
just runs out; after it the delivery goes to `reconcile`.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.channels.base import PUBLISH_SECONDS, Channel, ChannelError, Draft, Rejected
from campaigns.models import Account, Delivery, DeliveryLog
from campaigns.models.delivery import DeliveryQuerySet
from campaigns.services import checking, content, planning
from campaigns.services.flights import PATIENCE, Flights
from campaigns.services.outcomes import Outcome, unexpected
from campaigns.states import Question, State
from campaigns.vault import Unreadable
from outbox.services import backoff, claim

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=PUBLISH_SECONDS + 60)
THREADS = 32
PER_ACCOUNT = 16  # a slow network leaves half of the threads to the others
IN_ALL = 32  # of one account, over all processes: those of a worker that died count for a while
SECONDS = 20.0
AHEAD = 1.2  # a bit more than the beat: the sender waits for a post that is about to be due

Job = tuple[Delivery, Channel, Draft]


def tick(*, now: datetime | None = None, limit: int = 250) -> int:
    """Planned deliveries whose minute has come become due; how many. Two at once do no harm."""
    now = now or timezone.now()
    waiting = Delivery.objects.filter(state=State.PLANNED, next_at__lte=now).order_by("next_at")
    if not waiting.exists():
        return 0
    with transaction.atomic():
        rows = list(waiting.select_for_update(skip_locked=_can_skip()).only("pk", "state")[:limit])
        Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(state=State.DUE)
        why = _("Its minute has come.")
        DeliveryLog.objects.bulk_create([row.entry(State.DUE, why=why) for row in rows])
    return len(rows)


def _can_skip() -> bool:
    return connections["default"].features.has_select_for_update_skip_locked


def send_due(*, seconds: float = SECONDS) -> int:
    """Sends what is due and what becomes due within the next second; how many went out.

    Takes new work for `seconds`, and once however little that is; ends soon after, whatever hangs.
    """
    published, started, first = 0, time.monotonic(), True
    with Flights(_publish, threads=THREADS) as flights:
        while True:
            left = started + seconds - time.monotonic()
            if first or left > 0:
                tick()
                if first:
                    ask_about_late()
                first = False
                for job in _begin(_take(flights)):
                    flights.start(job[0], job)
            if flights.moving and left > -PATIENCE:
                published += flights.land()
            elif flights.free and _soon(left, flights):
                published += flights.land(seconds=0)
            else:
                return published


def _take(flights: Flights) -> list[Delivery]:
    """Claims for the threads that are free, each account up to its share of them.

    Of an account that lately gave no answer one at a time is tried, until it answers again.
    """
    now = timezone.now()
    waiting = _allowed(now, flights).select_related("account", "post__campaign")
    well = waiting.filter(account__rest_until__isnull=True)
    shares = [(well.exclude(account__in=flights.load), PER_ACCOUNT)]
    shares += [(well.filter(account=pk), PER_ACCOUNT - n) for pk, n in flights.load.items()]
    rested = Account.objects.filter(rest_until__lte=now).values_list("pk", flat=True)
    shares += [(waiting.filter(account=pk), 1) for pk in rested]
    rows: list[Delivery] = []
    for queryset, share in shares:
        limit = min(share, flights.free - len(rows))
        rows += claim(queryset, limit=limit, lease=LEASE) if limit > 0 else []
    return rows


def _allowed(now: datetime, flights: Flights) -> DeliveryQuerySet:
    """What may be sent now, less the accounts that have enough in the air, here and elsewhere."""
    held = Delivery.objects.filter(lease_token__isnull=False, lease_until__gt=now).order_by()
    loads = held.values_list("account", "account__rest_until").annotate(number=Count("pk"))
    busy = {pk for pk, rest, number in loads if number >= (1 if rest else IN_ALL)}
    busy |= {pk for pk, number in flights.load.items() if number >= PER_ACCOUNT}
    return Delivery.objects.sendable(now).exclude(account__in=busy)


def _begin(rows: list[Delivery]) -> list[Job]:
    """Checks each row once more, then commits the intent of those that may go."""
    jobs, now = [], timezone.now()
    for row in rows:
        row_job = _prepare(row, now)
        if row_job:
            jobs.append(row_job)
    return _commit(jobs, now) if jobs else []


def _prepare(row: Delivery, now: datetime) -> Job | None:
    """The channel and the frozen draft; None when it does not go (and why is written down)."""
    if now > row.late_from:
        _too_late(row)
        return None
    if waits := checking.account_problems(row.account):
        _wait(row, str(waits[0].message))
        return None
    try:
        channel = row.account.connect()
        payload = content.freeze(delivery=row, limits=channel.limits, now=now)
        draft = content.draft_of(payload)
        found = checking.errors(channel.check(draft))
    except content.Altered:
        if not planning.ask_again(post=row.post):  # another of its deliveries is on its way
            _stop(row, State.RETRY_WAIT, _("What it shows was changed after the yes."))
        return None
    except content.Unusable as problem:
        found = [problem.problem]
    except Rejected as problem:
        _stop(row, State.REJECTED, str(problem))
        return None
    except Unreadable as problem:
        Account.objects.filter(pk=row.account_id).update(
            state=Account.State.DISCONNECTED, problem=str(problem)
        )
        _wait(row, str(problem))
        return None
    except Exception as problem:  # one post with a fault must not stop all the others
        logger.exception("delivery.fault", extra={"delivery": row.pk})
        why = _("Something went wrong on our side before it was sent (%(what)s).")
        _stop(row, State.RETRY_WAIT, why % {"what": type(problem).__name__})
        return None
    if found:
        _stop(row, State.REJECTED, " ".join(str(problem.message) for problem in found))
        return None
    row.payload, row.digest = payload, content.digest_of(payload)
    return row, channel, draft


def ask_about_late(*, now: datetime | None = None, limit: int = 250) -> None:
    """What is past its time without being tried, since its account rests or is not connected or
    the next attempt is far: nobody would hear of it before."""
    now = now or timezone.now()
    waiting = Delivery.objects.filter(
        state__in=[State.DUE, State.RETRY_WAIT], lease_token__isnull=True, planned_at__lt=now
    )
    for row in waiting.select_related("post__campaign").order_by("planned_at")[:limit]:
        if now > row.late_from:
            _too_late(row)


def _too_late(row: Delivery) -> None:
    """What kept it stays with it, for the person who decides."""
    why = _("Its minute passed too long ago.")
    why = f"{why} {row.last_error}" if row.last_error else why
    _stop(row, State.NEEDS_PERSON, why, question=Question.LATE)


def _wait(row: Delivery, why: str) -> None:
    """For its account; it goes as soon as that is back (see `sendable`)."""
    why = f"{why} {_('The post waits for it.')}"
    _stop(row, State.RETRY_WAIT, why, next_at=timezone.now())


def _stop(
    row: Delivery,
    state: State,
    why: str,
    *,
    question: Question = Question.NONE,
    next_at: datetime | None = None,
) -> None:
    """It does not go out now. Nothing happens when somebody else took the row away."""
    if state == State.RETRY_WAIT and next_at is None:
        next_at = timezone.now() + backoff(row.attempts)
    entry = row.entry(state, why=why)
    with transaction.atomic():
        if Delivery.objects.filter(pk=row.pk, state=row.state, lease_token=row.lease_token).update(
            state=state,
            question=question,
            last_error=why,
            next_at=next_at,
            lease_token=None,
            lease_until=None,
        ):
            entry.save()


def _commit(jobs: list[Job], now: datetime) -> list[Job]:
    """The intent: state, frozen payload, digest, lease. Rows that were stopped meanwhile stay."""
    with transaction.atomic():
        ours = dict(
            Delivery.objects.filter(pk__in=[row.pk for row, _channel, _draft in jobs])
            .select_for_update()
            .order_by("pk")
            .values_list("pk", "lease_token")
        )
        jobs = [job for job in jobs if ours.get(job[0].pk) == job[0].lease_token]
        rows = [row for row, _channel, _draft in jobs]
        DeliveryLog.objects.bulk_create(
            [
                row.entry(State.SENDING, why=_("Attempt %(number)d.") % {"number": row.attempts})
                for row in rows
            ]
        )
        for row in rows:
            row.state, row.tried_at, row.lease_until = State.SENDING, now, now + LEASE
        Delivery.objects.bulk_update(
            rows, ["state", "tried_at", "lease_until", "payload", "digest"]
        )
    return jobs


def _publish(job: Job) -> Outcome:
    """In a thread of its own: speaks to the network, never to our tables (but for a session)."""
    row, channel, draft = job
    try:
        return Outcome(row, channel.publish(draft, row.key), channel.settle)
    except ChannelError as problem:
        return Outcome(row, problem, channel.settle)
    except Exception as problem:
        return Outcome(row, unexpected(problem), channel.settle)


def _soon(left: float, flights: Flights) -> bool:
    """Waits for the next minute when it is about to come; False when there is nothing to wait for."""
    if left <= 0:
        return False
    now = timezone.now()
    if _waiting(now, flights):  # another worker is just promoting it, or took less than there is
        time.sleep(0.05)
        return True
    coming = (
        Delivery.objects.filter(
            state__in=[State.PLANNED, State.DUE, State.RETRY_WAIT],
            next_at__gt=now,
            next_at__lte=now + timedelta(seconds=min(AHEAD, left)),
        )
        .order_by("next_at")
        .values_list("next_at", flat=True)
        .first()
    )
    if coming is None:
        return False
    time.sleep(max(0.0, (coming - timezone.now()).total_seconds()))
    return True


def _waiting(now: datetime, flights: Flights) -> bool:
    due = _allowed(now, flights).filter(next_at__lte=now, lease_token__isnull=True)
    planned = Delivery.objects.filter(state=State.PLANNED, next_at__lte=now)
    return due.exists() or planned.exists()
