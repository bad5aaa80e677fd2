"""All donors who may be one person twice, in four questions however many there are: rows by person from
the database, compared by `likeness`'s rules and two looser ones. Decided by nobody."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from donations.models import Donation, Donor, ImportedDonor
from donations.services.likeness import REASONS, mailbox
from donations.services.merging import told_apart
from donations.words import figures, fold, words

WROTE = (
    *("organisation", "first_name", "last_name", "codice_fiscale"),
    *("street", "postcode", "city", "phone"),
)


@dataclass(frozen=True)
class Pair:
    """Keys of two persons, the older one first; `reason` of REASONS."""

    one: int
    other: int
    reason: str

    @property
    def words(self) -> str:
        return str(REASONS[self.reason])


class _Said(NamedTuple):
    person: int
    organisation: str
    first_name: str
    last_name: str
    codice_fiscale: str
    street: str
    postcode: str
    city: str
    phone: str

    @property
    def name(self) -> str:
        return self.organisation or f"{self.first_name} {self.last_name}"


def pairs() -> list[Pair]:
    """The surest reason first, each pair once; not those of whom somebody said that they are two."""
    donors = Donor.objects.filter(erased_at=None, kept__erased_at=None).order_by()
    known = list(donors.values_list("pk", Coalesce("kept_id", "pk"), "email"))
    persons = {key: person for key, person, _email in known}
    said = [
        _Said(persons[donor], *wrote)
        for rows in (Donation.objects.order_by(), ImportedDonor.objects.order_by())
        for donor, *wrote in _written(rows)
        if donor in persons
    ]
    named = _alike((one.name, one) for one in said if one.name.strip())
    found: dict[tuple[int, int], str] = {}
    for reason, keyed in (
        ("code", ((one.codice_fiscale.upper(), one.person) for one in said)),
        ("mail", ((mailbox(email), person) for _key, person, email in known if email)),
        ("home", ((_place(one, one.street, one.postcode), one.person) for one in named)),
        ("phone", ((_place(one, figures(one.phone)), one.person) for one in named)),
        ("town", ((_place(one, one.city), one.person) for one in named)),
    ):
        for pair in sorted(_together(keyed)):
            found.setdefault(pair, reason)
    apart = told_apart()
    return [Pair(*pair, reason) for pair, reason in found.items() if frozenset(pair) not in apart]


def _written(rows: QuerySet) -> QuerySet:
    """One row a donor and what she wrote of herself, however many gifts say it. Of one table and in no
    order: the database sorts nothing, and whose person a donor is stands in the donors' own list."""
    return rows.values_list("donor", *WROTE).distinct()


def _alike(named: Iterable[tuple[str, _Said]]) -> list[_Said]:
    """Only where some letters are the same: folding every name of a large list takes long."""
    groups: dict[str, list[_Said]] = defaultdict(list)
    for name, one in named:
        groups["".join(sorted(name.lower() if name.isascii() else fold(name)))].append(one)
    return [one for group in groups.values() if len(group) > 1 for one in group]


def _place(one: _Said, *place: str) -> Hashable:
    """Nothing where it is not written: an unknown home is nobody's."""
    if not all(place):
        return ""
    return tuple(sorted(words(one.name))), tuple(tuple(words(text)) for text in place)


def _together(keyed: Iterable[tuple[Any, int]]) -> Iterator[tuple[int, int]]:
    """Each person of a group with its oldest one."""
    known: dict[Any, int] = {}
    groups: dict[Any, set[int]] = defaultdict(set)  # of most keys there is one person only
    for key, person in keyed:
        if key and (before := known.setdefault(key, person)) != person:
            groups[key] |= {before, person}
    for group in groups.values():
        first, *others = sorted(group)
        yield from ((first, other) for other in others)
