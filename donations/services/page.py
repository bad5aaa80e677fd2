"""One page of the books: what one transaction knows before, and what it is going to write. Rows
are gathered and written together, so that fifty gifts cost little more than one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from attribution.models import Credit
from attribution.services import add_credits
from donations.models import (
    Account,
    Acknowledgement,
    CheckoutAttempt,
    Dispute,
    Donation,
    Fund,
    JournalEntry,
)
from donations.services import dating, in_person, premiums, receipts, tributes
from donations.services.merging import persons
from donations.services.together import write_together

STRIPE, FEES = Account.STRIPE, Account.FEES
DISPUTES, SUSPENSE = Account.DISPUTES, Account.SUSPENSE
BANK, CASH = Account.BANK, Account.CASH
GIFTS = "gifts"  # the account of the gift's fund
NOTED = ["state", "session_id", "invoice_id", "url", "payment_intent"]  # of attempts
CHANGED = [
    "amount",
    "refunded_amount",
    "method",
    "method_reference",
    "settled_at",
    "state",
    "receipt_by_year",
]


@dataclass
class Page:
    """What one transaction knows and is going to write: a batch costs few statements."""

    attempts: dict[int, CheckoutAttempt]
    donations: dict[int, Donation]  # locked
    newest: dict[int, int]  # donation → number of its newest attempt
    booked: dict[str, int]  # what stands in the journal: amounts by origin
    disputes: dict[str, Dispute]  # by Stripe's id
    said: set[str]  # keys of the acknowledgements that are there
    accounts: dict[str | int, Account]  # by code, and by fund
    open_from: datetime | None  # where the months begin that are not closed
    roll: receipts.Roll = field(default_factory=receipts.Roll)
    entries: list[JournalEntry] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    duties: list[Acknowledgement] = field(default_factory=list)
    thanks: dict[int, Acknowledgement] = field(default_factory=dict)  # of gifts that settle here
    changed: dict[int, Donation] = field(default_factory=dict)
    read: dict[tuple[type, int], dict[str, Any]] = field(
        default_factory=dict
    )  # as payments found the rows
    persons: dict[int, str] = field(default_factory=dict)  # by donor, for the credits


def open_page(ids: list[int]) -> Page:
    """Locks the gifts of these attempts until the transaction's end."""
    dating.hold()
    attempts = CheckoutAttempt.objects.in_bulk(ids)
    gifts = {attempt.donation_id for attempt in attempts.values()}
    locked = (
        Donation.objects.select_for_update(of=("self",))
        .select_related("fund", "source", "donor")
        .filter(pk__in=gifts)
        .order_by("pk")  # everybody locks in the same order
    )
    donations = {donation.pk: donation for donation in locked}
    attempts = CheckoutAttempt.objects.in_bulk(ids)  # as they are now that we hold the gifts
    every = CheckoutAttempt.objects.filter(donation__in=gifts).values_list("donation", "number")
    newest: dict[int, int] = {}
    for gift, number in every:
        newest[gift] = max(number, newest.get(gift, 0))
    page = _page(donations, attempts, newest)
    page.read = {
        (type(row), row.pk): {name: getattr(row, name) for name in fields}
        for rows, fields in ((attempts, NOTED), (donations, CHANGED))
        for row in rows.values()
    }
    return page


def page_of(donation: Donation) -> Page:
    """Of one gift that the caller holds, and that no payment page has to do with."""
    return _page({donation.pk: donation}, {}, {})


def _page(
    donations: dict[int, Donation], attempts: dict[int, CheckoutAttempt], newest: dict[int, int]
) -> Page:
    dating.hold()
    gifts = donations.keys()
    entries = JournalEntry.objects.filter(donation__in=gifts)
    duties = Acknowledgement.objects.filter(donation__in=gifts)
    return Page(
        attempts=attempts,
        donations=donations,
        newest=newest,
        booked=dict(entries.values_list("origin", "amount")),
        disputes={one.dispute_id: one for one in Dispute.objects.filter(donation__in=gifts)},
        said=set(duties.values_list("key", flat=True)),
        accounts=_accounts({donation.fund for donation in donations.values()}),
        open_from=dating.open_from(),
        # asked for now that we hold the gifts: whoever joins two donors has held them too
        persons=persons(gift.donor_id for gift in donations.values()),
    )


