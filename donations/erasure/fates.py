"""What may become of a kind of row, why some stay, and the shape of a line of the table (`parts`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from donations.erasure.person import Person


class Fate(StrEnum):
    ERASED = "erased"  # the rows are deleted
    NOBODYS = "nobodys"  # the rows stay for the books, and name nobody any more
    KEPT = "kept"  # as they are, for a reason that the law gives


class Why(StrEnum):
    LAW = "law"
    CLAIM = "claim"
    PROOF = "proof"
    PARCEL = "parcel"


REASONS: dict[str, Promise] = {
    Why.LAW: _(
        "The law asks for ten years of accounts and their papers (art. 2220 of the Civil Code, art. 22 "
        "D.P.R. 600/1973; art. 17.3.b GDPR)."
    ),
    Why.CLAIM: _("A bank disputes the gift: we need it for our defence (art. 17.3.e GDPR)."),
    Why.PARCEL: _("It was asked for with the gift; the address goes when the parcel has left."),
    Why.PROOF: _("It proves what was said, and names nobody any more (art. 5.2 GDPR)."),
}


@dataclass(frozen=True)
class Part:
    """`small`: a trace that nobody would ask for by its name; the mail to the donor tells it with the
    others. `fields`: what stands in their place; `covers`: what `act` takes away, or, of what is kept, where
    the person still stands. `year`: of what is kept, the lookup of the year its term begins with."""

    key: str
    title: Promise
    model: type[Model]
    fate: Fate
    rows: Callable[[Person], QuerySet[Any]]
    fields: Mapping[str, Any] = field(default_factory=dict)
    act: Callable[[QuerySet[Any]], int] | None = None
    covers: tuple[str, ...] = ()
    why: str = ""
    year: str = ""
    small: bool = False

    def do(self, person: Person) -> int:
        """How many rows. Within the caller's transaction, with the person held."""
        rows = self.rows(person)
        if self.act:
            return self.act(rows)
        if self.fate == Fate.ERASED:
            _all, by_model = rows.delete()
            return by_model.get(self.model._meta.label, 0)
        return rows.update(**self.fields) if self.fields else rows.count()
