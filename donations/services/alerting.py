"""What the treasury hears the same minute: a bank contests a payment, or believes it to be a fraud.

Written down with the books, told by a task: one mail a person, in their language, without the
donor's data. It stands on the desk all the same.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from donations.models import ClosedDoor, Dispute, Donation, FraudWarning
from donations.services import doors
from donations.stripe_facts import Warned
from mail.services import compose, send_urgent
from people import roles

KIND = "treasury_alert"
# Stripe sets no time limit; a dispute follows most warnings within days, and only a whole refund
# before it keeps it away: fundraiseup.com/support/early-fraud speaks of 24 to 48 hours
TIME_TO_ACT = timedelta(hours=48)
Status = Dispute.Status

log = logging.getLogger(__name__)


def of_dispute(row: Dispute, status: str) -> str:
    """What is to be told once `row` stands at `status`: that it waits for an answer (again), or
    that it was lost before anybody could answer, or before anybody was told."""
    new = status != row.status
    untold = not row.pk or bool(row.alert)
    if new and (status in Dispute.OURS or (untold and status == Status.LOST)):
        return status
    return "" if status in Dispute.FINAL else row.alert


def warn(donation: Donation, told: Iterable[Warned]) -> None:
    """Part of `books`: the gift is locked. A warning that has nothing to act on any more stays so."""
    for one in told:
        row, made = FraudWarning.objects.get_or_create(
            warning_id=one.id,
            defaults={
                "donation": donation,
                "fraud_type": one.fraud_type[:60],
                "actionable": one.actionable,
                "opened_at": one.created,
                "act_by": one.created + TIME_TO_ACT,
                "alert": "fraud" if one.actionable else "",
            },
        )
        if made:
            doors.suspected(donation)
        elif row.actionable and not one.actionable:
            FraudWarning.objects.filter(pk=row.pk).update(actionable=False)


def leave(*, warning: FraudWarning) -> bool:
    """A person lets the gift stand. False when there is nothing (any more) to decide."""
    waiting = FraudWarning.objects.filter(pk=warning.pk, left_at__isnull=True, actionable=True)
    return bool(waiting.update(left_at=timezone.now()))


def tell() -> int:
    """Writes and sends the mails that are due; returns of how many things."""
    told = 0
    for rows, template in (
        (Dispute.objects.select_related("donation__fund"), "dispute_alert"),
        (FraudWarning.objects.select_related("donation__fund"), "fraud_alert"),
        (ClosedDoor.objects.all(), "brake_alert"),
    ):
        for row in rows.exclude(alert=""):
            try:
                _tell(row, template)
            except Exception:  # one that cannot be written must not stop the others
                log.exception("alert not written", extra={"alert": str(row)})
            else:
                told += 1
    if told:
        send_urgent(kind=KIND)
    return told


def _tell(row: Any, template: str) -> None:
    """The mails and the end of the duty are one transaction; said again, the keys find them."""
    people = _people()
    if not people:
        log.error("nobody of the treasury has a mail address", extra={"alert": str(row)})
    with transaction.atomic():
        for person in people:
            compose(
                key=f"{template}:{row}:{row.alert}:{_deadline(row)}:{person.pk}",
                kind=KIND,
                to=person.email,
                language=_language(person),
                template=f"donations/mail/{template}",
                context=_context(row),
            )
        # unless there is something newer to tell by now
        type(row)._default_manager.filter(pk=row.pk, alert=row.alert).update(alert="")


def _deadline(row: Dispute | FraudWarning | ClosedDoor) -> str:
    """The same state with another deadline is something new to tell; of the brake, when it began."""
    if isinstance(row, ClosedDoor):
        return f"{row.at:%Y%m%d%H%M%S}"
    until = row.answer_by if isinstance(row, Dispute) else row.act_by
    return f"{until:%Y%m%d%H%M}" if until else "-"


def _context(row: Dispute | FraudWarning | ClosedDoor) -> dict[str, Any]:
    if isinstance(row, ClosedDoor):
        return {"row": row, "page": settings.SITE_URL + reverse("treasury:abuse")}
    said = {"row": row, "gift": row.donation, "lost": row.alert == Status.LOST}
    return said | _links(row.donation)


def _people() -> list[Any]:
    """Everybody of the treasury's role."""
    users = get_user_model().objects.filter(groups__name=roles.TREASURY, is_active=True)
    return list(users.exclude(email="").select_related("wagtail_userprofile").order_by("pk"))


def _language(person: Any) -> str:
    """Of their profile in the admin; who has never opened it reads the site's."""
    profile = getattr(person, "wagtail_userprofile", None)
    return profile.get_preferred_language() if profile else settings.LANGUAGE_CODE


def _links(gift: Donation) -> dict[str, str]:
    return {
        "desk": settings.SITE_URL + reverse("treasury:desk"),
        "page": settings.SITE_URL + reverse("treasury:donation", args=[gift.public_id]),
    }
