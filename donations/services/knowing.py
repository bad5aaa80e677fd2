"""What the treasury writes about donors: notes and tags."""

from django.db import transaction

from donations.models import Donor, DonorNote, DonorTag
from donations.words import fold
from people.models import User

LONGEST = 40


class NoName(ValueError):
    """A tag of nothing but blanks, or a longer one than fits."""


class Gone(Exception):
    """She was erased: nothing is written of her any more."""


@transaction.atomic
def add_note(*, donor: Donor, author: User, text: str) -> DonorNote:
    """Raises Gone."""
    _hold(donor)
    return DonorNote.objects.create(donor=donor, author=author, text=text)


def take_back(*, note: DonorNote, by: User) -> bool:
    """Only one's own. False when it is somebody else's, or gone."""
    gone, _rows = DonorNote.objects.filter(pk=note.pk, author=by).delete()
    return bool(gone)


@transaction.atomic
def tag(*, donor: Donor, name: str) -> DonorTag:
    """However it is written, a tag that is there already is taken, as it was first written. Raises
    NoName and Gone."""
    _hold(donor)
    name = " ".join(name.split())
    key = fold(name)
    if not key or len(name) > LONGEST or len(key) > 2 * LONGEST:
        raise NoName(name)
    held, _made = DonorTag.objects.select_for_update().get_or_create(
        key=key, defaults={"name": name}
    )
    held.donors.add(donor)
    return held


@transaction.atomic
def untag(*, donor: Donor, tag: DonorTag) -> None:
    """A tag that nobody has any more is gone."""
    held = DonorTag.objects.select_for_update().filter(pk=tag.pk).first()
    if held is None:
        return
    held.donors.remove(donor, *donor.merged.all())
    if not held.donors.exists():
        held.delete()


def _hold(donor: Donor) -> None:
    """Whoever erases her waits, or was quicker."""
    held = Donor.objects.select_for_update(no_key=True).get(pk=donor.pk)
    if held.erased_at:
        raise Gone
