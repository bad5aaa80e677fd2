"""What the donor hears of a refund that came back, and what becomes of a mail that cannot be written."""

from typing import Any

import pytest

from donations.models import Acknowledgement, Donation, Receipt
from donations.services import inbox
from donations.services.acknowledging import write_due
from giving_support import begin, process, session_of
from mail.services import send_due
from memory_stripe import MemoryStripe

pytestmark = pytest.mark.django_db


def paid(stripe: MemoryStripe) -> Donation:
    gift = begin().donation
    stripe.pay_by_card(session_of(gift))
    return gift


def heard(stripe: MemoryStripe) -> None:
    for event in stripe.events:
        inbox.store(event)
    process()


def mails_out() -> None:
    write_due()
    send_due()


def test_a_refund_that_comes_back_is_told_with_the_receipt_that_is_valid_now(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    refund = memory_stripe.give_back(session_of(gift), 25_00, status="pending")
    heard(memory_stripe)
    mails_out()
    memory_stripe.finish_refund(session_of(gift), refund, "failed")
    heard(memory_stripe)
    mails_out()
    valid = Receipt.objects.get(state="issued")
    last = mailoutbox[-1]
    assert "25,00" in last.subject and "tornati" in last.subject
    assert valid.label in last.body and valid.label in last.alternatives[0][0]
    assert last.attachments[0][0] == f"ricevuta-{valid.year}-{valid.number:06d}.pdf"
    assert valid.file


def test_heard_of_at_once_the_donor_gets_only_the_end_of_the_story(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)
    mails_out()
    refund = memory_stripe.give_back(session_of(gift), 7_00, status="pending")
    memory_stripe.finish_refund(session_of(gift), refund, "failed")
    heard(memory_stripe)
    mails_out()
    assert list(Acknowledgement.objects.order_by("pk").values_list("kind", "state")) == [
        ("thank_you", "done"),
        ("refund", "skipped"),
        ("refund_returned", "done"),
    ]
    assert len(mailoutbox) == 2
    assert Receipt.objects.get(state="issued").label in mailoutbox[1].body


def test_a_mail_about_a_refund_that_came_back_meanwhile_is_not_written(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    refund = memory_stripe.give_back(session_of(gift), 25_00, status="pending")
    heard(memory_stripe)
    memory_stripe.finish_refund(session_of(gift), refund, "failed")
    heard(memory_stripe)
    mails_out()
    assert Acknowledgement.objects.get(kind="refund").state == "skipped"
    assert "25,00" in mailoutbox[-1].subject and len(mailoutbox) == 2
