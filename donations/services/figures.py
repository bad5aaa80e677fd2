"""What a month of the books holds: what each account was, got, gave and is; gifts by the way they
came; receipts. Plain JSON, so that it can be frozen as it is."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from donations.models import Account, ClosedMonth, JournalEntry, Receipt
from donations.models.papers import receipt_label
from donations.services.receipts import ROME

MIDNIGHT = time()
GIFT = Q(origin__endswith=":gift")


@dataclass(frozen=True)
class Month:
    """A month of the books is one of the calendar in Italy."""

    first_day: date

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        return cls(moment.astimezone(ROME).date().replace(day=1))

    @property
    def next(self) -> "Month":
        day = self.first_day
        return Month(date(day.year + day.month // 12, day.month % 12 + 1, 1))

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.first_day, MIDNIGHT, ROME)

    @property
    def ends(self) -> datetime:
        return self.next.begins

    def rows(self) -> QuerySet[JournalEntry]:
        return JournalEntry.objects.filter(at__gte=self.begins, at__lt=self.ends)


def figures(month: Month) -> dict[str, Any]:
    return {"accounts": _accounts(month), "gifts": _gifts(month), "receipts": _receipts(month)}


def _accounts(month: Month) -> list[dict[str, Any]]:
    """Cents, debits less credits. The months that are closed are not added up again."""
    closed = ClosedMonth.objects.filter(ends_at__lte=month.begins).order_by("-ends_at").first()
    known = {one["code"]: one["closing"] for one in closed.figures["accounts"]} if closed else {}
    # one range, for the index: not an OR of two
    rows = JournalEntry.objects.filter(at__lt=month.ends).order_by()
    rows = rows.filter(at__gte=closed.ends_at) if closed else rows
    debits, credits = _sums(rows, "debit", month), _sums(rows, "credit", month)
    found = []
    for account in Account.objects.all():
        old_debit, debit = debits.get(account.pk, (0, 0))
        old_credit, credit = credits.get(account.pk, (0, 0))
        opening = known.get(account.code, 0) + old_debit - old_credit
        found.append(
            {
                "code": account.code,
                "name": account.name,
                "kind": account.kind,
                "opening": opening,
                "debit": debit,
                "credit": credit,
                "closing": opening + debit - credit,
            }
        )
    return found


def _sums(rows: QuerySet[JournalEntry], side: str, month: Month) -> dict[int, tuple[int, int]]:
    """Before the month and in it."""
    before, within = Q(at__lt=month.begins), Q(at__gte=month.begins)
    old, new = Sum("amount", filter=before), Sum("amount", filter=within)
    summed = rows.values(side).annotate(old=old, new=new)
    return {row[side]: (row["old"] or 0, row["new"] or 0) for row in summed}


def _gifts(month: Month) -> list[dict[str, Any]]:
    """By the way of giving, as the ledger has them; what went back of them beside it, less what came
    back to us: a refund that the bank did not take, a dispute won after all."""
    rows = month.rows().filter(donation__isnull=False).order_by()
    came, went = Q(credit__fund__isnull=False), Q(debit__fund__isnull=False)
    summed = (
        rows.filter(came | went)
        .values("donation__method")
        .annotate(
            number=Count("pk", filter=came & GIFT),
            given=Sum("amount", filter=came & GIFT),
            again=Sum("amount", filter=came & ~GIFT),
            back=Sum("amount", filter=went),
        )
    )
    found = [
        {
            "method": row["donation__method"],
            "number": row["number"],
            "amount": row["given"] or 0,
            "back": (row["back"] or 0) - (row["again"] or 0),
        }
        for row in summed
    ]
    return sorted(found, key=lambda row: -row["amount"])


def _receipts(month: Month) -> list[dict[str, Any]]:
    """Of each body and year: how many, from which number to which, and what the valid ones add up
    to as they stand now."""
    rows = Receipt.objects.filter(issued_at__gte=month.begins, issued_at__lt=month.ends).order_by()
    valid = Q(state=Receipt.State.ISSUED)
    summed = rows.values("issuer", "year").annotate(
        many=Count("pk"),
        first=Min("number"),
        last=Max("number"),
        void=Count("pk", filter=~valid),
        valid=Sum("amount", filter=valid),
    )
    return [
        {
            "number": row["many"],
            "first": receipt_label(row["year"], row["first"]),
            "last": receipt_label(row["year"], row["last"]),
            "void": row["void"],
            "amount": row["valid"] or 0,
        }
        for row in summed
    ]
