"""The tick and the sender: find what is due, commit the intent, publish, write down the outcome.

The database is touched by the calling thread alone, in batches; the pool's threads only speak to
the networks. A process may be killed between any two lines: before the intent nothing was sent
and the lease just runs out; after it the delivery goes to `reconcile`.
"""

import logging
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import connections, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.channels.base import PUBLISH_SECONDS, Channel, ChannelError, Draft, Rejected
from campaigns.models import Delivery, DeliveryLog
from campaigns.services import checking, content, planning
from campaigns.services.outcomes import Outcome, record, unexpected
from campaigns.states import Question, State
from campaigns.vault import Unreadable
from outbox.services import backoff, claim

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=PUBLISH_SECONDS + 60)
THREADS = 24
PER_ACCOUNT = 12  # a slow network leaves half of the threads to the others
SECONDS = 20.0
STRAGGLERS = float(PUBLISH_SECONDS)
AHEAD = 1.2  # a bit more than the beat: the sender waits for a post that is about to be due
GATHER = 0.01  # answers that come within so many seconds are written down together

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

    Takes new work for `seconds` (longer while a slow network keeps it here anyway), and once
    however little that is.
    """
    published, started, first = 0, time.monotonic(), True
    flying: dict[Future[Outcome], Delivery] = {}
    with ThreadPoolExecutor(THREADS, thread_name_prefix="send") as pool:
        while True:
            spent = time.monotonic() - started
            if first or spent < seconds or (flying and spent < seconds + STRAGGLERS):
                first = False
                tick()
                for job in _begin(_take(flying)):
                    flying[pool.submit(_publish, job)] = job[0]
            if flying:
                published += _land(flying)
            elif not _soon(seconds - spent):
                return published


def _take(flying: dict[Future[Outcome], Delivery]) -> list[Delivery]:
    free = THREADS - len(flying)
    if not free:
        return []
    load: dict[int, int] = {}
    for row in flying.values():
        load[row.account_id] = load.get(row.account_id, 0) + 1
    busy = [account for account, number in load.items() if number >= PER_ACCOUNT]
    waiting = (
        Delivery.objects.sendable(timezone.now())
        .exclude(account__in=busy)
        .select_related("account", "post__campaign")
    )
    return claim(waiting, limit=min(free, PER_ACCOUNT), lease=LEASE)


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
        _stop(row, State.NEEDS_PERSON, _("Its minute passed too long ago."), Question.LATE)
        return None
    try:
        found = checking.account_problems(row.account)
        channel = row.account.connect()
        payload = content.freeze(delivery=row, limits=channel.limits, now=now)
        draft = content.draft_of(payload)
        found = found or checking.errors(channel.check(draft))
    except content.Altered:
        if not planning.ask_again(post=row.post):  # another of its deliveries is on its way
            _stop(row, State.RETRY_WAIT, _("What it shows was changed after the yes."))
        return None
    except content.Unusable as problem:
        found = [problem.problem]
    except (Rejected, Unreadable) as problem:
        _stop(row, State.REJECTED, str(problem))
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


def _stop(row: Delivery, state: State, why: str, question: Question = Question.NONE) -> None:
    """It does not go out now. Nothing happens when somebody else took the row away."""
    entry, retried = row.entry(state, why=why), state == State.RETRY_WAIT
    with transaction.atomic():
        if Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token).update(
            state=state,
            question=question,
            last_error=why,
            next_at=timezone.now() + backoff(row.attempts) if retried else None,
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
    """In a thread of the pool: speaks to the network, never to our tables (but for a session)."""
    row, channel, draft = job
    try:
        return Outcome(row, channel.publish(draft, row.key), channel.settle)
    except ChannelError as problem:
        return Outcome(row, problem, channel.settle)
    except Exception as problem:
        return Outcome(row, unexpected(problem), channel.settle)
    finally:
        connections.close_all()


def _land(flying: dict[Future[Outcome], Delivery]) -> int:
    """Writes down what has come back, a few at a time; how many went out."""
    wait(flying, timeout=0.2, return_when=FIRST_COMPLETED)
    time.sleep(GATHER)
    done = [future for future in flying if future.done()]
    for future in done:
        flying.pop(future)
    return record([future.result() for future in done]) if done else 0


def _soon(left: float) -> bool:
    """Waits for the next minute when it is about to come; False when there is nothing to wait for."""
    if left <= 0:
        return False
    now = timezone.now()
    if _waiting(now):  # another worker is just promoting it, or took less than there is
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


def _waiting(now: datetime) -> bool:
    due = Delivery.objects.sendable(now).filter(next_at__lte=now, lease_token__isnull=True)
    planned = Delivery.objects.filter(state=State.PLANNED, next_at__lte=now)
    return due.exists() or planned.exists()