def _accounts(funds: set[Fund]) -> dict[str | int, Account]:
    wanted = Q(code__in=[STRIPE, BANK, CASH, FEES, DISPUTES, SUSPENSE]) | Q(fund__in=funds)
    found = {one.fund_id or one.code: one for one in Account.objects.filter(wanted)}
    for fund in funds:
        if fund.pk not in found:
            found[fund.pk], _made = Account.objects.get_or_create(
                fund=fund,
                defaults={
                    "code": f"gifts-{fund.pk}",
                    "name": f"Erogazioni liberali: {fund.name}"[:120],
                    "kind": Account.Kind.INCOME,
                },
            )
    return found


def write(page: Page) -> None:
    _update(page, page.attempts.values(), NOTED)
    if page.changed:
        _update(page, page.changed.values(), CHANGED)
        premiums.follow(page.changed.values())
    JournalEntry.objects.bulk_create(page.entries)
    in_person.ask_for(page.entries)
    page.duties += tributes.cards(page.entries, page.said)
    page.roll.close()
    Acknowledgement.objects.bulk_create(page.duties)
    if page.credits:
        add_credits(page.credits)


def _update(page: Page, rows: Iterable[Any], fields: Sequence[str]) -> None:
    """Only what is another now."""
    others = [(row, _others(page, row, fields)) for row in rows]
    names = [name for name in fields if any(name in found for _row, found in others)]
    write_together([row for row, found in others if found], names)


def _others(page: Page, row: Any, fields: Sequence[str]) -> set[str]:
    known = page.read.get((type(row), row.pk))
    return {name for name in fields if known is None or known[name] != getattr(row, name)}


def enter(
    page: Page,
    donation: Donation,
    origin: str,
    debit: str,
    credit: str,
    amount: int,
    at: datetime,
) -> JournalEntry:
    entry = JournalEntry(
        debit=page.accounts[donation.fund_id if debit == GIFTS else debit],
        credit=page.accounts[donation.fund_id if credit == GIFTS else credit],
        amount=amount,
        currency=donation.currency,
        origin=origin,
        donation=donation,
        **dating.dated(at, page.open_from),
    )
    page.booked[origin] = amount
    page.entries.append(entry)
    return entry


def add_credit(page: Page, donation: Donation, ref: str, amount: int, at: datetime) -> None:
    if donation.source_id:
        page.credits.append(
            Credit(
                source_id=donation.source_id,
                ref=ref,
                amount=amount,
                currency=donation.currency,
                gift=donation.public_id.hex,
                donor=page.persons[donation.donor_id],
                at=at,
            )
        )


def acknowledge(
    page: Page,
    donation: Donation,
    kind: str,
    *,
    key: str = "",
    entry: JournalEntry | None = None,
    skip: bool = False,
) -> Acknowledgement:
    """One of each; the receipt it brings is put into it by `returns`. `skip`: it belongs to the
    story, but the donor need not hear it any more."""
    key = key or f"{donation.public_id}:{kind}"
    duty = Acknowledgement(
        donation=donation,
        kind=kind,
        key=key,
        entry=entry,
        state=Acknowledgement.State.DUE,
        next_at=timezone.now(),
    )
    if skip:
        keep_quiet(duty)
    if key not in page.said:
        page.said.add(key)
        page.duties.append(duty)
    return duty


def keep_quiet(duty: Acknowledgement) -> None:
    duty.state, duty.next_at = Acknowledgement.State.SKIPPED, None
