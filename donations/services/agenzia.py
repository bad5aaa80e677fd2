"""Who would stand in the yearly report to the Agenzia delle Entrate, who would not, and why.

Practice, for an accountant to confirm, as in `receipts.wording`: natural persons, traceable money,
donors who go on giving and gave their data, or others when the payment shows the codice fiscale; the
day of giving counts (when the money was there, in Europe/Rome); what went back is told apart, with
the year of its gift; whoever objects is left out. The official file's layout is not known here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.it import codicefiscale

from donations.models import Donation, DonorDetails, Erasure, JournalEntry, RecurringDonation
from donations.models.person import NOBODY as ERASED
from donations.services.consents import objecting
from donations.services.finding import PERSON
from donations.services.receipts import ROME
from donations.services.yearly import STANDS, bounds, gifts_of

ORGANISATION, CASH, NOBODY = "organisation", "cash", "nobody"
OBJECTION, NO_CODE, OCCASIONAL = "objection", "no_code", "occasional"
ERASURE = "erasure"
REASONS = {
    NO_CODE: _("No codice fiscale"),
    OCCASIONAL: _("Gave once, and not with the codice fiscale"),
    OBJECTION: _("Objects"),
    CASH: _("In cash: not traceable"),
    ORGANISATION: _("Is an organisation"),
    NOBODY: _("Nobody known"),
    ERASURE: _("Erased by law"),
}
DUE = (3, 16)  # month and day of the year after
GIFT = ":gift"  # how the origin of the entry ends that brought the money in


@dataclass
class Line:
    """One person with one codice fiscale, or one reason to be left out. `reason`: "" when she is in;
    `person`: the donor who is kept; `language`: of her last gift."""

    person: int
    name: str
    code: str
    reason: str = ""
    amount: int = 0
    stays: int = 0  # of it, after what went back
    gifts: int = 0
    language: str = "it"
    erased_on: date | None = None

    @property
    def why(self) -> str:
        """In words; of whoever was erased, on which day: nothing else of her is known."""
        if self.erased_on is None:
            return str(REASONS[self.reason])
        day = formats.date_format(self.erased_on, "j/n/Y")
        return gettext("Erased by law on %(day)s") % {"day": day}


@dataclass(frozen=True)
class Back:
    """What went back within the year; `reason`: why the gift itself is in no report, "" when it is."""

    name: str
    code: str
    year: int  # of the gift
    amount: int
    reason: str

    @property
    def why(self) -> str:
        return str(REASONS[self.reason]) if self.reason else ""


@dataclass
class Report:
    year: int
    included: list[Line] = field(default_factory=list)
    left_out: list[Line] = field(default_factory=list)
    refunds: list[Back] = field(default_factory=list)

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.included)

    @property
    def missing(self) -> list[Line]:
        """Whom a codice fiscale would bring in, the largest first; who got everything back has
        nothing to be told of."""
        lines = [line for line in self.left_out if line.reason == NO_CODE and line.stays]
        return sorted(lines, key=lambda line: -line.stays)

    @property
    def reasons(self) -> list[tuple[Any, int, int, int]]:
        """Each with how many people, gifts and cents; erasures day by day."""
        found = []
        order = {reason: at for at, reason in enumerate(REASONS)}
        together: dict[tuple[int, date, str], list[Line]] = defaultdict(list)
        for line in self.left_out:
            key = (order[line.reason], line.erased_on or date.min, line.why)
            together[key].append(line)
        for (_at, _day, why), lines in sorted(together.items(), key=lambda one: one[0]):
            gifts, cents = sum(one.gifts for one in lines), sum(one.amount for one in lines)
            found.append((why, len(lines), gifts, cents))
        return found


def report(year: int) -> Report:
    """As the books stand now."""
    judge, found = _Judge(year), Report(year)
    lines: dict[tuple[int, str, str], Line] = {}
    for gift in _rows(gifts_of(year)):
        reason, code = judge(gift), judge.code(gift)
        key = (gift["person"], "" if reason == NO_CODE else code, reason)
        line = lines.setdefault(key, Line(gift["person"], "", code, reason))
        line.name = _name(gift) or line.name
        line.amount, line.gifts = line.amount + gift["amount"], line.gifts + 1
        line.stays += gift["amount"] - gift["refunded_amount"]
        line.language = gift["language"]
    gone = [line for line in lines.values() if line.reason == ERASURE]
    days = dict(
        Erasure.objects.filter(donor__in=[line.person for line in gone]).values_list("donor", "at")
    )
    for line in gone:
        if at := days.get(line.person):
            line.erased_on = at.astimezone(ROME).date()
    for line in sorted(lines.values(), key=lambda line: (line.name, line.code)):
        (found.left_out if line.reason else found.included).append(line)
    found.refunds = list(_refunds(year, judge))
    return found


def not_due_yet(gifts: QuerySet[Donation], *, today: date) -> list[tuple[int, int, int]]:
    """Of one person's gifts those that may still have to be told of, as year, how many and cents: of
    this year, and of the last one until its report is due. Cash, organisations and whoever objects
    are in no report."""
    first = today.year - (today <= date(today.year, *DUE))
    rows = gifts.filter(state__in=STANDS, settled_at__gte=bounds(first)[0], organisation="")
    rows = rows.exclude(method=Donation.Method.CASH).exclude(last_name__in=["", ERASED])
    found: dict[int, list[int]] = defaultdict(list)
    named = rows.order_by().annotate(person=PERSON).values_list("person", "settled_at", "amount")
    objects = objecting() if named else set()
    for person, at, amount in named:
        if at and person not in objects:
            found[at.astimezone(ROME).year].append(amount)
    return [(year, len(sums), sum(sums)) for year, sums in sorted(found.items())]


class _Judge:
    """What is known of all persons, asked for once."""

    def __init__(self, year: int) -> None:
        begin, end = bounds(year)[0].replace(year=year - 1), bounds(year)[1]
        gifts = Donation.objects.filter(state__in=STANDS, settled_at__gte=begin, settled_at__lt=end)
        persons = gifts.order_by().annotate(person=PERSON).values_list("person", flat=True)
        self.times = Counter(persons.iterator())
        began = RecurringDonation.objects.exclude(state=RecurringDonation.State.STARTED)
        self.promised = set(began.annotate(person=PERSON).values_list("person", flat=True))
        self.objecting = objecting()
        self.codes = _codes()

    def __call__(self, gift: dict[str, Any]) -> str:
        """Why this gift is left out; "" when it is not."""
        own = _personal(gift["codice_fiscale"])
        reasons = (
            (ORGANISATION, bool(gift["organisation"])),
            (CASH, gift["method"] == Donation.Method.CASH),
            (ERASURE, gift["last_name"] == ERASED),
            (NOBODY, not _name(gift)),
            (OBJECTION, gift["person"] in self.objecting),
            (NO_CODE, not self.code(gift)),
            (OCCASIONAL, not own and not self._goes_on(gift["person"])),
        )
        return next((reason for reason, holds in reasons if holds), "")

    def _goes_on(self, person: int) -> bool:
        """Gave at least twice in two years, or promised to give again and again."""
        return self.times[person] >= 2 or person in self.promised

    def code(self, gift: dict[str, Any]) -> str:
        """As written with the gift, else as she gave it another time."""
        if gift["organisation"]:
            return str(gift["codice_fiscale"])
        return _personal(gift["codice_fiscale"]) or self.codes.get(gift["person"], "")


def _personal(code: str) -> str:
    """That of a natural person has sixteen characters."""
    return code if len(code) == 16 and codicefiscale.is_valid(code) else ""


def _codes() -> dict[int, str]:
    """The newest of each person, from her gifts and from her page."""
    found: dict[int, tuple[Any, str]] = {}
    gifts = Donation.objects.exclude(codice_fiscale="").filter(organisation="").order_by()
    written = gifts.annotate(person=PERSON).values_list("person", "created_at", "codice_fiscale")
    pages = DonorDetails.objects.exclude(codice_fiscale="").select_related("donor")
    rows = [*written.iterator()]
    rows += [
        (row.donor.kept_id or row.donor_id, row.updated_at, row.codice_fiscale) for row in pages
    ]
    for person, at, code in rows:
        if _personal(code) and (person not in found or at > found[person][0]):
            found[person] = (at, code)
    return {person: code for person, (_at, code) in found.items()}


def _rows(gifts: QuerySet[Donation]) -> Iterator[dict[str, Any]]:
    names = ("first_name", "last_name", "organisation", "codice_fiscale", "method", "language")
    sums = ("amount", "refunded_amount", "settled_at")
    found = gifts.annotate(person=PERSON).values("pk", "person", *sums, *names)
    return found.iterator(chunk_size=2000)


def _name(gift: dict[str, Any]) -> str:
    """ "" of somebody who was erased, too."""
    if gift["last_name"] == ERASED:
        return ""
    return gift["organisation"] or f"{gift['first_name']} {gift['last_name']}".strip()


def _refunds(year: int, judge: _Judge) -> Iterable[Back]:
    """By gift: what left its fund in the year, less what came back to it."""
    begin, end = bounds(year)
    moved = JournalEntry.objects.filter(
        Q(debit__fund__isnull=False) | (Q(credit__fund__isnull=False) & ~Q(origin__endswith=GIFT)),
        at__gte=begin,
        at__lt=end,
        donation__state__in=STANDS,
    )
    cents: dict[int, int] = defaultdict(int)
    for gift, amount, left in moved.values_list("donation", "amount", "debit__fund").order_by():
        cents[gift] += amount if left else -amount
    gone = {gift: amount for gift, amount in cents.items() if amount > 0}
    for row in _rows(Donation.objects.filter(pk__in=gone).order_by("settled_at", "pk")):
        given = row["settled_at"].astimezone(ROME).year
        yield Back(_name(row), judge.code(row), given, gone[row["pk"]], judge(row))
