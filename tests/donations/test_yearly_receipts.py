"""One receipt a year for recurring donors: no gift on two valid receipts, and none on none."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from area_support import PAGE, entered
from donations.models import (
    Acknowledgement,
    Donation,
    GivingSettings,
    Receipt,
    ReceiptLine,
    ReceiptRun,
    RecurringDonation,
)
from donations.receipts import render_receipt
from donations.services import correcting, inbox, yearly, yearly_receipts
from donations.services.acknowledging import write_due
from donations.services.details import NAMES
from donations.services.receipts import ROME, draw_missing, paper
from giving_support import MARIA, begin, process, promised, session_of
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db
LAST = timezone.now().astimezone(ROME).year - 1


@pytest.fixture(autouse=True)
def by_year(db: None) -> None:
    switch(on=True)


def switch(*, on: bool) -> None:
    row = GivingSettings.load()
    row.receipts_by_year = on
    row.save()


def told(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()
    process()


def year_of(stripe: MemoryStripe, charges: int, *, year: int = LAST) -> RecurringDonation:
    """A promise with so many charges, one a month of last year."""
    promise = promised(stripe)
    for _month in range(charges - 1):
        stripe.renew(str(promise.subscription_id))
    told(stripe)
    for month, gift in enumerate(promise.donations.order_by("pk"), 1):
        day = datetime(year, month, 5, 12, tzinfo=ROME)
        Donation.objects.filter(pk=gift.pk).update(settled_at=day, created_at=day)
    return promise


def issued(year: int = LAST) -> list[Receipt]:
    yearly_receipts.begin(year=year, by=None)
    yearly_receipts.work()
    return list(Receipt.objects.order_by("pk"))


def mails(outbox: list[Any]) -> list[Any]:
    write_due()
    send_due()
    return outbox


def test_charges_wait_and_one_time_gifts_do_not(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    year_of(memory_stripe, 3)
    assert not Receipt.objects.exists() and yearly_receipts.waiting(LAST).count() == 3
    once = begin().donation
    memory_stripe.pay_by_card(session_of(once))
    told(memory_stripe)
    assert Receipt.objects.get().donation == once
    thanks = [one for one in mails(mailoutbox) if "una sola ricevuta" in one.body]
    assert len(thanks) == 3 and not any(one.attachments for one in thanks)


def test_the_year_is_issued_as_one_receipt_that_lists_every_gift(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    year_of(memory_stripe, 12)
    (receipt,) = issued()
    assert (receipt.amount, receipt.covers_year, receipt.number) == (300_00, LAST, 1)
    assert [row["day"][:7] for row in receipt.data["gifts"]] == [
        f"{LAST}-{month:02d}" for month in range(1, 13)
    ]
    assert ReceiptRun.objects.get().finished_at
    assert draw_missing() == 1
    receipt.refresh_from_db()
    assert receipt.sha256 and paper(receipt=receipt).startswith(b"%PDF")
    (mail,) = [one for one in mails(mailoutbox) if receipt.label in one.body]
    assert "12 doni" in mail.body and len(mail.attachments) == 1
    # said again, nothing happens
    assert issued() == [receipt] and Acknowledgement.objects.filter(kind="yearly_receipt").count()


def test_what_went_back_before_is_left_out(memory_stripe: MemoryStripe) -> None:
    promise = year_of(memory_stripe, 3)
    _first, second, third = promise.donations.order_by("pk")
    memory_stripe.give_back(str(second.attempts.get().invoice_id), 25_00)
    memory_stripe.give_back(str(third.attempts.get().invoice_id), 5_00)
    told(memory_stripe)
    assert not Receipt.objects.exists()
    (receipt,) = issued()
    assert [line.amount for line in receipt.lines.all()] == [25_00, 20_00]
    assert receipt.amount == 45_00 and not yearly.differing(LAST).exists()


def test_a_refund_afterwards_voids_it_and_the_rest_is_issued_again(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    promise = year_of(memory_stripe, 3)
    issued()
    mails(mailoutbox)
    _first, second, third = promise.donations.order_by("pk")
    memory_stripe.give_back(str(third.attempts.get().invoice_id), 5_00)
    told(memory_stripe)
    memory_stripe.give_back(str(second.attempts.get().invoice_id), 25_00)
    told(memory_stripe)
    old, middle, new = Receipt.objects.order_by("number")
    assert (old.state, middle.state, new.state) == ("void", "void", "issued")
    assert (new.replaces, middle.replaces) == (middle, old)
    assert (middle.amount, new.amount) == (70_00, 45_00)
    assert second.receipt_lines.filter(valid=True).count() == 0
    assert not yearly.differing(LAST).exists() and not yearly_receipts.waiting().exists()
    said = [one for one in mails(mailoutbox) if new.label in one.body]
    assert len(said) == 1 and old.label in said[0].body  # the one she has; not the one between
    # it comes back: on the same paper again, never on one of its own beside it
    invoice = str(second.attempts.get().invoice_id)
    refund = memory_stripe.sessions[invoice].charge.refunds[0].id  # type: ignore[union-attr]
    memory_stripe.finish_refund(invoice, refund, "failed")
    told(memory_stripe)
    last = Receipt.objects.get(state="issued")
    assert (last.amount, last.replaces) == (70_00, new) and last.lines.count() == 3


def test_switched_in_the_middle_of_the_year_none_is_lost_and_none_doubled(
    memory_stripe: MemoryStripe,
) -> None:
    promise = promised(memory_stripe)
    switch(on=False)
    memory_stripe.renew(str(promise.subscription_id))
    told(memory_stripe)
    switch(on=True)
    memory_stripe.renew(str(promise.subscription_id))
    told(memory_stripe)
    switch(on=False)
    one, two, three = promise.donations.order_by("pk")
    assert Receipt.objects.get().donation == two
    made = yearly_receipts.issue(donor=promise.donor_id, year=LAST + 1)
    assert [line.donation for line in made[0].lines.all()] == [one, three]
    for gift in (one, two, three):
        assert gift.receipt_lines.filter(valid=True).count() == 1


def test_the_database_keeps_a_gift_off_a_second_valid_receipt(memory_stripe: MemoryStripe) -> None:
    promise = year_of(memory_stripe, 2)
    (receipt,) = issued()
    first = promise.donations.order_by("pk")[0]
    other = begin().donation
    memory_stripe.pay_by_card(session_of(other))
    told(memory_stripe)
    second = Receipt.objects.get(donation=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceiptLine.objects.create(receipt=second, donation=first, amount=1_00)
    for change in ({"amount": 1}, {"donation": other}):
        with pytest.raises(DatabaseError), transaction.atomic():
            receipt.lines.filter(donation=first).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        receipt.lines.all().delete()


def test_a_run_that_dies_goes_on_without_a_gap(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("anna", "bea", "carla"):
        promise = promised(memory_stripe, donor=replace(MARIA, email=f"{name}@posta.example"))
        day = datetime(LAST, 3, 5, 12, tzinfo=ROME)
        promise.donations.update(settled_at=day)
    real, calls = yearly_receipts._tell, []

    def dies(receipt: Receipt) -> None:
        calls.append(receipt)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(receipt)

    monkeypatch.setattr(yearly_receipts, "_tell", dies)
    with pytest.raises(KeyboardInterrupt):
        issued()
    assert Receipt.objects.count() == 1 and ReceiptRun.objects.get().finished_at is None
    assert len(issued()) == 3 and ReceiptRun.objects.get().finished_at
    assert list(Receipt.objects.order_by("pk").values_list("number", flat=True)) == [1, 2, 3]
    assert Acknowledgement.objects.filter(kind="yearly_receipt").count() == 3


def test_corrected_it_names_the_right_giver_and_keeps_it(memory_stripe: MemoryStripe) -> None:
    promise = year_of(memory_stripe, 3)
    (old,) = issued()
    first, _second, third = promise.donations.order_by("pk")
    written = {name: getattr(first, name) for name in (*NAMES, "organisation")}
    written["last_name"] = "Bianchi"
    new = correcting.correct(donation=first, written=written, tell=False)
    assert new and new.replaces == old and new.data["donor"] == "Maria Bianchi"
    memory_stripe.give_back(str(third.attempts.get().invoice_id), 5_00)
    told(memory_stripe)
    assert Receipt.objects.get(state="issued").data["donor"] == "Maria Bianchi"


def test_the_yearly_statement_names_it_and_adds_up(memory_stripe: MemoryStripe) -> None:
    promise = year_of(memory_stripe, 2)
    (share,) = yearly.shares(year=LAST, donors=[promise.donor])
    assert (share.receipts, share.without_receipt) == (0, 50_00)
    (receipt,) = issued()
    (share,) = yearly.shares(year=LAST, donors=[promise.donor])
    assert (share.receipts, share.without_receipt) == (50_00, 0)
    assert [yearly._row(gift)["receipt"] for gift in share.gifts] == [receipt.label] * 2


def test_she_asks_for_it_earlier_on_her_page(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    promise = promised(memory_stripe)
    her = entered(promise.donor)
    page = her.get(PAGE).content.decode()
    assert "in attesa della ricevuta" in page and "Chiedi la ricevuta adesso" in page
    for _twice in range(2):
        assert her.post(reverse("area:receipt_now")).status_code == 303
    receipt = Receipt.objects.get()
    assert receipt.covers_year == LAST + 1
    page = her.get(PAGE).content.decode()
    assert receipt.label in page and "Chiedi la ricevuta adesso" not in page
    memory_stripe.renew(str(promise.subscription_id))
    told(memory_stripe)
    assert yearly_receipts.waiting().count() == 1


def test_the_treasury_sees_what_waits_and_issues_it(memory_stripe: MemoryStripe) -> None:
    year_of(memory_stripe, 2)
    treasurer, at = member(roles.TREASURY), reverse("treasury:yearly_receipts")
    page = treasurer.get(at).content.decode()
    assert "50,00" in page and "Maria Rossi" in page
    desk = treasurer.get(reverse("treasury:desk")).content.decode()
    assert at in desk
    assert treasurer.post(at, {"anno": str(LAST + 1)}).status_code == 422
    assert not ReceiptRun.objects.exists()
    assert treasurer.post(at, {"anno": str(LAST)}).status_code == 302
    yearly_receipts.work()
    assert Receipt.objects.get().covers_year == LAST
    page = treasurer.get(at).content.decode()
    assert "Non manca nessuno" in page
    assert "cumulativa" in treasurer.get(reverse("treasury:receipts")).content.decode()
    anyone = member(roles.COORDINATION)
    assert anyone.post(at, {"anno": str(LAST)}).status_code == 302
    assert Client().get(at).status_code == 302


def test_a_disputed_gift_waits_for_the_end(memory_stripe: MemoryStripe) -> None:
    promise = year_of(memory_stripe, 2)
    second = promise.donations.order_by("pk")[1]
    memory_stripe.dispute(str(second.attempts.get().invoice_id), 25_00)
    told(memory_stripe)
    (receipt,) = issued()
    assert receipt.amount == 25_00 and yearly_receipts.waiting(LAST).get() == second
    assert ReceiptRun.objects.get().finished_at and not yearly_receipts.overdue().exists()


def test_as_many_as_it_may_hold_fit_on_one_page(memory_stripe: MemoryStripe) -> None:
    year_of(memory_stripe, 1)
    (receipt,) = issued()
    row = receipt.data["gifts"][0] | {"purpose": "Spesa sospesa per chi ne ha bisogno in valle"}
    gifts = [row] * yearly_receipts.ON_ONE
    body = receipt.data["body"] | {"kind": "odv", "name": "segni positivi"}
    paper = render_receipt(receipt.data | {"gifts": gifts, "replaces": "2026/000001", "body": body})
    (page,) = PdfReader(BytesIO(paper)).pages
    assert page.extract_text().count("in valle") == yearly_receipts.ON_ONE


def test_donors_whose_receipt_fails_do_not_stand_in_the_way_of_the_others(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than one turn takes, and first in every order of the database."""
    for number in range(4):
        promise = promised(memory_stripe, donor=replace(MARIA, email=f"u{number}@example.org"))
        gift = promise.donations.get()
        day = datetime(LAST, 5, 5, 12, tzinfo=ROME)
        Donation.objects.filter(pk=gift.pk).update(settled_at=day, created_at=day)
    monkeypatch.setattr(yearly_receipts, "AT_ONCE", 2)
    donors = sorted(Donation.objects.values_list("donor", flat=True))
    real = yearly_receipts.issue

    def breaks(*, donor: int, year: int) -> list[Receipt]:
        if donor in donors[:3]:
            raise RuntimeError("no")
        return real(donor=donor, year=year)

    monkeypatch.setattr(yearly_receipts, "issue", breaks)
    yearly_receipts.begin(year=LAST, by=None)
    for _tick in range(40):
        if yearly_receipts.work():
            break
    assert Receipt.objects.get().donation.donor_id == donors[3]
