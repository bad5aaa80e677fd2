"""Somebody telephones who gave much: the task is written with the books, once a gift."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from donations.models import Donation, GivingSettings, JournalEntry, ThanksInPerson
from people.models import User

State = ThanksInPerson.State
SETTLES = ":gift"  # how the origin of the row ends that brings a gift into the books


def ask_for(entries: Iterable[JournalEntry]) -> None:
    """Of the gifts that these rows settle, the large ones. Whoever waits for a call already gets no
    second one."""
    settled = [one.donation for one in entries if one.donation and one.origin.endswith(SETTLES)]
    if not settled:
        return
    euros = GivingSettings.load().call_from
    large = [gift for gift in settled if euros is not None and gift.amount >= euros * 100]
    if not large:
        return
    donors = [gift.donor_id for gift in large]
    asked = set(
        waiting().filter(donation__donor__in=donors).values_list("donation__donor", flat=True)
    )
    rows = [ThanksInPerson(donation=gift) for gift in large if gift.donor_id not in asked]
    ThanksInPerson.objects.bulk_create(rows, ignore_conflicts=True)


def waiting() -> QuerySet[ThanksInPerson]:
    """Not for what went back meanwhile, nor where nobody has a name."""
    standing = (Donation.State.SETTLED, Donation.State.PARTLY_REFUNDED)
    rows = ThanksInPerson.objects.filter(state=State.OPEN, donation__state__in=standing)
    nameless = {"donation__organisation": "", "donation__last_name": "", "donation__first_name": ""}
    return rows.exclude(**nameless).select_related("donation__donor", "donation__fund")


def decide(*, task: ThanksInPerson, done: bool, note: str, by: User) -> bool:
    """False when somebody else was quicker."""
    open_still = ThanksInPerson.objects.filter(pk=task.pk, state=State.OPEN)
    return bool(
        open_still.update(
            state=State.DONE if done else State.NOT_NEEDED,
            note=note,
            decided_by=by,
            decided_at=timezone.now(),
        )
    )
