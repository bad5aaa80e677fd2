"""Each acknowledgement becomes one mail: written here, sent by `mail`."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from donations.acknowledgements import KINDS
from donations.models import Acknowledgement
from donations.services.letters import compose
from mail import masks
from outbox.services import LeaseLost, backoff, claim, expired, finish

State = Acknowledgement.State
LEASE = timedelta(minutes=5)
READ = ("donation__donor", "donation__fund", "donation__source__parent__parent", "receipt")
STUCK = 5  # tries, some minutes: from there on a person should know, and it is still tried again

log = logging.getLogger(__name__)


def write_due(*, limit: int = 200) -> int:
    """Writes the mails that are due; returns how many it tried."""
    # writing again gives the same mail: the key is unique
    expired(Acknowledgement.objects.all()).update(lease_token=None, lease_until=None)
    due = Acknowledgement.objects.filter(state=State.DUE).select_related(*READ)
    for tried in range(limit):
        taken = claim(due, limit=1, lease=LEASE)
        if not taken:
            return tried
        _write(taken[0])
    return limit


def stuck() -> QuerySet[Acknowledgement]:
    """Mails that do not get written."""
    return Acknowledgement.objects.filter(state=State.DUE, attempts__gte=STUCK)


def try_again(*, duty: Acknowledgement) -> bool:
    """At once. False when it is written, or being written."""
    waiting = Acknowledgement.objects.filter(pk=duty.pk, state=State.DUE, lease_token=None)
    return bool(waiting.update(next_at=timezone.now()))


def _write(duty: Acknowledgement) -> None:
    try:
        _compose(duty)
    except LeaseLost:
        log.info("acknowledgement went to another worker", extra={"acknowledgement": duty.pk})
    except Exception as error:  # one that cannot be written must not stop the others
        log.exception("acknowledgement not written", extra={"acknowledgement": duty.pk})
        finish(
            duty,
            next_at=timezone.now() + backoff(duty.attempts),
            last_error=masks.within(f"{type(error).__name__}: {error}")[:500],
        )


def _compose(duty: Acknowledgement) -> None:
    """The mail and the end of the duty are one transaction: both or neither."""
    gift = duty.donation
    address = gift.donor.email
    written = KINDS[duty.kind](duty) if address else None
    if written is None or not address:
        finish(duty, state=State.SKIPPED)
        return
    with transaction.atomic():
        message = compose(
            key=f"acknowledgement:{duty.key}",
            kind=duty.kind,
            to=written.to or address,
            language=gift.language,
            context=written.context,
            attachments=written.attachments,
        )
        finish(duty, state=State.DONE, mail=message)
