"""What the sweep does for the thank-you gifts: pieces that a form put aside and nobody pays for go
back into stock, and addresses that have served are forgotten."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from donations.models import Donation, Donor, PremiumClaim
from donations.services import premiums
from donations.services.opening import retire
from donations.stripe_facts import Rejected, Unavailable

HELD = timedelta(hours=2)  # how long a piece waits for whoever is on the payment page
SENDING = timedelta(minutes=10)  # a form that is sent again finds its gift as it was left
KEPT = timedelta(days=30)  # the parcel's address, once the piece is out of our hands
AT_ONCE = 200

Gift = Donation.State
State = PremiumClaim.State
UNPAID = (Gift.STARTED, Gift.CHECKOUT_OPEN)
log = logging.getLogger(__name__)


def put_back_abandoned(*, now: datetime | None = None) -> int:
    """How many pieces are free again. A payment page that is still open is closed at Stripe first,
    so that nobody pays for a piece that is not there any more."""
    now, free = now or timezone.now(), 0
    try:
        for claim in _abandoned(now)[:AT_ONCE]:
            free += _put_back(claim, now - HELD)
    except Unavailable as error:
        log.warning("pieces not put back", extra={"reason": str(error)})
    return free


def forget_addresses(*, now: datetime | None = None) -> int:
    """Some time after the piece was delivered, or went back into stock; how many."""
    until = (now or timezone.now()) - KEPT
    gone = _forget(
        PremiumClaim.objects.filter(
            Q(state=State.DELIVERED, delivered_at__lt=until)
            | Q(state=State.RELEASED, released_at__lt=until)
        )
    )
    if gone:
        log.info("addresses of parcels forgotten", extra={"number": gone})
    return gone


def forget_of(*, donor: Donor) -> int:
    """With the donor: at once, but for a parcel that has not left yet."""
    hers = PremiumClaim.objects.filter(donation__donor__in=Donor.objects.of(donor))
    return _forget(hers.filter(state__in=[State.DELIVERED, State.RELEASED]))


def _forget(rows: QuerySet[PremiumClaim]) -> int:
    parcels = rows.filter(way=PremiumClaim.Way.POST, forgotten_at=None)
    return parcels.update(**premiums.NOWHERE, forgotten_at=timezone.now())


def _abandoned(now: datetime) -> QuerySet[PremiumClaim]:
    waiting = Q(donation__state__in=UNPAID, reserved_at__lt=now - HELD)
    over = ~Q(donation__state__in=Donation.OPEN) & Q(reserved_at__lt=now - SENDING)
    rows = PremiumClaim.objects.filter(waiting | over, state=State.RESERVED)
    return rows.select_related("donation").order_by("?")  # one that Stripe says no to holds up none


def _put_back(claim: PremiumClaim, until: datetime) -> int:
    if claim.donation.state in UNPAID and not _closed(claim, until):
        return 0
    with transaction.atomic():
        held = premiums.hold(claim)
        premiums.follow([held.donation])
        held.refresh_from_db()
        if (
            held.donation.state in UNPAID
            and held.state == State.RESERVED
            and held.reserved_at < until
        ):
            premiums.release(held, PremiumClaim.Why.UNPAID)
        return int(held.state == State.RELEASED)


def _closed(claim: PremiumClaim, until: datetime) -> bool:
    """Whether nobody can pay for it any more; who has just sent the form again is let alone."""
    if not PremiumClaim.objects.filter(pk=claim.pk, reserved_at__lt=until).exists():
        return False
    last = claim.donation.attempts.order_by("-number").first()
    try:
        return last is None or retire(last)
    except Rejected as error:  # it stands in nobody's way
        log.warning("payment page not closed", extra={"reason": str(error)})
        return False
