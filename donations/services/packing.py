"""What packers do with the thank-you gifts, many at once: prepare, hand over or send, take a step
back, put a piece back into stock. Each claim by itself, under the lock of its gift."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from donations.models import Acknowledgement, PremiumClaim
from donations.services import premiums
from donations.services.premiums import STANDS
from people.models import User

READY, SENT = "premium_ready", "premium_sent"  # the kinds of the mails
State, Duty = PremiumClaim.State, Acknowledgement.State


def pack(*, claims: Iterable[PremiumClaim], by: User | None) -> int:
    """Prepared; who picks it up is told that it is ready. How many, of those whose gift stands."""
    return _each(claims, lambda held: _pack(held, by))


def deliver(*, claims: Iterable[PremiumClaim], by: User | None, anyway: bool = False) -> int:
    """Handed over, or sent: who gets a parcel is told that it has left. `anyway`: though the gift
    has gone back since it was prepared. How many."""
    return _each(claims, lambda held: _deliver(held, by, anyway))


def undo(*, claims: Iterable[PremiumClaim], by: User | None) -> int:
    """A step back: delivered → prepared → to prepare. A mail that is not written yet is not. How
    many."""
    return _each(claims, _undo)


def put_back(*, claims: Iterable[PremiumClaim], by: User | None) -> int:
    """Into stock again: nobody came for it, or its gift went back. How many."""
    return _each(claims, _put_back)


def _each(claims: Iterable[PremiumClaim], work: Callable[[PremiumClaim], bool]) -> int:
    return sum(_one(claim, work) for claim in claims)


@transaction.atomic
def _one(claim: PremiumClaim, work: Callable[[PremiumClaim], bool]) -> bool:
    return work(premiums.hold(claim))


def _pack(held: PremiumClaim, by: User | None) -> bool:
    if held.state != State.CONFIRMED or held.donation.state not in STANDS:
        return False
    held.state, held.packed_at, held.packed_by = State.PACKED, timezone.now(), by
    held.save()
    if not held.by_post:
        _tell(held, READY)
    return True


def _deliver(held: PremiumClaim, by: User | None, anyway: bool) -> bool:
    packed = held.state == State.PACKED
    if not packed and held.state != State.CONFIRMED:
        return False
    if held.donation.state not in STANDS and not (packed and anyway):
        return False
    now = timezone.now()
    if not packed:
        held.packed_at, held.packed_by = now, by
    held.state, held.delivered_at, held.delivered_by = State.DELIVERED, now, by
    held.save()
    if held.by_post:
        _tell(held, SENT)
    return True


def _undo(held: PremiumClaim) -> bool:
    if held.state == State.DELIVERED and not held.forgotten_at:
        held.state, held.delivered_at, held.delivered_by = State.PACKED, None, None
        _call_off(held, SENT)
    elif held.state == State.PACKED and held.donation.state in STANDS:
        held.state, held.packed_at, held.packed_by = State.CONFIRMED, None, None
        _call_off(held, READY)
    else:
        return False
    held.save()
    return True


def _put_back(held: PremiumClaim) -> bool:
    if held.state not in (State.CONFIRMED, State.PACKED, State.DELIVERED):
        return False
    premiums.release(held, PremiumClaim.Why.STAFF)
    _call_off(held, READY)
    _call_off(held, SENT)
    return True


def _tell(held: PremiumClaim, kind: str) -> None:
    """Once, however often it is packed; one that was called off falls due again."""
    if not held.donation.donor.email:
        return
    key = f"{held.donation.public_id}:{kind}"
    due = {"state": Duty.DUE, "next_at": timezone.now()}
    values = {"donation": held.donation, "kind": kind, **due}
    duty, made = Acknowledgement.objects.get_or_create(key=key, defaults=values)
    if not made:
        unwritten = Acknowledgement.objects.filter(pk=duty.pk, mail=None, state=Duty.SKIPPED)
        unwritten.update(**due, attempts=0, last_error="")


def _call_off(held: PremiumClaim, kind: str) -> None:
    """Whoever writes it at this moment loses its lease: that mail is never born."""
    duties = Acknowledgement.objects.filter(donation=held.donation, kind=kind, mail=None)
    duties.update(state=Duty.SKIPPED, next_at=None, lease_token=None, lease_until=None)
