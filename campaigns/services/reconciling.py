"""What is unknown is never sent again by itself: the network is asked for proof first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connections, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.channels.base import PUBLISH_SECONDS, ChannelError, Rejected
from campaigns.models import Delivery, DeliveryLog
from campaigns.services import content
from campaigns.services.outcomes import Outcome, record, unexpected
from campaigns.states import State
from campaigns.vault import Unreadable
from outbox.services import claim, expired, reclaim

LEASE = timedelta(seconds=PUBLISH_SECONDS + 60)
THREADS = 8


def reconcile(*, limit: int = 200) -> int:
    """Asks about everything that is unknown or whose worker died; how many were asked about."""
    _free_unsent()
    asked = 0
    while asked < limit:
        rows = _abandoned(THREADS) or _unknown(THREADS)
        if not rows:
            break
        asked += len(rows)
        with ThreadPoolExecutor(THREADS, thread_name_prefix="ask") as pool:
            for outcome in pool.map(_find, rows):
                record([outcome], asked=True)
    return asked


def _free_unsent() -> None:
    """Claimed by a worker that died before its intent: nothing was sent, anybody may take it."""
    waiting = Delivery.objects.filter(state__in=[State.DUE, State.RETRY_WAIT])
    for row in expired(waiting):
        Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token, state=row.state).update(
            lease_token=None, lease_until=None
        )


def _abandoned(limit: int) -> list[Delivery]:
    """Sending or asking when its worker died: taken over under a new lease."""
    rows = expired(
        Delivery.objects.filter(state__in=[State.SENDING, State.RECONCILING]).select_related(
            "account", "post__campaign"
        )
    )[:limit]
    taken = []
    for row in rows:
        entry = row.entry(State.RECONCILING, why=_("Whoever was sending it has vanished."))
        with transaction.atomic():
            if reclaim(row, lease=LEASE, state=State.RECONCILING):
                entry.save()
                taken.append(row)
    return taken


def _unknown(limit: int) -> list[Delivery]:
    now = timezone.now()
    waiting = Delivery.objects.filter(
        Q(account__rest_until__isnull=True) | Q(account__rest_until__lte=now), state=State.UNKNOWN
    ).select_related("account", "post__campaign")
    with transaction.atomic():
        rows = claim(waiting, limit=limit, lease=LEASE, state=State.RECONCILING)
        DeliveryLog.objects.bulk_create(
            DeliveryLog(
                delivery=row,
                before=State.UNKNOWN,
                after=State.RECONCILING,
                why=_("Asking the network whether it is out."),
            )
            for row in rows
        )
    return rows


def _find(row: Delivery) -> Outcome:
    try:
        channel = row.account.connect()
        draft = content.draft_of(row.payload, files=False)
        return Outcome(row, channel.find(row.key, draft), channel.settle)
    except ChannelError as problem:
        return Outcome(row, problem)
    except Unreadable as problem:
        return Outcome(row, Rejected(str(problem)))
    except Exception as problem:
        return Outcome(row, unexpected(problem))
    finally:
        connections.close_all()
