"""A year of gifts as it stands in the books: whose they are, what stayed of them, and whether
receipts and ledger say the same, gift by gift, to the cent.

A gift belongs to the year in which its money was there, in Europe/Rome. What went back later is
taken off it, as its receipt does; what went back this year of gifts of years before stands apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from donations.models import Donation, Donor, DonorDetails, JournalEntry, ReceiptLine
from donations.receipts.wording import country
from donations.services.details import NAMES
from donations.services.receipts import ROME

STANDS = tuple(one for one in Donation.RECEIVED if one != Donation.State.REVERSED)


@dataclass(frozen=True)
class Share:
    """What one name gave from one donor's addresses, the oldest gift first."""

    donor: Donor
    organisation: str
    gifts: Sequence[Donation]

    @property
    def amount(self) -> int:
        return sum(gift.net for gift in self.gifts)

    @property
    def known(self) -> bool:
        return any(gift.has_name for gift in self.gifts)

    @property
    def receipts(self) -> int:
        return sum(line.amount for gift in self.gifts for line in _valid(gift))

    @property
    def without_receipt(self) -> int:
        """Of gifts that never had one: cash without it, what was imported, and what waits for the
        cumulative receipt of the year."""
        return sum(gift.net for gift in self.gifts if not gift.receipt_lines.all())


def bounds(year: int) -> tuple[datetime, datetime]:
    return datetime(year, 1, 1, tzinfo=ROME), datetime(year + 1, 1, 1, tzinfo=ROME)


def gifts_of(year: int) -> QuerySet[Donation]:
    """What was entered by mistake and reversed was never given."""
    begin, end = bounds(year)
    return Donation.objects.filter(
        state__in=STANDS, settled_at__gte=begin, settled_at__lt=end
    ).order_by("settled_at", "pk")


def ledger_of(year: int) -> int:
    """Cents that the year's gifts left in their funds."""
    gifts = gifts_of(year).order_by().values("pk")
    entries = JournalEntry.objects.filter(donation__in=gifts)
    came = entries.filter(credit__fund__isnull=False).aggregate(sum=Sum("amount"))["sum"] or 0
    went = entries.filter(debit__fund__isnull=False).aggregate(sum=Sum("amount"))["sum"] or 0
    return int(came - went)


def differing(year: int) -> QuerySet[Donation]:
    """Gifts that the ledger, or a receipt, tells differently: `booked` and `receipted` are cents.
    A gift without any receipt has none to differ from."""
    entries = JournalEntry.objects.filter(donation=OuterRef("pk")).order_by()
    papers = ReceiptLine.objects.filter(donation=OuterRef("pk")).order_by()
    valid = papers.filter(valid=True)
    gifts = gifts_of(year).annotate(
        stays=F("amount") - F("refunded_amount"),
        booked=_sum(entries.filter(credit__fund__isnull=False))
        - _sum(entries.filter(debit__fund__isnull=False)),
        receipted=_sum(valid),
    )
    return gifts.filter(~Q(booked=F("stays")) | (Exists(papers) & ~Q(receipted=F("stays"))))


def _sum(rows: QuerySet[Any]) -> Coalesce:
    sums = rows.values("donation").annotate(sum=Sum("amount")).values("sum")
    return Coalesce(Subquery(sums), 0)


def shares(*, year: int, donors: Sequence[Donor]) -> list[Share]:
    """Of these donors (who are kept, see `merging`), all their addresses together. A gift without a
    name counts with those of its donor that have one."""
    theirs = gifts_of(year).filter(donor__in=Donor.objects.of(*donors))
    theirs = theirs.select_related("fund", "donor").prefetch_related(
        Prefetch("receipt_lines", queryset=ReceiptLine.objects.select_related("receipt"))
    )
    by_name: dict[tuple[int, str], list[Donation]] = defaultdict(list)
    for gift in theirs:
        by_name[gift.donor.kept_id or gift.donor_id, gift.organisation].append(gift)
    known = {donor.pk: donor for donor in donors}
    return [Share(known[pk], name, gifts) for (pk, name), gifts in sorted(by_name.items())]


def amount_now(*, year: int, donor: Donor, organisation: str) -> int:
    theirs = gifts_of(year).filter(donor__in=Donor.objects.of(donor))
    sums = theirs.filter(organisation=organisation).aggregate(
        cents=Sum(F("amount") - F("refunded_amount"))
    )
    return int(sums["cents"] or 0)


def details_of(donors: Iterable[Donor]) -> dict[int, DonorDetails]:
    """What they wrote on their own pages."""
    return {row.donor_id: row for row in DonorDetails.objects.filter(donor__in=list(donors))}


def gone_back(*, year: int, donors: Sequence[Donor]) -> dict[tuple[int, str], list[dict]]:
    """What went back in the year of gifts of years before, by donor and organisation."""
    begin, end = bounds(year)
    entries = JournalEntry.objects.filter(
        donation__donor__in=Donor.objects.of(*donors),
        at__gte=begin,
        at__lt=end,
        donation__settled_at__lt=begin,
        donation__state__in=STANDS,
        debit__fund__isnull=False,
    )
    found: dict[tuple[int, str], list[dict]] = defaultdict(list)
    for entry in entries.select_related("donation__donor").order_by("at", "pk"):
        gift = entry.donation
        assert gift and gift.settled_at
        found[gift.donor.kept_id or gift.donor_id, gift.organisation].append(
            {
                "day": entry.at.astimezone(ROME).date().isoformat(),
                "amount": entry.amount,
                "year": gift.settled_at.astimezone(ROME).year,
            }
        )
    return found


def snapshot(
    *,
    year: int,
    share: Share,
    details: DonorDetails | None,
    earlier: list[dict],
    body: dict[str, str],
    now: datetime,
) -> dict[str, Any]:
    """What `render_statement` prints: JSON values only. Who it is follows what she wrote last."""
    newest = next(gift for gift in reversed(share.gifts) if gift.has_name)
    hers: Any = newest
    if details and not share.organisation and details.updated_at > newest.created_at:
        hers = details
    who = {name: getattr(hers, name) for name in NAMES}
    name = share.organisation or f"{who['first_name']} {who['last_name']}".strip()
    town = " ".join(filter(None, (who["postcode"], who["city"])))
    province = f"({who['province']})" if who["province"] else ""
    place = " ".join(filter(None, (town, province)))
    codes = [who["codice_fiscale"], *(gift.codice_fiscale for gift in reversed(share.gifts))]
    return {
        "year": year,
        "issued_on": now.astimezone(ROME).date().isoformat(),
        "donor": name,
        "called": share.organisation or who["first_name"],
        "organisation": bool(share.organisation),
        "address": ", ".join(filter(None, (who["street"], place, country(who["country"])))),
        "fiscal_code": next(filter(None, codes), ""),
        "rows": [_row(gift) for gift in share.gifts],
        "amount": share.amount,
        "traceable": sum(gift.net for gift in share.gifts if gift.traceable),
        "earlier": earlier,
        "sandbox": settings.SANDBOX,
        "body": body,
    }


def _row(gift: Donation) -> dict[str, Any]:
    assert gift.settled_at
    return {
        "day": gift.settled_at.astimezone(ROME).date().isoformat(),
        "amount": gift.amount,
        "back": gift.refunded_amount,
        "method": gift.method,
        "purpose": gift.fund.name,
        "receipt": next((line.receipt.label for line in _valid(gift)), ""),
    }


def _valid(gift: Donation) -> list[ReceiptLine]:
    return [one for one in gift.receipt_lines.all() if one.valid]
