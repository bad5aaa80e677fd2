"""What is unknown is never sent again by itself: the network is asked for proof first."""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.channels.base import PUBLISH_SECONDS, ChannelError, Rejected, Unavailable
from campaigns.models import Delivery, DeliveryLog
from campaigns.services import content
from campaigns.services.flights import PATIENCE, Flights
from campaigns.services.outcomes import Outcome, unexpected
from campaigns.states import State
from campaigns.vault import Unreadable
from outbox.services import claim, expired, reclaim

LEASE = timedelta(seconds=PUBLISH_SECONDS + 60)
THREADS = 8
PER_ACCOUNT = 4  # over all processes
SECONDS = 10.0


def reconcile(*, limit: int = 200, seconds: float = SECONDS) -> int:
    """Asks about what is unknown or whose worker died; how many were asked about.

    Takes new ones for `seconds`; ends soon after, whatever hangs.
    """
    _free_unsent()
    asked, started = 0, time.monotonic()
    with Flights(_find, threads=THREADS, asked=True) as flights:
        while True:
            left = started + seconds - time.monotonic()
            for row in _take(min(flights.free, limit - asked)) if left > 0 else []:
                flights.start(row, row)
                asked += 1
            if not flights.moving or left < -PATIENCE:
                return asked
            flights.land()


def _take(limit: int) -> list[Delivery]:
    """Under a lease, of each account no more than its share."""
    rows: list[Delivery] = []
    for account, share in _shares().items():
        share = min(share, limit - len(rows))
        rows += _abandoned(account, share)
        rows += _unknown(account, min(share, limit - len(rows)))
    return rows


def _shares() -> dict[int, int]:
    """How many more may be asked about on each account that has any, and may be spoken to."""
    now = timezone.now()
    held = Delivery.objects.filter(state=State.RECONCILING, lease_until__gt=now).order_by()
    asking = dict(held.values_list("account").annotate(number=Count("pk")))
    waiting = Delivery.objects.speakable(now).filter(
        Q(state=State.UNKNOWN, next_at__lte=now, lease_token__isnull=True)
        | Q(state__in=[State.SENDING, State.RECONCILING], lease_until__lt=now)
    )
    accounts = waiting.order_by().values_list("account", flat=True).distinct()
    return {pk: PER_ACCOUNT - asking.get(pk, 0) for pk in accounts}


def _free_unsent() -> None:
    """Claimed by a worker that died before its intent: nothing was sent, anybody may take it."""
    waiting = Delivery.objects.filter(state__in=[State.DUE, State.RETRY_WAIT])
    for row in expired(waiting):
        Delivery.objects.filter(pk=row.pk, lease_token=row.lease_token, state=row.state).update(
            lease_token=None, lease_until=None
        )


def _abandoned(account: int, limit: int) -> list[Delivery]:
    """Sending or asking when its worker died: taken over under a new lease."""
    rows = expired(
        Delivery.objects.filter(
            account=account, state__in=[State.SENDING, State.RECONCILING]
        ).select_related("account", "post__campaign")
    )[: max(limit, 0)]
    taken = []
    for row in rows:
        entry = row.entry(State.RECONCILING, why=_("Whoever was sending it has vanished."))
        with transaction.atomic():
            if reclaim(row, lease=LEASE, state=State.RECONCILING):
                entry.save()
                taken.append(row)
    return taken


def _unknown(account: int, limit: int) -> list[Delivery]:
    if limit <= 0:
        return []
    waiting = Delivery.objects.filter(account=account, state=State.UNKNOWN)
    waiting = waiting.select_related("account", "post__campaign")
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
    except Exception as problem:  # we only asked: it is asked again, and nobody has to decide yet
        return Outcome(row, Unavailable(str(unexpected(problem))))
