"""What a donor agrees to: given with a gift, taken back or given again on her page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from donations.models import Consent, ConsentChange, Donation, Donor, DonorWallEntry

NEWSLETTER, WALL = Consent.Kind.NEWSLETTER, Consent.Kind.WALL
AGENZIA = Consent.Kind.AGENZIA


@dataclass(frozen=True)
class Step:
    """`granted` is None for a notice that was shown and asks for no yes."""

    at: datetime
    kind: str
    label: str
    granted: bool | None
    words: str


def history(*, donor: Donor) -> list[Step]:
    """All that was shown or said, the newest first."""
    rows: Iterable[Consent] = Consent.objects.filter(donation__donor=donor)
    steps = [
        Step(
            at=row.granted_at,
            kind=row.kind,
            label=str(row),
            granted=None if row.kind == Consent.Kind.PRIVACY else True,
            words=row.words,
        )
        for row in rows
    ]
    steps += [
        Step(at=row.at, kind=row.kind, label=str(row), granted=row.granted, words=row.words)
        for row in donor.consent_changes.all()
    ]
    said = Consent.objects.filter(donation=OuterRef("donation"), kind=WALL).values("words")[:1]
    gone = DonorWallEntry.objects.filter(donation__donor=donor, withdrawn_at__isnull=False)
    gone = gone.annotate(said=Coalesce(Subquery(said), Value(""), output_field=TextField()))
    steps += [
        Step(at=row.withdrawn_at, kind=WALL, label=str(WALL.label), granted=False, words=row.said)
        for row in gone
        if row.withdrawn_at
    ]
    return sorted(steps, key=attrgetter("at"), reverse=True)


def holds(*, donor: Donor, kind: str) -> bool:
    """Whether the last she said of it was yes."""
    said = [step for step in history(donor=donor) if step.kind == kind]
    return bool(said and said[0].granted)


@transaction.atomic
def change(*, donor: Donor, kind: str, granted: bool, words: str) -> bool:
    """False when it is so already. What was said before stays written."""
    held = Donor.objects.select_for_update().get(pk=donor.pk)
    if holds(donor=held, kind=kind) == granted:
        return False
    held.consent_changes.create(kind=kind, granted=granted, words=words, at=timezone.now())
    return True


def objecting() -> set[int]:
    """Persons, by the donor who is kept, whose gifts the Agenzia delle Entrate must not be told: one
    of their addresses objects. Those who ever said something of it are few."""
    given = Consent.objects.filter(kind=AGENZIA, donation__settled_at__isnull=False)
    changed = ConsentChange.objects.filter(kind=AGENZIA)
    ever = given.order_by().values("donation__donor").union(changed.order_by().values("donor"))
    donors = Donor.objects.filter(pk__in=ever)
    return {donor.kept_id or donor.pk for donor in donors if holds(donor=donor, kind=AGENZIA)}


def with_letter(gifts: QuerySet[Donation]) -> QuerySet[Any]:
    """Each gift with `letter`: it asked for the letter of the month and that holds today, or she
    asked for it again on her page."""
    changes = ConsentChange.objects.filter(donor=OuterRef("donor"), kind=NEWSLETTER).order_by(
        "-at", "-pk"
    )
    asked = Consent.objects.filter(donation=OuterRef("pk"), kind=NEWSLETTER)
    later = changes.filter(granted=False, at__gte=OuterRef("asked_at"))
    return gifts.annotate(
        asked_at=Subquery(asked.values("granted_at")[:1]),
        last_said=Subquery(changes.values("granted")[:1]),
    ).annotate(
        letter=Q(donor__erased_at=None)
        & (Q(last_said=True) | (Q(asked_at__isnull=False) & ~Exists(later)))
    )
