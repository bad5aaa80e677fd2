"""What would become of each line, before anything is entered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _

from donations.history.lines import Line
from donations.models import Donation, Donor, GiftImport, ImportedDonor
from donations.services.receipts import ROME
from donations.words import fold

BAD, BEFORE, LIKELY, SAME, NEW = "bad", "before", "likely", "same", "new"
ALONE, KNOWN = "alone", "known"
VERDICTS = {
    NEW: _("New donor"),
    SAME: _("Another gift of a donor we know"),
    ALONE: _("New donor, without a gift"),
    KNOWN: _("A donor we know, without a gift: nothing changes"),
    LIKELY: _("Probably in the books already"),
    BEFORE: _("Imported before"),
    BAD: _("Cannot be read"),
}
PARTS = 500  # of a list in one query
T = TypeVar("T")


@dataclass(frozen=True)
class Judged:
    line: Line
    verdict: str

    @property
    def label(self) -> Any:
        return VERDICTS[self.verdict]


def judge(lines: Sequence[Line], *, batch: GiftImport | None = None) -> list[Judged]:
    """`batch`: whose own gifts do not count as being in the books already."""
    good = [line for line in lines if not line.problems]
    gifts = [line for line in good if not line.alone]
    before = _tokens(gifts)
    mails = _mails(good)
    kin = {_kin(**row) for row in _without_mail()}
    booked = _booked(gifts, batch)
    found = []
    for line in lines:
        found.append(Judged(line, _verdict(line, before, mails, kin, booked)))
        if line.problems:
            continue
        if line.donor.email:
            mails.add(line.donor.email)
        else:
            kin.add(_kin_of(line))
    return found


def takes(one: Judged, *, likely: bool) -> bool:
    """Whether its gift is entered."""
    return one.verdict in (NEW, SAME) or (likely and one.verdict == LIKELY)


def _verdict(line: Line, before: set[Any], mails: set[str], kin: set[Any], booked: set[Any]) -> str:
    if line.problems:
        return BAD
    known = line.donor.email in mails if line.donor.email else _kin_of(line) in kin
    if line.alone:
        return KNOWN if known else ALONE
    if line.token in before:
        return BEFORE
    if not booked.isdisjoint(_marks(line.day, line.amount, line.donor.email, line.name)):
        return LIKELY
    return SAME if known else NEW


def same_gift(line: Line) -> Donation | None:
    """Of somebody without a mail address: a gift under the same name with the same codice fiscale,
    or from the same house."""
    one = line.donor
    if one.email or not (one.codice_fiscale or one.street):
        return None
    gifts = Donation.objects.filter(
        donor__email=None,
        first_name=one.first_name,
        last_name=one.last_name,
        organisation=one.organisation,
    ).order_by("pk")
    if one.codice_fiscale:
        return gifts.filter(codice_fiscale=one.codice_fiscale).first()
    return gifts.filter(street=one.street, postcode=one.postcode, codice_fiscale="").first()


def same_donor(line: Line) -> Donor | None:
    """Of somebody without a mail address: who came from a file without a gift, told from others as
    by `same_gift`."""
    one = line.donor
    if one.email or not (one.codice_fiscale or one.street):
        return None
    people = ImportedDonor.objects.filter(
        donor__email=None,
        first_name=one.first_name,
        last_name=one.last_name,
        organisation=one.organisation,
        codice_fiscale=one.codice_fiscale,
    ).order_by("pk")
    if not one.codice_fiscale:
        people = people.filter(street=one.street, postcode=one.postcode)
    found = people.select_related("donor").first()
    return found.donor if found else None


def _kin(
    first_name: str,
    last_name: str,
    organisation: str,
    codice_fiscale: str,
    street: str,
    postcode: str,
) -> Any:
    """Something unlike all others for those of whom nobody can say that they are one person."""
    if codice_fiscale:
        return first_name, last_name, organisation, codice_fiscale
    return (first_name, last_name, organisation, "", street, postcode) if street else object()


def _kin_of(line: Line) -> Any:
    one = line.donor
    return _kin(
        one.first_name,
        one.last_name,
        one.organisation,
        one.codice_fiscale,
        one.street,
        one.postcode,
    )


def _without_mail() -> Iterator[dict[str, Any]]:
    names = ("first_name", "last_name", "organisation", "codice_fiscale", "street", "postcode")
    yield from Donation.objects.filter(donor__email=None).order_by().values(*names).iterator()
    yield from ImportedDonor.objects.filter(donor__email=None).values(*names).iterator()


def _tokens(lines: Sequence[Line]) -> set[Any]:
    found: set[Any] = set()
    for part in _parts([line.token for line in lines]):
        gifts = Donation.objects.filter(form_token__in=part).order_by()
        found.update(gifts.values_list("form_token", flat=True))
    return found


def _mails(lines: Sequence[Line]) -> set[str]:
    found: set[str] = set()
    for part in _parts([line.donor.email for line in lines if line.donor.email]):
        donors = Donor.objects.filter(email__in=part)
        found.update(mail for mail in donors.values_list("email", flat=True) if mail)
    return found


def _booked(lines: Sequence[Line], batch: GiftImport | None) -> set[Any]:
    """Day, amount and who, of the gifts in the books with one of these amounts."""
    found: set[Any] = set()
    for part in _parts(sorted({line.amount for line in lines})):
        gifts = Donation.objects.filter(state__in=Donation.RECEIVED, amount__in=part)
        if batch:
            gifts = gifts.exclude(by_hand__batch=batch)
        for gift in gifts.select_related("donor").order_by().iterator(chunk_size=2000):
            assert gift.settled_at
            day = gift.settled_at.astimezone(ROME).date()
            name = gift.donor_name if gift.has_name else ""
            found.update(_marks(day, gift.amount, gift.donor.email or "", name))
    return found


def _marks(day: Any, amount: int, mail: str, name: str) -> Iterable[Any]:
    found = [(day, amount, mail)] if mail else []
    return [*found, (day, amount, "", fold(name))] if name else found


def _parts(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), PARTS):
        yield values[start : start + PARTS]
