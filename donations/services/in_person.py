"""Somebody telephones who gave much, or gives again after a long silence: the task is written with the
books, once a gift."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from donations.models import Donation, Donor, GivingSettings, JournalEntry, ThanksInPerson
from people.models import User

State = ThanksInPerson.State
SETTLES = ":gift"  # how the origin of the row ends that brings a gift into the books
FRESH = timedelta(days=60)  # who gave longer ago, as a file of past gifts says, waits for no voice


@dataclass(frozen=True)
class _Before:
    """What a donor had given before a gift, under whatever address: when last, and whether with the
    same promise."""

    person: int
    last: datetime | None
    again: bool


def ask_for(entries: Iterable[JournalEntry]) -> None:
    """Of the gifts that these rows settle: the large ones, and the first after a silence; of a promise
    only the charge that begins it. Whoever waits for a call already gets no second one."""
    settled = [one.donation for one in entries if one.donation and one.origin.endswith(SETTLES)]
    since = timezone.now() - FRESH
    known = [gift for gift in settled if not gift.erased]
    fresh = [gift for gift in known if gift.settled_at and gift.settled_at > since]
    limits = GivingSettings.load()
    if not fresh or (limits.call_from is None and limits.back_after is None):
        return
    before = _before(fresh)
    tasks: dict[int, ThanksInPerson] = {}
    for gift in fresh:
        past = before[gift.pk]
        large = limits.call_from is not None and gift.amount >= limits.call_from * 100
        silent = past.last if _silent(past.last, gift, limits.back_after) else None
        if (large or silent) and not past.again and past.person not in tasks:
            tasks[past.person] = ThanksInPerson(donation=gift, large=large, silent_since=silent)
    asked = set(_people(waiting().values_list("donation__donor", flat=True))) if tasks else set()
    rows = [task for person, task in tasks.items() if person not in asked]
    ThanksInPerson.objects.bulk_create(rows, ignore_conflicts=True)


def _silent(last: datetime | None, gift: Donation, months: int | None) -> bool:
    assert gift.settled_at
    return bool(months and last and _months_after(last, months) <= gift.settled_at)


def _months_after(moment: datetime, months: int) -> datetime:
    total = moment.month - 1 + months
    year, month = moment.year + total // 12, total % 12 + 1
    day = min(moment.day, calendar.monthrange(year, month)[1])
    return moment.replace(year=year, month=month, day=day)


def _people(donors: Iterable[int]) -> set[int]:
    rows = Donor.objects.filter(pk__in=set(donors)).values_list("pk", "kept")
    return {into or pk for pk, into in rows}


def _before(gifts: list[Donation]) -> dict[int, _Before]:
    """Two questions, however many gifts."""
    roots = _people(gift.donor_id for gift in gifts)
    same = Donor.objects.of(*roots)
    person = {pk: into or pk for pk, into in same.values_list("pk", "kept")}
    received = Donation.objects.filter(donor__in=person, state__in=Donation.RECEIVED)
    kept = received.exclude(state=Donation.State.REVERSED)
    rows = [
        (pk, person[donor], promise, settled)
        for pk, donor, promise, settled in kept.values_list("pk", "donor", "promise", "settled_at")
        if settled
    ]
    found = {}
    for gift in gifts:
        who, at = person[gift.donor_id], gift.settled_at
        past = [one for one in rows if one[1] == who and one[0] != gift.pk and at and one[3] <= at]
        again = gift.promise_id is not None and any(one[2] == gift.promise_id for one in past)
        found[gift.pk] = _Before(who, max((one[3] for one in past), default=None), again)
    return found


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
