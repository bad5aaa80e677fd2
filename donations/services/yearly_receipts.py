"""One receipt for all that a recurring donor gave in a year, where the treasury wants it so.

A charge is marked when it comes in (`receipt_by_year`): the setting may change in the middle of a
year, and what was promised to whom stays. What waits is read in the books, so a run that died goes
on where it was. Whoever issues holds the gifts first and then the counter of numbers; whoever
changes a cumulative receipt holds the counter too, so that two never change the same one.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from donations.models import (
    Acknowledgement,
    Donation,
    Donor,
    Receipt,
    ReceiptLine,
    ReceiptRun,
)
from donations.models.papers import receipt_label
from donations.models.person import NOBODY
from donations.services.receipts import ROME, Roll, snapshot
from donations.services.yearly import bounds, gifts_of

ON_ONE = 18  # gifts that one page holds; what is more gets a second receipt
AT_ONCE = 500  # donors a tick
GIVER = ("donor", "organisation", "address", "fiscal_code")

log = logging.getLogger(__name__)


class TooEarly(Exception):
    """The year is not over."""


def held_for_the_year(gift: Donation, roll: Roll) -> bool:
    """Of a gift that comes in now."""
    return gift.promise_id is not None and roll.by_year


def waiting(year: int | None = None) -> QuerySet[Donation]:
    """Gifts that stay, at least in part, and are on no receipt yet."""
    gifts = Donation.objects.filter(settled_at__isnull=False) if year is None else gifts_of(year)
    waits = gifts.filter(receipt_by_year=True, receipt_lines=None, refunded_amount__lt=F("amount"))
    return waits.exclude(last_name=NOBODY)  # who was erased gets none


def to_issue(year: int) -> QuerySet[Donation]:
    """What a bank has taken for the time of a dispute waits for its end."""
    return waiting(year).exclude(state=Donation.State.DISPUTED)


def overdue() -> QuerySet[Donation]:
    """Of years that are over."""
    begin, _end = bounds(timezone.now().astimezone(ROME).year)
    return waiting().filter(settled_at__lt=begin).exclude(state=Donation.State.DISPUTED)


def of_donor(donor: Donor) -> QuerySet[Donation]:
    """What she may ask a receipt for now."""
    return waiting().filter(donor=donor).exclude(state=Donation.State.DISPUTED)


def begin(*, year: int, by: Any) -> ReceiptRun:
    """One run of a year at a time: who asks twice is given the same. Raises TooEarly."""
    if year >= timezone.now().astimezone(ROME).year:
        raise TooEarly(year)
    run, _made = ReceiptRun.objects.get_or_create(
        year=year,
        finished_at=None,
        defaults={"gifts": to_issue(year).count(), "started_by": by},
    )
    return run


def work() -> int:
    """Goes on with what was begun; returns how many receipts it issued."""
    return sum(_work(run) for run in ReceiptRun.objects.filter(finished_at=None).order_by("pk"))


def _work(run: ReceiptRun) -> int:
    donors = list(to_issue(run.year).order_by("donor").values_list("donor", flat=True).distinct())
    random.shuffle(donors)  # those that cannot be issued stand in nobody's way for ever
    issued = sum(_tried(donor, run.year) for donor in donors[:AT_ONCE])
    if not to_issue(run.year).exists():
        ReceiptRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=timezone.now())
    return issued


def _tried(donor: int, year: int) -> int:
    try:
        return len(issue(donor=donor, year=year))
    except Exception:  # in the log, and tried again by the next tick; nobody else waits for it
        log.exception("cumulative receipt not issued", extra={"donor": donor})
        return 0


@transaction.atomic
def issue(*, donor: int, year: int) -> list[Receipt]:
    """All that waits of this donor's year; said twice, it issues nothing. Also before the year is
    over, when she asks for it."""
    held = Donation.objects.select_for_update(of=("self",)).filter(
        pk__in=gifts_of(year).filter(donor=donor, receipt_by_year=True).order_by().values("pk")
    )
    list(held.order_by("pk"))
    roll = Roll()
    roll.hold()
    gifts = list(to_issue(year).filter(donor=donor).select_related("fund", "donor"))
    made = []
    for theirs in _by_name(gifts):
        for start in range(0, len(theirs), ON_ONE):
            part = theirs[start : start + ON_ONE]
            amounts = {gift: gift.net for gift in part}
            made.append(_issue(roll, year, amounts))
    roll.close()
    for receipt in made:
        _tell(receipt)
    return made


def ask_early(*, donor: Donor) -> list[Receipt]:
    """She needs it before the year is over: of every year of which something waits."""
    days = of_donor(donor).order_by("settled_at").values_list("settled_at", flat=True)
    years = dict.fromkeys(day.astimezone(ROME).year for day in days if day)
    return [receipt for year in years for receipt in issue(donor=donor.pk, year=year)]


def newest(*, roll: Roll, donation: Donation) -> Receipt | None:
    """The last receipt of the gift; of a cumulative one, what took its place since, be it without
    this gift. The counter is held from then on."""
    roll.write()
    last = donation.receipts.order_by("-pk").first()
    if last is None or not last.covers_year:
        return last
    roll.hold()
    found = donation.receipts.order_by("-pk")[0]
    while after := Receipt.objects.filter(replaces=found).first():
        found = after
    return found


def again(
    *,
    roll: Roll,
    old: Receipt,
    donation: Donation,
    others: bool = True,
    named: Donation | None = None,
) -> Receipt | None:
    """What takes the place of `old`, which is void now: the same gifts, this one as it stands. None
    when nothing of them is left. `others`: it was valid till now, else nothing was left of them;
    `named`: the gift whose giver it names from now on."""
    lines = old.lines.select_related("donation__fund") if others else []
    amounts = {line.donation: line.amount for line in lines if line.donation != donation}
    if donation.net:
        amounts[donation] = donation.net
    if not amounts:
        return None
    assert old.covers_year
    return _issue(roll, old.covers_year, amounts, named=named, replaces=old)


def _by_name(gifts: Sequence[Donation]) -> list[list[Donation]]:
    """A receipt names one giver. A codice fiscale that she wrote later is hers from the beginning."""
    groups: dict[tuple[str, str], list[Donation]] = defaultdict(list)
    for gift in gifts:
        groups[gift.organisation, _code(gift, gifts)].append(gift)
    return list(groups.values())


def _code(gift: Donation, gifts: Iterable[Donation]) -> str:
    same = [one.codice_fiscale for one in gifts if one.organisation == gift.organisation]
    return gift.codice_fiscale or next(filter(None, reversed(same)), "")


def _issue(
    roll: Roll,
    year: int,
    amounts: dict[Donation, int],
    *,
    named: Donation | None = None,
    replaces: Receipt | None = None,
) -> Receipt:
    """It names the giver of the latest gift, or of `named`; what takes another's place, the same."""
    gifts = sorted(amounts, key=lambda gift: (gift.settled_at, gift.pk))
    total, number = sum(amounts.values()), roll.next()
    label = receipt_label(roll.year, number)
    data = snapshot(named or gifts[-1], roll.body, total, label, roll.now, replaces)
    data |= {"year": year, "gifts": [_row(gift, amounts[gift]) for gift in gifts]}
    if replaces and not named:
        data |= {name: replaces.data.get(name, "") for name in GIVER}
    receipt = Receipt.objects.create(
        issuer=roll.body["fiscal_code"],
        year=roll.year,
        number=number,
        donation=gifts[-1],
        covers_year=year,
        amount=total,
        issued_at=roll.now,
        replaces=replaces,
        data=data,
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, donation=gift, amount=amounts[gift]) for gift in gifts
    )
    return receipt


def _row(gift: Donation, amount: int) -> dict[str, Any]:
    assert gift.settled_at
    return {
        "day": gift.settled_at.astimezone(ROME).date().isoformat(),
        "amount": amount,
        "method": gift.method,
        "reference": gift.method_reference,
        "purpose": gift.fund.name,
    }


def _tell(receipt: Receipt) -> None:
    Acknowledgement.objects.create(
        donation=receipt.donation,
        kind="yearly_receipt",
        key=f"receipt:{receipt.pk}:yearly",
        receipt=receipt,
        next_at=timezone.now(),
    )
