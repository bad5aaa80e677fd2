"""What the donor hears of a refund that came back and of what her bank took, and what becomes of a
mail that cannot be written."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from brand.models import BrandSettings
from donations.models import Acknowledgement, Donation, Receipt
from donations.services import inbox, receipts
from donations.services.acknowledging import write_due
from giving_support import begin, process, session_of
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member

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
        ("refund_returned", "skipped"),
    ]
    assert len(mailoutbox) == 1 and Receipt.objects.get().state == "issued"  # nothing has changed


def test_a_mail_about_a_refund_that_came_back_meanwhile_is_not_written(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)
    mails_out()
    refund = memory_stripe.give_back(session_of(gift), 25_00, status="pending")
    heard(memory_stripe)
    memory_stripe.finish_refund(session_of(gift), refund, "failed")
    heard(memory_stripe)
    mails_out()
    assert Acknowledgement.objects.get(kind="refund").state == "skipped"
    assert "25,00" in mailoutbox[-1].subject and len(mailoutbox) == 2


def test_a_receipt_that_was_void_before_any_mail_brought_it_is_kept_on_paper_too(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)
    memory_stripe.give_back(session_of(gift), 25_00)
    heard(memory_stripe)
    mails_out()  # the thanks are skipped, and nothing asked for the paper
    receipt = gift.receipts.get()
    assert receipt.state == "void" and not receipt.file
    assert (receipts.draw_missing(), receipts.draw_missing()) == (1, 0)
    treasurer = member(roles.TREASURY)
    kept = treasurer.get(reverse("treasury:receipt", args=[receipt.pk]))
    assert receipt.label in PdfReader(BytesIO(kept.content)).pages[0].extract_text()
    again = treasurer.get(reverse("treasury:reprint", args=[receipt.pk]))
    assert "ANNULLATA" in PdfReader(BytesIO(again.content)).pages[0].extract_text()


def test_a_receipt_that_cannot_be_drawn_stops_no_other(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    gifts = [paid(memory_stripe), paid(memory_stripe)]
    heard(memory_stripe)
    bad = gifts[0].receipts.get().label
    draw = receipts.render_receipt

    def breaks(data: dict[str, Any]) -> bytes:
        if data["number"] == bad:
            raise OSError("no room on the disk")
        return draw(data)

    monkeypatch.setattr(receipts, "render_receipt", breaks)
    assert receipts.draw_missing() == 1
    monkeypatch.undo()
    assert receipts.draw_missing() == 1
    assert not Receipt.objects.filter(file="").exists()


def test_a_lost_dispute_is_told_once_with_the_receipt_that_is_void(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)
    mails_out()
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    memory_stripe.decide_dispute(session_of(gift), dispute, "lost")
    for _time in range(2):
        heard(memory_stripe)
        mails_out()
    _thanks, mail = mailoutbox
    assert "banca ha ripreso 25,00" in mail.subject and not mail.attachments
    for part in (mail.body, mail.alternatives[0][0]):
        assert f"{gift.receipts.get().label} non vale più" in part
        assert "25,00" in part and "per sbaglio" in part


def test_lost_in_part_the_donor_gets_the_receipt_for_what_stays(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)
    mails_out()
    dispute = memory_stripe.dispute(session_of(gift), 5_00)
    memory_stripe.decide_dispute(session_of(gift), dispute, "lost")
    heard(memory_stripe)
    mails_out()
    void, valid = gift.receipts.order_by("number")
    mail = mailoutbox[-1]
    assert void.label in mail.body and valid.label in mail.body and "20,00" in mail.body
    assert mail.attachments[0][0] == f"ricevuta-{valid.year}-{valid.number:06d}.pdf"
    assert valid.file


def card_given_back(stripe: MemoryStripe) -> Donation:
    gift = paid(stripe)
    stripe.give_back(session_of(gift), 25_00)
    return gift


def debit_charged_back(stripe: MemoryStripe) -> Donation:
    gift = begin().donation
    stripe.promise_debit(session_of(gift))
    stripe.collect_debit(session_of(gift))
    stripe.dispute(session_of(gift), 25_00, status="lost")
    return gift


@pytest.mark.parametrize(
    ("story", "subject"),
    [
        (card_given_back, "Ti abbiamo restituito 25,00"),
        (debit_charged_back, "banca ha ripreso 25,00"),
    ],
)
def test_come_and_gone_before_we_heard_of_it_is_one_mail_and_no_receipt(
    memory_stripe: MemoryStripe,
    mailoutbox: list[Any],
    story: Callable[[MemoryStripe], Donation],
    subject: str,
) -> None:
    gift = story(memory_stripe)
    heard(memory_stripe)
    mails_out()
    (mail,) = mailoutbox
    assert subject in mail.subject and not mail.attachments
    assert "icevuta" not in mail.body and "icevuta" not in mail.alternatives[0][0]
    assert not gift.receipts.exists()
    assert gift.acknowledgements.get(kind="thank_you").state == "skipped"


def test_given_back_before_the_thanks_were_written_is_one_mail(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    """The receipt has its number, and nobody was ever sent it."""
    gift = paid(memory_stripe)
    heard(memory_stripe)
    memory_stripe.give_back(session_of(gift), 25_00)
    heard(memory_stripe)
    mails_out()
    (mail,) = mailoutbox
    assert "restituito" in mail.subject and "icevuta" not in mail.body
    assert gift.receipts.get().state == "void"


@pytest.mark.parametrize("at_once", [True, False])
def test_given_back_in_part_before_the_thanks_is_one_mail_with_the_receipt(
    memory_stripe: MemoryStripe, mailoutbox: list[Any], at_once: bool
) -> None:
    gift = paid(memory_stripe)
    if not at_once:
        heard(memory_stripe)
    memory_stripe.give_back(session_of(gift), 7_00)
    heard(memory_stripe)
    mails_out()
    (mail,) = mailoutbox
    valid = gift.receipts.get(state="issued")
    assert "7,00" in mail.subject and "restano con noi 18,00" in mail.body
    assert "non vale" not in mail.body and valid.label in mail.body
    assert mail.attachments[0][0] == f"ricevuta-{valid.year}-{valid.number:06d}.pdf"
    assert gift.receipts.count() == (1 if at_once else 2)


def test_lost_and_won_again_before_we_heard_of_it_is_told_to_nobody(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)
    mails_out()
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    for status in ("lost", "appeal_under_review", "won"):
        memory_stripe.decide_dispute(session_of(gift), dispute, status)
    heard(memory_stripe)
    mails_out()
    assert len(mailoutbox) == 1 and gift.receipts.get().state == "issued"
    assert set(gift.acknowledgements.values_list("kind", "state")) == {
        ("thank_you", "done"),
        ("dispute_lost", "skipped"),
        ("dispute_won", "skipped"),
    }


def test_won_in_the_appeal_the_donor_gets_the_receipt_that_is_valid_now(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = paid(memory_stripe)
    dispute = memory_stripe.dispute(session_of(gift), 25_00)
    for status in ("lost", "appeal_under_review", "won"):
        memory_stripe.decide_dispute(session_of(gift), dispute, status)
        heard(memory_stripe)
    mails_out()
    valid = Receipt.objects.get(state="issued")
    assert Acknowledgement.objects.get(kind="dispute_lost").state == "skipped"
    mail = mailoutbox[-1]
    assert "25,00" in mail.subject and "tornati" in mail.subject
    assert valid.label in mail.body and valid.label in mail.alternatives[0][0]
    assert mail.attachments[0][0] == f"ricevuta-{valid.year}-{valid.number:06d}.pdf"


def test_a_mail_that_cannot_be_written_stands_on_the_desk_until_it_is(
    memory_stripe: MemoryStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = paid(memory_stripe)
    heard(memory_stripe)

    def broken(_data: object) -> bytes:
        raise OSError("no space left for maria.rossi@example.org")

    treasurer = member(roles.TREASURY)
    desk = reverse("treasury:desk")
    with monkeypatch.context() as patch:
        patch.setattr("donations.services.receipts.render_receipt", broken)
        for _attempt in range(5):
            Acknowledgement.objects.update(next_at=timezone.now())
            assert "Non c’è niente da decidere" in treasurer.get(desk).content.decode()
            write_due()
    page = treasurer.get(desk).content.decode()
    assert "Non si riesce a scrivere una mail" in page and str(gift.public_id) in page
    assert "m•••@example.org" in page and "maria.rossi@" not in page
    duty = Acknowledgement.objects.get()
    treasurer.post(reverse("treasury:write_again", args=[duty.pk]))
    write_due()
    assert "Non c’è niente da decidere" in treasurer.get(desk).content.decode()
    duty.refresh_from_db()
    assert duty.state == "done"


@pytest.mark.parametrize("contact", ["ciao@rete.example", ""])
def test_a_donor_who_answers_reaches_the_network(
    contact: str, memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    brand = BrandSettings.load()
    brand.email = contact
    brand.save()
    paid(memory_stripe)
    heard(memory_stripe)
    mails_out()
    assert mailoutbox[0].reply_to == ([contact] if contact else [])


def test_an_english_donor_reads_sums_and_dates_in_english_and_her_receipt_in_italian(
    memory_stripe: MemoryStripe, mailoutbox: list[Any]
) -> None:
    gift = begin(language="en", amount=1_025_00).donation
    memory_stripe.pay_by_card(session_of(gift))
    heard(memory_stripe)
    mails_out()
    memory_stripe.give_back(session_of(gift), 25_50)
    heard(memory_stripe)
    mails_out()
    thanks, refund = mailoutbox
    day = f"{timezone.localtime(gift.created_at):%-d %B %Y}"
    for mail in mailoutbox:
        for part in (mail.body, mail.alternatives[0][0]):
            assert day in part and "\u00a0€" not in part
    assert "Your plus sign is here: €1,025." in thanks.body and "€1,025.00" in thanks.body
    assert refund.subject == "We have given €25.50 back to you" and "€999.50" in refund.body
    paper = PdfReader(BytesIO(thanks.attachments[0][1])).pages[0].extract_text()
    assert "1.025,00" in paper and "Ricevuta" in paper
