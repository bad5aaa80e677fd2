"""How a donor enters her page: a mail address, a link in the mail, one browser for an hour.

Whether a donor has the address shows neither in the answer nor in its time: the request only writes
a row. The link is good once and for half an hour, and only its digest is kept.
"""

import hashlib
import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from donations import issuer
from donations.models import Donation, Donor, DonorSession, EntryLink, EntryRequest
from donations.services.letters import compose
from mail import masks
from mail.services import SECRET, secret_of, send_urgent
from outbox.services import LeaseLost, backoff, claim, expired, finish

LINK = timedelta(minutes=30)
SESSION = timedelta(hours=1)
LEASE = timedelta(minutes=1)
KIND = "entry_link"
# gifts that stay: somebody who only began one has nothing to see, and is forgotten with it
STAYING = (
    *Donation.RECEIVED,
    Donation.State.AWAITING,
    Donation.State.PROCESSING,
    Donation.State.FAILED,
)

log = logging.getLogger(__name__)


def ask(*, email: str, language: str) -> None:
    EntryRequest.objects.create(email=email.lower(), language=language, next_at=timezone.now())


def write_due(*, limit: int = 100) -> int:
    """Writes the links that were asked for and sends them before all other mails, since they grow
    old; returns how many requests it looked at."""
    expired(EntryRequest.objects.all()).update(lease_token=None, lease_until=None)
    tried = 0
    while tried < limit and (taken := claim(EntryRequest.objects.all(), limit=1, lease=LEASE)):
        _write(taken[0])
        tried += 1
    if tried:
        send_urgent(kind=KIND)
    return tried


def look(*, token: str) -> bool:
    """Whether the link still opens. Looking does not use it up: mail programs open links too."""
    return EntryLink.objects.filter(
        digest=_digest(token), used_at=None, expires_at__gt=timezone.now()
    ).exists()


@transaction.atomic
def enter(*, token: str) -> str | None:
    """Uses the link up; gives the key of a new session, None when the link does not open any more."""
    now = timezone.now()
    links = EntryLink.objects.filter(digest=_digest(token))
    if not links.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return None
    key = secrets.token_urlsafe(32)
    donor = Donor.objects.get(pk__in=links.values("donor"))
    DonorSession.objects.create(donor=donor, digest=_digest(key), until=now + SESSION)
    return key


def who(*, key: str) -> Donor | None:
    """The donor who entered with this key, as long as her hour lasts."""
    live = DonorSession.objects.filter(digest=_digest(key), until__gt=timezone.now())
    return Donor.objects.filter(pk__in=live.values("donor")).first()


def leave(*, key: str) -> None:
    DonorSession.objects.filter(digest=_digest(key)).delete()


def forget_over() -> None:
    """Links and sessions that are over."""
    now = timezone.now()
    EntryLink.objects.filter(expires_at__lt=now).delete()
    DonorSession.objects.filter(until__lt=now).delete()


def _write(request: EntryRequest) -> None:
    try:
        _answer(request)
    except LeaseLost:
        log.info("entry link went to another worker", extra={"entry_request": request.pk})
    except Exception as error:  # one that cannot be written must not stop the others
        log.exception("entry link not written", extra={"entry_request": request.pk})
        finish(
            request,
            next_at=timezone.now() + backoff(request.attempts),
            last_error=masks.within(f"{type(error).__name__}: {error}")[:500],
        )


@transaction.atomic
def _answer(request: EntryRequest) -> None:
    """The link, its mail and the end of the request are one: all or nothing."""
    gifts = Donation.objects.filter(donor__email=request.email, state__in=STAYING)
    gift = gifts.select_related("donor").order_by("-created_at").first()
    # the donor before the request, as whoever erases her takes them
    hers = gift is not None and _still_hers(gift.donor, request.email)
    mine = EntryRequest.objects.filter(pk=request.pk, lease_token=request.lease_token)
    if not mine.delete()[0]:
        raise LeaseLost(f"EntryRequest {request.pk}")
    if gift is None or not hers:
        return
    key = f"entry:{request.key}"
    EntryLink.objects.create(
        donor=gift.donor, digest=_digest(secret_of(key)), expires_at=timezone.now() + LINK
    )
    compose(
        key=key,
        kind=KIND,
        to=request.email,
        language=request.language,
        context={
            "gift": gift,
            "body": issuer.body(),
            "site_url": settings.SITE_URL,
            "link": settings.SITE_URL + reverse("area:entry", args=[SECRET]),
            "minutes": LINK.seconds // 60,
        },
    )


def _still_hers(donor: Donor, email: str) -> bool:
    """Held until the link is there: whoever is erased at this moment gets none."""
    held = Donor.objects.select_for_update(no_key=True).filter(pk=donor.pk).first()
    return held is not None and held.email == email


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
