"""Whoever gives by hand and stands in the books already: found, and chosen, beside the form."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from donations.models import Donation, Donor, ImportedDonor
from donations.services import Details
from donations.services.finding import imported_found, persons_found
from donations.services.likeness import alike_to
from donations.services.merging import addresses
from donations.treasury.donor_filters import sums_by_person, without_gifts
from donations.treasury.donors import mail_of, names

AT_MOST = 8


@dataclass(frozen=True)
class Known:
    """`last`: the moment of the last gift (UTC), None without one; `why`: what makes her alike."""

    donor: Donor
    name: str
    mail: str
    gifts: int
    last: datetime | None
    why: str = ""


@dataclass(frozen=True)
class Found:
    """`more`: there are others, whom other words would find."""

    people: list[Known]
    more: bool = False


def found(text: str) -> Found:
    """By whatever is at hand: a name, a mail, a codice fiscale, a receipt's number. Who gave last
    comes first, who never gave last."""
    rows = list(persons_found(sums_by_person(), text)[: AT_MOST + 1])
    if len(rows) <= AT_MOST:
        rows += list(imported_found(without_gifts(), text)[: AT_MOST + 1 - len(rows)])
    return Found(_known(rows[:AT_MOST]), more=len(rows) > AT_MOST)


def lookalikes(details: Details) -> list[Known]:
    """Who may be the person that the form names, unless her mail address says it."""
    email = details.email.strip().lower()
    if email and Donor.objects.filter(email=email).exists():
        return []
    likely = {one.donor.pk: one.words for one in alike_to(details)}
    gave = sums_by_person().filter(person__in=likely)
    rows = list(gave)
    missing = likely.keys() - {row["person"] for row in rows}
    rows += list(without_gifts().filter(donor__in=missing))
    return _known(rows[:AT_MOST], why=likely)


def like_gift_of(public_id: str) -> Donation | ImportedDonor | None:
    """The last gift of a person, else how a file names her; None where nobody is called so."""
    try:
        person = Donor.objects.select_related("kept").get(public_id=UUID(public_id))
    except (ValueError, Donor.DoesNotExist):
        return None
    every = addresses(person.kept or person)
    gifts = Donation.objects.select_related("donor", "fund").filter(
        donor__in=every, donor__erased_at=None
    )
    settled = gifts.order_by(F("settled_at").desc(nulls_last=True), "-pk").first()
    return settled or ImportedDonor.objects.select_related("donor").filter(donor__in=every).first()


def _known(rows: Iterable[dict[str, Any]], why: dict[int, str] | None = None) -> list[Known]:
    rows = list(rows)
    people = Donor.objects.in_bulk([row["person"] for row in rows])
    called = names(people.values())
    return [
        Known(
            donor := people[row["person"]],
            called[donor.pk],
            mail_of(donor),
            row["gifts"],
            row["last"],
            (why or {}).get(donor.pk, ""),
        )
        for row in rows
    ]
