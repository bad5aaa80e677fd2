"""Gifts that nobody completed are not kept: what was typed for them is deleted.

Only where no money came and none can come any more. What was paid, refused by a bank or is still
on its way is never touched; see `cms.privacy` for the words that people read. A promised transfer
is remembered as long after it was given up, with the mails about it: it may still come.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from donations.erasure.payloads import FORGOTTEN
from donations.models import (
    Acknowledgement,
    CheckoutAttempt,
    Donation,
    Donor,
    ImportedDonor,
    RecurringDonation,
    StripeEvent,
)
from donations.services import premiums
from mail.forgetting import doom
from mail.models import Attachment, Message

# A payment page lives a day, a debit takes two weeks at most, and for 30 days Stripe can still be
# asked what happened: from then on nobody could bring such a gift to an end.
UNFINISHED = timedelta(days=35)
AT_ONCE = 200
OF_PROMISES = ("transfer_details", "transfer_reminder")

State = Donation.State
Attempt = CheckoutAttempt.State
log = logging.getLogger(__name__)


def forget_unfinished(*, now: datetime | None = None) -> int:
    """Deletes the gifts that were given up long enough ago; returns how many."""
    until = (now or timezone.now()) - UNFINISHED
    gone = sum(
        _forget(pk, until) for pk in _unfinished(until).values_list("pk", flat=True)[:AT_ONCE]
    )
    if gone:
        log.info("unfinished gifts deleted", extra={"number": gone})
    return gone


def _unfinished(until: datetime) -> QuerySet[Donation]:
    """Without a page that could be paid, or was; without anything in the books or said about it."""
    attempts = CheckoutAttempt.objects.filter(
        Q(created_at__gte=until) | Q(state__in=[Attempt.OPEN, Attempt.COMPLETE])
    )
    waiting = StripeEvent.objects.exclude(
        state__in=[StripeEvent.State.PROCESSED, StripeEvent.State.IGNORED]
    )
    said = Acknowledgement.objects.exclude(kind__in=OF_PROMISES)
    return Donation.objects.filter(
        Q(transfer=None) | Q(transfer__gives_up_at__lt=until),
        state__in=[State.EXPIRED, State.CANCELLED],
        created_at__lt=until,
        settled_at=None,
        entries=None,
        receipts=None,
        disputes=None,
    ).exclude(
        Q(pk__in=attempts.values("donation"))
        | Q(pk__in=said.values("donation"))
        | Q(pk__in=waiting.filter(donation__isnull=False).values("donation"))
    )


@transaction.atomic
def _forget(pk: int, until: datetime) -> int:
    """The gift, what Stripe told of it, and its donor when she has no other. 0 when she came back
    meanwhile."""
    held = Donation.objects.select_for_update().filter(pk=pk).first()
    if held is None or not _unfinished(until).filter(pk=pk).exists():
        return 0
    donor = Donor.objects.select_for_update().get(pk=held.donor_id)
    known = _ids(held)
    told = StripeEvent.objects.filter(Q(donation=held) | Q(object_id__in=known))
    told.update(payload=FORGOTTEN, donation=None)
    held.consents.all().delete()
    _forget_mails(held)
    premiums.forget_claim(held)
    held.delete()
    if held.promise_id:
        begun = RecurringDonation.objects.filter(pk=held.promise_id, donations=None)
        begun.filter(state=RecurringDonation.State.STARTED).delete()
    imported = ImportedDonor.objects.filter(donor=donor)  # the treasury knew her before
    if not (
        donor.erased_at or any(rows.exists() for rows in (donor.donations, donor.merged, imported))
    ):
        donor.delete()
    return 1


def _forget_mails(gift: Donation) -> None:
    """What was written to her of the promise, and the files that went along."""
    mails = list(Message.objects.filter(acknowledgement__donation=gift))
    doom(Attachment.objects.filter(message__in=mails).values_list("file", flat=True))
    gift.acknowledgements.all().delete()
    Message.objects.filter(pk__in=[mail.pk for mail in mails]).delete()


def _ids(gift: Donation) -> list[str]:
    """What Stripe calls its pages and payments."""
    rows = gift.attempts.values_list("session_id", "invoice_id", "payment_intent")
    return [one for row in rows for one in row if one]
