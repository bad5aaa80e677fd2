"""Several addresses, one person: joined by somebody, and parted again.

No gift, receipt, mail or consent moves: what is about a person looks at all her addresses. The
credits, which count persons without knowing them, carry the key of the one that is kept.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from attribution.models import Credit
from attribution.services import bump
from donations.models import Donation, Donor, DonorMerge
from people.models import User


class CannotMerge(Exception):
    """The same person already, one of the two was joined to a third meanwhile, or is erased."""


class CannotPart(Exception):
    """Parted already, or joined to a third since: that has to be undone first."""


def persons(donors: Iterable[int]) -> dict[int, str]:
    """The credits' key of each donor: of the address that is kept."""
    key = Coalesce("kept__public_id", "public_id")
    rows = Donor.objects.filter(pk__in=set(donors)).values_list("pk", key)
    return {pk: found.hex for pk, found in rows}


def addresses(donor: Donor) -> list[Donor]:
    """All of a person, the kept one first."""
    return [donor, *donor.merged.order_by("pk")]


def mailbox(donor: Donor) -> str:
    """Of a donor who is kept: her own address, or another one of the same person; "" for none."""
    others = donor.merged.filter(email__isnull=False).order_by("pk")
    return donor.email or next((other.email or "" for other in others), "")


@transaction.atomic
def merge(*, kept: Donor, absorbed: Donor, by: User) -> DonorMerge:
    """Raises CannotMerge."""
    held = _hold([kept.pk, absorbed.pk])
    both = [held[one.pk] for one in (kept, absorbed)]
    if kept == absorbed or any(one.kept_id or one.erased_at for one in both):
        raise CannotMerge
    moved = [one for one in held.values() if absorbed.pk in (one.pk, one.kept_id)]
    written = DonorMerge.objects.create(kept=kept, absorbed=absorbed, by=by)
    written.moved.set(moved)
    Donor.objects.filter(pk__in=[one.pk for one in moved]).update(kept=kept)
    _credit(moved)
    return written


@transaction.atomic
def part(*, merge: DonorMerge) -> None:
    """Those who came along go back to where they were. Raises CannotPart."""
    ids = list(merge.moved.order_by("pk").values_list("pk", flat=True))
    held = _hold([merge.kept_id, *ids])
    moved = [held[pk] for pk in ids if pk in held]
    undone = DonorMerge.objects.filter(pk=merge.pk, undone_at=None)
    if any(one.kept_id != merge.kept_id for one in moved):
        raise CannotPart
    if not undone.update(undone_at=timezone.now()):
        raise CannotPart
    Donor.objects.filter(pk__in=ids).exclude(pk=merge.absorbed_id).update(kept=merge.absorbed_id)
    Donor.objects.filter(pk=merge.absorbed_id).update(kept=None)
    _credit(moved)


@transaction.atomic
def keep_apart(*, one: Donor, other: Donor, by: User) -> None:
    """They are two: kept as a merge that was never made, so that nobody is asked again. Raises
    CannotMerge."""
    held = _hold([one.pk, other.pk])
    both = [held[each.pk] for each in (one, other)]
    if one == other or any(each.kept_id or each.erased_at for each in both):
        raise CannotMerge
    if frozenset((one.pk, other.pk)) not in told_apart():
        DonorMerge.objects.create(kept=one, absorbed=other, by=by, undone_at=timezone.now())


def told_apart() -> set[frozenset[int]]:
    """Keys of two persons of whom somebody said that they are two, or parted them again."""
    rows = DonorMerge.objects.exclude(undone_at=None).order_by().only("kept", "absorbed")
    return {frozenset((row.kept_id, row.absorbed_id)) for row in rows}


def _hold(ids: list[int]) -> dict[int, Donor]:
    """These donors and their other addresses. Gifts come first, as for everybody who takes both;
    those begun while we waited for their donor follow, so that no credit of theirs is being
    written under the old key."""
    those = Donor.objects.of(*ids)
    hold_gifts(those.values_list("pk", flat=True))
    # no_key: whoever writes a gift of these donors at this moment need not wait for us, nor we
    held = {one.pk: one for one in those.select_for_update(no_key=True).order_by("pk")}
    hold_gifts(held)
    return held


def hold_gifts(donors: Iterable[int]) -> None:
    """All in the same order, as everybody does."""
    gifts = Donation.objects.select_for_update().filter(donor__in=list(donors))
    list(gifts.order_by("pk").values_list("pk", flat=True))


def _credit(moved: Iterable[Donor]) -> None:
    """What the moved ones gave counts for the person they are now."""
    for pk, key in persons(one.pk for one in moved).items():
        gifts: list[UUID] = list(
            Donation.objects.filter(donor=pk).order_by().values_list("public_id", flat=True)
        )
        Credit.objects.filter(gift__in=[gift.hex for gift in gifts]).update(donor=key)
    bump()
