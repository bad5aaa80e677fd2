"""The staff of the treasury, and gifts in every state with their papers and mails."""

import hashlib
import uuid
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfWriter

from donations.models import (
    Donation,
    FraudWarning,
    GiftImport,
    Payout,
    Receipt,
    RecurringDonation,
    RefundRequest,
    Statement,
    StatementRun,
    StripeEvent,
)
from donations.services import alerting, importing, inbox
from donations.services.acknowledging import write_due
from donations.services.by_hand import HandGift, enter_gift, today
from donations.services.giving_back import give_back
from giving_support import MARIA, begin, fund, process, session_of
from mail.models import Message
from memory_stripe import MemoryStripe
from people.models import User


def member(*roles: str, **fields: Any) -> Client:
    """A client of somebody with these roles, logged in."""
    user = User.objects.create_user(username=f"u{User.objects.count()}", **fields)
    user.groups.set(Group.objects.filter(name__in=roles))
    assert user.groups.count() == len(roles)
    client = Client()
    client.force_login(user)
    return client


@dataclass(frozen=True)
class Cast:
    settled: Donation
    processing: Donation
    refunded: Donation
    mail: Message
    receipt: Receipt


def gifts(stripe: MemoryStripe) -> Cast:
    """One received, one in progress, one given back after its papers were sent."""
    settled = begin(amount=50_00).donation
    elsa = replace(MARIA, email="elsa@posta.example", first_name="Elsa", last_name="Esempio")
    refunded = begin(amount=30_00, donor=elsa).donation
    processing = begin(donor=replace(MARIA, first_name="Bruno", codice_fiscale="")).donation
    for gift in (settled, refunded):
        stripe.pay_by_card(session_of(gift))
    stripe.promise_debit(session_of(processing))
    tell(stripe)
    stripe.give_back(session_of(refunded), 30_00)
    tell(stripe)
    for gift in (settled, processing, refunded):
        gift.refresh_from_db()
    mail = Message.objects.get(kind="thank_you", acknowledgement__donation=settled)
    return Cast(settled, processing, refunded, mail, settled.receipts.get())


def tell(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()
    write_due()


def by_hand(**changes: Any) -> Donation:
    """Cash that Maria brought today."""
    given: dict[str, Any] = {
        "amount": 20_00,
        "method": "cash",
        "day": today(),
        "fund": fund(),
        "donor": MARIA,
    }
    return enter_gift(form_token=uuid.uuid4(), given=HandGift(**given | changes), by=None).donation


def given_back() -> RefundRequest:
    """A part of a gift in cash, out of the cash box."""
    return give_back(
        key=str(uuid.uuid4()),
        donation=by_hand(),
        amount=5_00,
        day=today(),
        way="cash",
        reason="requested_by_customer",
        by=None,
    )


def lost_event(**fields: Any) -> StripeEvent:
    now = timezone.now()
    values = {"event_id": "evt_lost", "type": "charge.refunded", "object_id": "ch_9"} | fields
    return StripeEvent.objects.create(payload=b"{}", happened_at=now, received_at=now, **values)


def statement_of(gift: Donation) -> Statement:
    """Of its year, as if it had been sent; its paper says only that it is one."""
    run, made = StatementRun.objects.get_or_create(year=today().year, version=1)
    if not made:
        return Statement.objects.get()
    row = Statement.objects.create(
        run=run, donor=gift.donor, name="x", amount=1, gifts=1, data={}, language="it", state="kept"
    )
    paper = blank_paper()
    row.file.save("x.pdf", ContentFile(paper), save=False)
    row.sha256 = hashlib.sha256(paper).hexdigest()
    row.save()
    shown = {"people": 1, "samples": 1, "samples_seen": 1, "released_at": timezone.now()}
    StatementRun.objects.update(state="sent", **shown)
    return row


def blank_paper(pages: int = 1) -> bytes:
    book, written = PdfWriter(), BytesIO()
    for _page in range(pages):
        book.add_blank_page(width=595, height=842)
    book.write(written)
    return written.getvalue()


def past_gifts() -> GiftImport:
    """A file that waits to be looked at."""
    try:
        return importing.load(name="x.csv", data=b"Data;Importo\n01/02/2024;10\n", by=None)
    except importing.SameFile as same:
        return same.batch


def promised(gift: Donation) -> RecurringDonation:
    """To give as much each month."""
    made, _new = RecurringDonation.objects.get_or_create(
        donor=gift.donor,
        defaults={
            "fund": gift.fund,
            "amount": 25_00,
            "interval": "month",
            "state": "active",
            "subscription_id": "sub_hers",
        },
    )
    Donation.objects.filter(pk=gift.pk).update(promise=made)
    return made


def paid_out() -> Payout:
    made, _new = Payout.objects.get_or_create(
        payout_id="po_bench",
        defaults={
            "amount": 1_00,
            "status": "paid",
            "created_at": timezone.now(),
            "arrives_on": today(),
        },
    )
    return made


def asked_back(gift: Donation) -> RefundRequest:
    """A cent of it; the rest can still be asked for."""
    row, _made = RefundRequest.objects.get_or_create(
        key=f"asked-{gift.pk}",
        defaults={"donation": gift, "amount": 1, "reason": "duplicate", "next_at": timezone.now()},
    )
    return row


def suspected(gift: Donation) -> FraudWarning:
    now = timezone.now()
    row, _made = FraudWarning.objects.get_or_create(
        warning_id=f"issfr_{gift.pk}",
        defaults={
            "donation": gift,
            "fraud_type": "misc",
            "actionable": True,
            "opened_at": now,
            "act_by": now + alerting.TIME_TO_ACT,
        },
    )
    return row
