"""Numbered receipts: number and data are frozen with the books, the PDF is drawn from them once.

A refund voids the receipt. When only a part went back, a new receipt for what stays takes its
place and names it (`replaces`), so that the valid receipts add up to the ledger, to the cent.
"""

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from donations import issuer
from donations.models import Donation, GivingSettings, Receipt, ReceiptCounter, ReceiptLine
from donations.models.papers import receipt_label
from donations.receipts import render_receipt
from donations.receipts.wording import country

ROME = ZoneInfo("Europe/Rome")
DRAWN_AT_ONCE = 100
PRINTED_OF_HER = ("donor", "organisation", "address", "fiscal_code", "reference")

log = logging.getLogger(__name__)


@dataclass
class Roll:
    """The numbers that one transaction gives out. The counter of body and year is locked at the
    first and written once at the end, so a number is given if and only if its receipt is there.
    `made`: receipts that are written together; see `write`."""

    now: datetime = field(default_factory=lambda: timezone.now())
    body: dict[str, str] = field(default_factory=issuer.body)
    counter: ReceiptCounter | None = None
    made: list[Receipt] = field(default_factory=list)

    @cached_property
    def by_year(self) -> bool:
        """Whether recurring gifts that come in now wait for the receipt of their year."""
        return bool(GivingSettings.load().receipts_by_year)

    @property
    def year(self) -> int:
        return self.now.astimezone(ROME).year

    def hold(self) -> ReceiptCounter:
        if self.counter is None:
            issuer, year = self.body["fiscal_code"], self.year
            ReceiptCounter.objects.get_or_create(issuer=issuer, year=year)
            locked = ReceiptCounter.objects.select_for_update()
            self.counter = locked.get(issuer=issuer, year=year)
        return self.counter

    def next(self) -> int:
        counter = self.hold()
        counter.last += 1
        return counter.last

    def write(self) -> None:
        """Before anybody asks the database for the receipts of these gifts."""
        Receipt.objects.bulk_create(self.made)
        ReceiptLine.objects.bulk_create(
            ReceiptLine(receipt=one, donation=one.donation, amount=one.amount) for one in self.made
        )
        self.made = []

    def close(self) -> None:
        self.write()
        if self.counter:
            self.counter.save(update_fields=["last"])


def issue(
    *,
    roll: Roll,
    donation: Donation,
    amount: int,
    replaces: Receipt | None = None,
) -> Receipt:
    """A receipt with the roll's next number and its data frozen, in the books' transaction. It is in
    the database from `roll.write` on."""
    number = roll.next()
    label = receipt_label(roll.year, number)
    data = snapshot(donation, roll.body, amount, label, roll.now, replaces)
    if replaces and donation.erased:  # the law keeps whom the first was for
        data |= {name: replaces.data.get(name, "") for name in PRINTED_OF_HER}
    receipt = Receipt(
        issuer=roll.body["fiscal_code"],
        year=roll.year,
        number=number,
        donation=donation,
        amount=amount,
        issued_at=roll.now,
        replaces=replaces,
        data=data,
    )
    roll.made.append(receipt)
    if replaces:
        roll.write()
    return receipt


def snapshot(
    donation: Donation,
    body: dict[str, str],
    amount: int,
    label: str,
    now: datetime,
    replaces: Receipt | None = None,
) -> dict:
    """What `render_receipt` prints: JSON values only, dates in Europe/Rome. The day of giving is the
    day the money was there (for a debit, when it was collected)."""
    assert donation.settled_at  # a receipt is issued on settled money only
    town = " ".join(filter(None, (donation.postcode, donation.city)))
    province = f"({donation.province})" if donation.province else ""
    place = " ".join(filter(None, (town, province)))
    return {
        "number": label,
        "replaces": replaces.label if replaces else "",
        "issued_on": now.astimezone(ROME).date().isoformat(),
        "given_on": donation.settled_at.astimezone(ROME).date().isoformat(),
        "amount": amount,
        "donor": donation.donor_name,
        "organisation": bool(donation.organisation),
        "address": ", ".join(filter(None, (donation.street, place, country(donation.country)))),
        "fiscal_code": donation.codice_fiscale,
        "method": donation.method,
        "reference": donation.method_reference,
        "purpose": donation.fund.name,
        "sandbox": settings.SANDBOX,
        "body": body,
    }


def void(*, receipt: Receipt, reason: Receipt.VoidReason, at: datetime) -> None:
    """`at`: when that happened for which it is void; the day of it counts in Europe/Rome."""
    receipt.state = Receipt.State.VOID
    receipt.voided_at = timezone.now()
    receipt.void_reason = reason
    receipt.void_day = at.astimezone(ROME).date()
    receipt.save(update_fields=["state", "voided_at", "void_reason", "void_day"])
    receipt.lines.update(valid=False)


def paper(*, receipt: Receipt) -> bytes:
    """The PDF as it is kept; drawn from the frozen data the first time it is asked for.

    Two who draw it at once draw the same bytes; the first one's file is the one that is kept. Raises
    FileNotFoundError for one that was forgotten after its term.
    """
    if receipt.forgotten_at:
        raise FileNotFoundError(receipt.label)
    if not receipt.file:
        drawn = render_receipt(receipt.data)
        name = receipt.file.storage.save(
            f"receipts/{receipt.year}/{receipt.issuer or 'body'}-{receipt.number:06d}.pdf",
            ContentFile(drawn),
        )
        digest = hashlib.sha256(drawn).hexdigest()
        with transaction.atomic():
            Receipt.objects.filter(pk=receipt.pk, file="").update(file=name, sha256=digest)
        receipt.refresh_from_db(fields=["file", "sha256"])
    with receipt.file.open("rb") as file:
        return bytes(file.read())


def draw_missing() -> int:
    """Every number has its paper, void or not, and whether or not a mail ever asked for it. Returns
    how many it drew.

    One that cannot be drawn stands in nobody's way: the order is another one each time.
    """
    missing = Receipt.objects.filter(file="", forgotten_at=None).order_by("?")[:DRAWN_AT_ONCE]
    return sum(_drawn(receipt) for receipt in missing)


def _drawn(receipt: Receipt) -> bool:
    try:
        paper(receipt=receipt)
    except Exception:  # in the log, and tried again by the next tick
        log.exception("receipt not drawn", extra={"receipt": receipt.pk})
        return False
    return True
