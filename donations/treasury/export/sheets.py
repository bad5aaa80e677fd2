"""What each spreadsheet holds. One query brings the rows, in parts; names come from small tables.

Mail addresses stand only where the reader may see donors' data, postal addresses only with the donors
themselves; codici fiscali stand in no spreadsheet of these.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, JSONObject
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from wagtail.admin.auth import permission_denied

from attribution.models import Source
from donations.countries import choices
from donations.models import (
    Account,
    Donation,
    Donor,
    DonorTag,
    Interval,
    JournalEntry,
    Receipt,
    RecurringDonation,
)
from donations.models.papers import receipt_label
from donations.models.person import NOBODY
from donations.services.consents import with_letter
from donations.services.entering import STAYING
from donations.treasury.export.answer import spreadsheet
from donations.treasury.export.cells import Totals, euros

AT_ONCE = 2000  # rows the database hands over at a time
ADDRESS = ("street", "postcode", "city", "province", "country")
BEFORE = datetime(1970, 1, 1, tzinfo=UTC)  # all gifts
Rows = Iterator[list[Any]]


def donations(request: HttpRequest, gifts: QuerySet[Donation]) -> HttpResponseBase:
    headings = [
        _("Started"),
        _("Received"),
        _("First name"),
        _("Last name"),
        _("Organisation"),
        _("Fund"),
        _("Means of payment"),
        _("Reference"),
        _("Came from"),
        _("Campaign"),
        _("State"),
        _("Valid receipt"),
        _("Amount"),
        _("Costs covered by the donor"),
        _("Given back"),
        _("Fees"),
        _("What stays, less fees"),
        _("Mail for the letter of the month"),
        _("Number"),
    ]
    may_write = request.user.has_perm("donations.view_donor")
    rows = _gifts(gifts, may_write=may_write)
    return spreadsheet(request, name="donazioni", headings=headings, rows=rows)


def _gifts(gifts: QuerySet[Donation], *, may_write: bool) -> Rows:
    states = _labels(Donation.State.choices)
    # as many as there are posts and pages, however many gifts they brought
    known = Source.objects.filter(pk__in=gifts.order_by().values("source"))
    sources = {source.pk: source for source in known.select_related("parent__parent")}
    found = (
        with_letter(Donation.objects.filter(pk__in=gifts.order_by().values("pk")))
        .annotate(fees=_fees())
        .annotate(valid=FilteredRelation("receipt_lines", condition=Q(receipt_lines__valid=True)))
        .order_by("-created_at", "-pk")
        .values_list(
            "created_at",
            "settled_at",
            "first_name",
            "last_name",
            "organisation",
            "fund__name",
            "method",
            "method_reference",
            "source",
            "state",
            "valid__receipt__year",
            "valid__receipt__number",
            "amount",
            "covered",
            "refunded_amount",
            "fees",
            "letter",
            "donor__email",
            "public_id",
        )
    )
    for row in found.iterator(chunk_size=AT_ONCE):
        method, reference, source, state, *rest = row[6:]
        year, number, amount, covered, returned, fees, letter, email, public_id = rest
        found_by = sources.get(source)
        settled = row[1]
        yield [
            *row[:6],
            Donation.Method.words(method),
            reference,
            found_by.full_name if found_by else None,
            _campaign(found_by),
            states[state],
            _receipt(year, number),
            euros(amount),
            euros(covered),
            euros(returned),
            euros(fees),
            euros(amount - returned - fees) if settled else None,
            email if letter and may_write else None,
            str(public_id),
        ]


def _fees() -> Coalesce:
    """Cents of a gift's rows on the account of fees. The database is offered the gift alone to find
    them by: with the account beside it, one that has no statistics yet reads all fees for each."""
    account = Account.objects.get(code=Account.FEES)
    fee = Case(When(debit=account, then=F("amount")), When(credit=account, then=-F("amount")))
    rows = JournalEntry.objects.filter(donation=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("donation").annotate(sum=Sum(fee)).values("sum")), 0)


def _campaign(source: Source | None) -> str | None:
    """That at the top of the tree; a page or a partner has none."""
    while source and source.parent:
        source = source.parent
    return source.full_name if source and source.kind == "campaign" else None


def ledger(
    request: HttpRequest, entries: QuerySet[JournalEntry], *, account: Account | None = None
) -> HttpResponseBase:
    """In the order of time, as books are read. Of one account only its own side has a figure, so
    that the two sums of the last row make its balance; of all accounts they are the same."""
    headings = [
        _("When"),
        _("What"),
        _("Debit account"),
        _("Credit account"),
        _("Debit"),
        _("Credit"),
        _("Origin"),
        _("Gift"),
        _("True day, when its month was closed already"),
    ]
    names = request.user.has_perm("donations.view_donation")
    if names:
        headings += [_("First name"), _("Last name"), _("Organisation")]
    rows = _entries(entries, account=account, names=names)
    return spreadsheet(request, name="prima-nota", headings=headings, rows=rows)


def _entries(entries: QuerySet[JournalEntry], *, account: Account | None, names: bool) -> Rows:
    accounts = Account.objects.in_bulk()
    found = (
        entries.select_related(None)
        .annotate(
            gift=F("donation__public_id"),
            first=F("donation__first_name"),
            last=F("donation__last_name"),
            organisation=F("donation__organisation"),
        )
        .order_by("at", "pk")
    )
    debits = credits = 0
    for row in found.iterator(chunk_size=AT_ONCE):
        row.debit, row.credit = accounts[row.debit_id], accounts[row.credit_id]
        debit = row.amount if account in (None, row.debit) else 0
        credit = row.amount if account in (None, row.credit) else 0
        debits, credits = debits + debit, credits + credit
        yield [
            row.at,
            row.title,
            row.debit.name,
            row.credit.name,
            euros(debit) if debit else None,
            euros(credit) if credit else None,
            row.origin,
            str(row.gift) if row.gift else None,
            row.happened_at,
            *([row.first, row.last, row.organisation] if names else []),
        ]
    yield Totals([_("Totals"), None, None, None, euros(debits), euros(credits)])


def receipts(request: HttpRequest, papers: QuerySet[Receipt]) -> HttpResponseBase:
    """The last row adds up those that are valid: they are what the ledger holds as received."""
    headings = [
        _("Number"),
        _("Issued"),
        _("Received"),
        _("Made out to"),
        _("Fund"),
        _("Amount"),
        _("State"),
        _("Why it is void"),
        _("Replaces"),
        _("Replaced by"),
    ]
    return spreadsheet(request, name="ricevute", headings=headings, rows=_papers(papers))


def _papers(papers: QuerySet[Receipt]) -> Rows:
    states = _labels(Receipt.State.choices)
    # as it is printed, but for who was erased
    printed = Case(
        When(donation__last_name=NOBODY, then=Value(NOBODY, output_field=TextField())),
        default=KT("data__donor"),
    )
    found = (
        papers.annotate(printed=printed)
        .order_by("year", "number", "pk")
        .values_list(
            "year",
            "number",
            "issued_at",
            "donation__settled_at",
            "printed",
            "donation__fund__name",
            "amount",
            "state",
            "void_reason",
            "void_day",
            "replaces__year",
            "replaces__number",
            "replaced_by__year",
            "replaced_by__number",
        )
    )
    valid = 0
    for row in found.iterator(chunk_size=AT_ONCE):
        year, number, *whose = row[:6]
        amount, state, reason, day, *others = row[6:]
        valid += amount if state == Receipt.State.ISSUED else 0
        yield [
            receipt_label(year, number),
            *whose,
            euros(amount),
            states[state],
            Receipt(void_reason=reason, void_day=day).void_words if reason else None,
            _receipt(*others[:2]),
            _receipt(*others[2:]),
        ]
    yield Totals([_("Total of the valid ones"), *[None] * 4, euros(valid)])


def donors(
    request: HttpRequest, people: QuerySet[Donor], *, gifts: QuerySet[Donation] | None = None
) -> HttpResponseBase:
    """Each with her name and postal address as she wrote them last, and what of these gifts was
    received from her (of all of them, when none are named)."""
    if not request.user.has_perm("donations.view_donor"):
        refused: HttpResponseBase = permission_denied(request)
        return refused
    headings = [
        _("First name"),
        _("Last name"),
        _("Organisation"),
        _("Mail"),
        _("Telephone"),
        _("Street and number"),
        _("Postcode"),
        _("Town"),
        _("Province"),
        _("Country"),
        _("Gifts received"),
        _("Given, less what went back"),
        _("First gift"),
        _("Last gift"),
        _("Tags"),
        _("Number"),
    ]
    return spreadsheet(request, name="donatori", headings=headings, rows=_people(people, gifts))


def _people(people: QuerySet[Donor], gifts: QuerySet[Donation] | None) -> Rows:
    counted = Q(donations__state__in=Donation.RECEIVED)
    if gifts is not None:
        counted &= Q(donations__in=gifts.order_by().values("pk"))
    written = Donation.objects.filter(donor=OuterRef("pk")).order_by("-created_at", "-pk")
    found = (
        Donor.objects.filter(pk__in=people.order_by().values("pk"))
        .annotate(
            number=Count("donations", filter=counted),
            net=Sum(F("donations__amount") - F("donations__refunded_amount"), filter=counted),
            since=Min("donations__settled_at", filter=counted),
            until=Max("donations__settled_at", filter=counted),
            # of who gave nothing, as a file has it
            first=Coalesce(Subquery(written.values("first_name")[:1]), "imported__first_name"),
            last=Coalesce(Subquery(written.values("last_name")[:1]), "imported__last_name"),
            company=Coalesce(
                Subquery(written.values("organisation")[:1]), "imported__organisation"
            ),
            phone=Coalesce(
                Subquery(written.exclude(phone="").values("phone")[:1]), "imported__phone"
            ),
            place=_place(written),
        )
        .order_by("pk")
        .values_list(
            "first",
            "last",
            "company",
            "email",
            "phone",
            "place",
            "number",
            "net",
            "since",
            "until",
            "public_id",
            "pk",
        )
    )
    tags = _tags()
    countries = dict(choices())
    gifts_made = total = 0
    for *who, place, number, net, since, until, public_id, pk in found.iterator(chunk_size=AT_ONCE):
        gifts_made, total = gifts_made + number, total + (net or 0)
        home = _home(place, countries)
        yield [*who, *home, number, euros(net or 0), since, until, tags.get(pk), str(public_id)]
    yield Totals([_("Totals"), *[None] * 9, gifts_made, euros(total)])


def _place(written: QuerySet[Donation]) -> Coalesce:
    """Her newest gift that has an address and stays, unless she wrote another one on her page since
    (`services.details`); of who wrote none, as a file has it."""
    own = Coalesce(OuterRef("details__updated_at"), Value(BEFORE))
    gifts = written.filter(state__in=STAYING, created_at__gt=own).exclude(street="", city="")
    return Coalesce(
        Subquery(gifts.values(place=_address())[:1]),
        Case(When(details__isnull=False, then=_address("details__"))),
        Case(When(imported__isnull=False, then=_address("imported__"))),
    )


def _address(whose: str = "") -> JSONObject:
    return JSONObject(**{name: f"{whose}{name}" for name in ADDRESS})


def _home(place: dict[str, str] | None, countries: dict[str, str]) -> list[str | None]:
    """A country alone is where the form began, and nobody's address."""
    if not place or not (place["street"] or place["city"]):
        return [None] * len(ADDRESS)
    *lines, country = (place[name] for name in ADDRESS)
    return [*lines, countries.get(country, country)]


