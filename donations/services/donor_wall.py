"""Names and words of donors on a campaign's page: written with the gift, read by a person, shown,
taken down by staff or withdrawn by whoever gave."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from attribution.models import Source
from attribution.services import bump
from donations.models import Donation, Donor, DonorWallEntry
from people.models import User

State = DonorWallEntry.State


@dataclass(frozen=True)
class Signature:
    """As whoever gave wrote it; `words` may be empty. Without a name: "anonymous". `own`: the name
    is that of the gift, and no other that she made up."""

    name: str
    words: str = ""
    own: bool = True


@dataclass(frozen=True)
class Wall:
    """`others`: people of the campaign who are not named."""

    entries: Sequence[DonorWallEntry]
    others: int


@transaction.atomic
def sign(*, gift: Donation, signature: Signature | None) -> None:
    """What the form says now; None: not on the wall. Once the gift has come it stays as it is: the
    address of a form that was sent may be opened again by anybody who has it."""
    held = Donation.objects.select_for_update().get(pk=gift.pk)
    if held.state in Donation.RECEIVED:
        return
    if signature is None:
        DonorWallEntry.objects.filter(donation=gift).delete()
        return
    read = State.WAITING if signature.words else State.NAME
    state = read if signature.own else State.UNREAD
    DonorWallEntry.objects.update_or_create(
        donation=gift,
        defaults={
            "name": signature.name,
            "anonymous": not signature.name,
            "words": signature.words,
            "state": state,
        },
    )


@transaction.atomic
def decide(*, entry: DonorWallEntry, state: str, by: User) -> bool:
    """Shows the words, or the name only, or takes it down. False when that is no decision (words
    that are not there), or it is so already."""
    held = DonorWallEntry.objects.select_for_update().get(pk=entry.pk)
    if state not in (State.NAME, State.SHOWN, State.HIDDEN) or held.state == state:
        return False
    if state == State.SHOWN and not held.words:
        return False
    held.state, held.decided_at, held.decided_by = state, timezone.now(), by
    held.save(update_fields=["state", "decided_at", "decided_by"])
    bump()
    return True


@transaction.atomic
def withdraw(*, donor: Donor, entry: int | None = None) -> int:
    """Her names come off every wall at once, or one of them off its own (`entry`, its key, which
    must be hers); how many there were. Her next gift may be signed anew."""
    hers = DonorWallEntry.objects.filter(donation__donor=donor, withdrawn_at=None)
    if entry is not None:
        hers = hers.filter(pk=entry)
    gone = hers.update(withdrawn_at=timezone.now())
    if gone:
        bump()
    return gone


def of_campaign(*, key: str, most: int) -> Wall:
    """The newest `most` of the campaign with that key. Three queries."""
    root = Source.objects.filter(kind="campaign", key=key).first()
    if root is None:
        return Wall(entries=[], others=0)
    below = Q(source=root) | Q(source__parent=root) | Q(source__parent__parent=root)
    stands = [Donation.State.SETTLED, Donation.State.PARTLY_REFUNDED]
    gifts = Donation.objects.filter(below, state__in=stands)
    named = DonorWallEntry.objects.shown().filter(donation__in=gifts)
    others = gifts.exclude(donor__in=named.order_by().values("donation__donor"))
    return Wall(entries=list(named[:most]), others=others.values("donor").distinct().count())
