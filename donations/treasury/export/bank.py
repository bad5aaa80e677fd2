"""What Stripe sent to the bank and what the bank says, as spreadsheets; no IBAN stands in them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from donations.models import BankLine, Payout, PayoutLine
from donations.treasury.export.answer import spreadsheet
from donations.treasury.export.cells import Totals, euros

AT_ONCE = 2000  # rows the database hands over at a time
Kind = PayoutLine.Kind
# the columns of the list: what the kinds of lines add up to; "rest" is every other kind
COLUMNS: dict[str, tuple[str, ...]] = {
    "gifts": (Kind.CHARGE,),
    "back": (Kind.REFUND, Kind.REFUND_BACK),
    "disputed": (Kind.DISPUTE, Kind.DISPUTE_BACK),
}
NAMED = tuple(kind for kinds in COLUMNS.values() for kind in kinds)


def payouts(request: HttpRequest, rows: QuerySet[Payout]) -> HttpResponseBase:
    """The last row leaves out those that never stayed in the bank: their money is in a later one."""
    headings = [
        _("In the bank on"),
        _("Number"),
        _("Payout"),
        _("Gifts"),
        _("Fees"),
        _("Refunds"),
        _("Disputes"),
        _("Other"),
        _("Unexplained difference"),
        _("State"),
    ]
    return spreadsheet(request, name="accrediti", headings=headings, rows=_payouts(rows))


def _payouts(rows: QuerySet[Payout]) -> Iterator[list[Any]]:
    states = {value: str(label) for value, label in Payout.Status.choices}
    sums = {name: _cents(Q(lines__kind__in=kinds)) for name, kinds in COLUMNS.items()}
    found = (
        rows.annotate(
            **sums,
            fees=Coalesce(Sum("lines__fee"), 0),
            rest=_cents(~Q(lines__kind__in=NAMED)),
        )
        .order_by("-arrives_on", "-pk")
        .values_list(
            "arrives_on",
            "payout_id",
            "amount",
            "gifts",
            "fees",
            "back",
            "disputed",
            "rest",
            "difference",
            "status",
        )
    )
    totals = [0] * 7
    for day, number, amount, gifts, fees, *others, difference, status in found.iterator(
        chunk_size=AT_ONCE
    ):
        cents = [amount, gifts, -fees, *others, difference]
        if status not in Payout.BACK:
            totals = [total + (one or 0) for total, one in zip(totals, cents, strict=True)]
        yield [
            day,
            number,
            *(None if one is None else euros(one) for one in cents),
            states[status],
        ]
    yield Totals([_("Totals, without those that came back"), None, *map(euros, totals)])


def _cents(which: Q) -> Coalesce:
    return Coalesce(Sum("lines__amount", filter=which), 0)


def bank_lines(request: HttpRequest, lines: QuerySet[BankLine]) -> HttpResponseBase:
    headings = [
        _("Day"),
        _("Name"),
        _("Reference (causale)"),
        _("The bank’s number (CRO, TRN)"),
        _("Amount"),
        _("State"),
        _("What it is"),
    ]
    return spreadsheet(request, name="banca", headings=headings, rows=_lines(lines))


def _lines(lines: QuerySet[BankLine]) -> Iterator[list[Any]]:
    """What a line is: the number of its gift (or of the gift that was given back), the payout, or why
    it was set aside."""
    states = {value: str(label) for value, label in BankLine.State.choices}
    found = (
        lines.select_related(None)
        .order_by("-day", "-pk")
        .values_list(
            "day",
            "name",
            "text",
            "reference",
            "amount",
            "state",
            "donation__public_id",
            "refund__donation__public_id",
            "payout__payout_id",
            "reason",
        )
    )
    total = 0
    for *said, amount, state, gift, given_back, payout, reason in found.iterator(
        chunk_size=AT_ONCE
    ):
        total += amount
        what = gift or given_back or payout or reason
        yield [*said, euros(amount), states[state], str(what) if what else None]
    yield Totals([_("Totals"), None, None, None, euros(total)])
