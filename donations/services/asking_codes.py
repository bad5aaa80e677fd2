"""A mail that asks for the codice fiscale: once a person and year, chosen by the treasurer.

It has no List-Unsubscribe, though many may leave at once: it is a service mail about gifts the person
herself made, it advertises nothing, and there is no list to leave, since it never comes a second time
for that year. Who does not want to be in the report objects on the page that it leads to, and is then
asked no more (`agenzia.report` counts her among the objections, not among those who miss it).
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from donations import issuer
from donations.models import CodeRequest, Donor
from donations.services import agenzia
from donations.services.letters import compose
from donations.services.merging import mailbox
from mail import masks
from outbox.services import LeaseLost, backoff, claim, expired, finish
from people.models import User

State = CodeRequest.State
KIND = "code_request"
LEASE = timedelta(minutes=5)

log = logging.getLogger(__name__)


def ask(*, year: int, persons: Iterable[int], by: User | None) -> int:
    """Of those who miss it and have a mailbox, each who was not asked yet. Returns how many."""
    wanted = set(persons)
    lines = {one.person: one for one in agenzia.report(year).missing if one.person in wanted}
    donors = [one for one in Donor.objects.filter(pk__in=lines) if mailbox(one)]
    # of any of her addresses: who was asked and then joined to another is the same person
    person = Coalesce("donor__kept", "donor")
    asked = set(CodeRequest.objects.filter(year=year).values_list(person, flat=True))
    now = timezone.now()
    rows = [
        CodeRequest(donor=one, year=year, asked_by=by, next_at=now, language=lines[one.pk].language)
        for one in donors
        if one.pk not in asked
    ]
    CodeRequest.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def write_due(*, limit: int = 100) -> int:
    """Writes the mails; returns how many it tried."""
    expired(CodeRequest.objects.all()).update(lease_token=None, lease_until=None)
    due = CodeRequest.objects.filter(state=State.DUE)
    for tried in range(limit):
        taken = claim(due, limit=1, lease=LEASE)
        if not taken:
            return tried
        _write(taken[0])
    return limit


def _write(request: CodeRequest) -> None:
    try:
        _compose(request)
    except LeaseLost:
        log.info("code request went to another worker", extra={"code_request": request.pk})
    except Exception as error:  # one that cannot be written must not stop the others
        log.exception("code request not written", extra={"code_request": request.pk})
        told = masks.within(f"{type(error).__name__}: {error}")[:500]
        later = timezone.now() + backoff(request.attempts)
        finish(request, next_at=later, last_error=told)


def _compose(request: CodeRequest) -> None:
    """The mail and the end of the duty are one transaction: both or neither."""
    to = mailbox(request.donor)
    if not to:
        finish(request, state=State.SKIPPED)
        return
    with transaction.atomic():
        message = compose(
            key=f"code:{request.year}:{request.donor.public_id}",
            kind=KIND,
            to=to,
            language=request.language,
            context={"year": request.year, "body": issuer.body(), "site_url": settings.SITE_URL},
        )
        finish(request, state=State.DONE, mail=message)