def _tags() -> dict[int, str]:
    """By donor, in the order of the alphabet."""
    found: dict[int, list[str]] = {}
    pairs = DonorTag.objects.exclude(donors=None).order_by("name").values_list("donors", "name")
    for donor, name in pairs:
        found.setdefault(donor, []).append(name)
    return {donor: ", ".join(names) for donor, names in found.items()}


def promises(request: HttpRequest, rows: QuerySet[RecurringDonation]) -> HttpResponseBase:
    headings = [
        _("Begun"),
        _("First name"),
        _("Last name"),
        _("Organisation"),
        _("Fund"),
        _("How often"),
        _("State"),
        _("Next charge"),
        _("Ended"),
        _("Amount"),
        _("In a year"),
        _("Number"),
    ]
    return spreadsheet(request, name="ricorrenti", headings=headings, rows=_promises(rows))


def _promises(rows: QuerySet[RecurringDonation]) -> Rows:
    states = _labels(RecurringDonation.State.choices)
    rhythms = _labels(Interval.choices)
    written = Donation.objects.filter(promise=OuterRef("pk")).order_by("-pk")
    found = (
        RecurringDonation.objects.filter(pk__in=rows.order_by().values("pk"))
        .annotate(
            first_name=Subquery(written.values("first_name")[:1]),
            last_name=Subquery(written.values("last_name")[:1]),
            company=Subquery(written.values("organisation")[:1]),
        )
        .order_by("-created_at", "-pk")
        .select_related("fund")
    )
    for row in found.iterator(chunk_size=AT_ONCE):
        live = row.is_live
        yield [
            row.started_at or row.created_at,
            row.first_name,
            row.last_name,
            row.company,
            row.fund.name,
            rhythms[row.interval],
            states[row.state],
            row.first_charge,
            row.ended_at,
            euros(row.amount),
            euros(row.a_year) if live else None,
            str(row.public_id),
        ]


def _labels(choices: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    return {value: str(label) for value, label in choices}


def _receipt(year: int | None, number: int | None) -> str | None:
    return receipt_label(year, number) if year and number else None
