"""A promised transfer: offered where there is an account, told, called to mind once, given up."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

import transfer_support
from attribution.services import source, totals
from brand.models import LegalSettings
from donations.form_tokens import new_token
from donations.models import Acknowledgement, Donation, Donor, JournalEntry, TransferPromise
from donations.references import LETTERS, find_references, new_reference, readable
from donations.services import inbox
from donations.services.acknowledging import write_due
from donations.services.finding import gifts_found
from donations.services.forgetting import forget_unfinished
from donations.services.transfers import remind_and_give_up
from form_support import open_fund, typed
from giving_support import begin, process, session_of
from mail.models import Message
from mail.services import send_due
from memory_stripe import MemoryStripe
from transfer_support import IBAN, SPACED, promised

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> LegalSettings:
    return transfer_support.account()


def days_pass(gift: Donation, days: int) -> None:
    promise, gone = gift.transfer, timedelta(days=days)
    promise.gives_up_at -= gone
    promise.remind_at = promise.remind_at and promise.remind_at - gone
    promise.save()


def mails_out() -> None:
    write_due()
    send_due()


def test_it_is_offered_where_there_is_an_account_and_only_there(client: Client) -> None:
    open_fund()
    assert 'value="bonifico"' not in client.get("/dona/").content.decode()
    answer = client.post("/dona/", typed(modo="bonifico"))
    assert answer.status_code == 422 and "non possiamo ricevere bonifici" in answer.content.decode()
    assert not Donation.objects.exists()


def test_the_form_leads_to_the_details_and_they_leave_by_mail(
    client: Client, account: LegalSettings, mailoutbox: list[Any]
) -> None:
    open_fund()
    page = client.post("/dona/", typed(modo="bonifico"), follow=True)
    text, gift = page.content.decode(), Donation.objects.get()
    reference = gift.transfer.readable
    assert gift.state == "awaiting" and 'data-fase="transfer"' in text and "http-equiv" not in text
    assert re.fullmatch(rf"SEGNO [{LETTERS}]{{4}}-[0-9]{{2}}", reference)
    for said in (SPACED, reference, 'value="50"', "Rete Vera ETS"):
        assert said in text, said
    code = client.get(f"{gift.get_absolute_url()}codice.svg")
    assert code["Content-Type"] == "image/svg+xml" and b"<svg" in code.content
    assert client.get(f"{gift.get_absolute_url()}codice.gif").status_code == 404
    mails_out()
    (mail,) = mailoutbox
    for part in (mail.body, mail.alternatives[0][0]):
        assert SPACED in part and reference in part and "50,00" in part
    assert [(name, kind) for name, _data, kind in mail.attachments] == [
        ("bonifico.png", "image/png")
    ]
    assert not JournalEntry.objects.exists() and not gift.receipts.exists()
    assert list(gifts_found(Donation.objects.all(), reference)) == [gift]


def test_the_code_says_what_the_page_says(account: LegalSettings) -> None:
    from donations import issuer, transfer_code

    seen: dict[str, Any] = {}
    real = transfer_code.make_epc_qr

    def kept(**facts: Any) -> Any:
        seen.update(facts)
        return real(**facts)

    gift = promised(amount=25_50)
    found = issuer.account()
    assert found
    transfer_code.make_epc_qr = kept
    try:
        assert transfer_code.draw(gift, found, "png").startswith(b"\x89PNG")
    finally:
        transfer_code.make_epc_qr = real
    assert (seen["iban"], str(seen["amount"])) == (IBAN, "25.5")
    assert seen["text"] == gift.transfer.readable and seen["name"] == "Rete Vera ETS"


def test_sent_again_it_is_one_promise_and_says_what_has_changed(
    account: LegalSettings, mailoutbox: list[Any]
) -> None:
    token = uuid.uuid4()
    first, again = promised(form_token=token), promised(form_token=token)
    assert first.pk == again.pk and first.transfer.reference == again.transfer.reference
    mails_out()
    changed = promised(form_token=token, amount=40_00)
    assert (changed.pk, changed.amount, changed.state) == (first.pk, 40_00, "awaiting")
    mails_out()
    assert len(mailoutbox) == 2 and "40" in mailoutbox[1].subject
    assert TransferPromise.objects.count() == Donation.objects.count() == 1


def test_it_counts_for_nothing_until_it_is_there(account: LegalSettings) -> None:
    post = source(kind="post", key="1")
    promised(source=post)
    assert totals(post).cents == 0


def test_it_is_called_to_mind_once_and_given_up_in_the_end(
    account: LegalSettings, mailoutbox: list[Any], client: Client
) -> None:
    gift = promised()
    mails_out()
    assert remind_and_give_up() == 0
    days_pass(gift, 8)
    assert (remind_and_give_up(), remind_and_give_up()) == (1, 0)
    mails_out()
    assert len(mailoutbox) == 2 and "non è ancora arrivato" in mailoutbox[1].subject
    assert gift.transfer.readable in mailoutbox[1].body and SPACED in mailoutbox[1].body
    gift = Donation.objects.get()
    days_pass(gift, 60)
    assert (remind_and_give_up(), remind_and_give_up()) == (1, 0)
    mails_out()
    gift.refresh_from_db()
    assert gift.state == "expired" and len(mailoutbox) == 2
    page = client.get(gift.get_absolute_url()).content.decode()
    assert "non l’abbiamo visto" in page and gift.transfer.readable in page
    assert client.get(f"{gift.get_absolute_url()}codice.svg").status_code == 404


def test_nobody_is_reminded_where_the_setting_says_never(account: LegalSettings) -> None:
    account.transfer_reminder, account.transfer_patience = 0, 10
    account.save()
    gift = promised()
    assert gift.transfer.remind_at is None
    days_pass(gift, 9)
    assert remind_and_give_up() == 0
    days_pass(gift, 2)
    assert remind_and_give_up() == 1
    assert not Acknowledgement.objects.filter(kind="transfer_reminder").exists()


def test_a_reminder_overtaken_by_events_is_not_written(
    account: LegalSettings, mailoutbox: list[Any]
) -> None:
    gift = promised()
    Acknowledgement.objects.all().delete()
    days_pass(gift, 8)
    remind_and_give_up()
    Donation.objects.filter(pk=gift.pk).update(state="failed")
    mails_out()
    assert not mailoutbox and Acknowledgement.objects.get().state == "skipped"


def test_a_promise_that_nobody_kept_is_forgotten_long_after_it_was_given_up(
    account: LegalSettings, mailoutbox: list[Any]
) -> None:
    gift = promised()
    mails_out()
    days_pass(gift, 61)
    remind_and_give_up()
    Donation.objects.update(created_at=timezone.now() - timedelta(days=61))
    assert forget_unfinished() == 0
    days_pass(Donation.objects.get(), 35)
    assert forget_unfinished() == 1
    assert not Donation.objects.exists() and not TransferPromise.objects.exists()
    assert not Message.objects.exists() and not Donor.objects.exists()


def test_who_rather_pays_by_card_does_and_the_promise_is_over(
    account: LegalSettings, memory_stripe: MemoryStripe
) -> None:
    token = uuid.uuid4()
    gift = promised(form_token=token)
    begin(form_token=token)
    gift.refresh_from_db()
    assert gift.state == "checkout_open" and gift.transfer.remind_at is None
    days_pass(gift, 8)
    assert remind_and_give_up() == 0
    memory_stripe.pay_by_card(session_of(gift))
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    gift.refresh_from_db()
    assert (gift.state, gift.method) == ("settled", "card")
    assert promised(form_token=token).state == "settled"


def test_a_page_opened_before_cannot_be_paid_beside_the_promise(
    account: LegalSettings, memory_stripe: MemoryStripe
) -> None:
    token = uuid.uuid4()
    by_card = begin(form_token=token).donation
    session = session_of(by_card)
    gift = promised(form_token=token)
    assert (gift.pk, gift.state) == (by_card.pk, "awaiting")
    assert memory_stripe.fetch_session(session).status == "expired"
    assert gift.attempts.get().state == "expired"


def test_whoever_has_paid_by_card_promises_nothing_more(
    account: LegalSettings, memory_stripe: MemoryStripe
) -> None:
    token = uuid.uuid4()
    memory_stripe.pay_by_card(session_of(begin(form_token=token).donation))
    gift = promised(form_token=token)  # before Stripe's event has come
    assert gift.state == "checkout_open" and not TransferPromise.objects.exists()


def test_a_payment_page_that_closes_takes_no_promise_back(
    account: LegalSettings, memory_stripe: MemoryStripe
) -> None:
    token = uuid.uuid4()
    gift = begin(form_token=token).donation
    promised(form_token=token)  # closes it
    assert memory_stripe.fetch_session(session_of(gift)).status == "expired"
    for event in memory_stripe.events:
        inbox.store(event)
    process()
    gift.refresh_from_db()
    assert gift.state == "awaiting"


def test_promises_to_one_address_are_few(client: Client, account: LegalSettings) -> None:
    open_fund()
    answers = [client.post("/dona/", typed(modo="bonifico", token=new_token())) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [303, 303, 303, 429]
    assert "Troppi tentativi" in answers[-1].content.decode()


def test_a_reference_that_is_taken_is_drawn_again(
    account: LegalSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from donations.services import transfers

    drawn = iter(["7K3M92", "7K3M92", "AB2C11"])
    monkeypatch.setattr(transfers, "new_reference", lambda: next(drawn))
    assert promised().transfer.reference == "7K3M92"
    assert promised().transfer.reference == "AB2C11"


def test_an_account_that_is_gone_says_so(client: Client, account: LegalSettings) -> None:
    gift = promised()
    account.iban = ""
    account.save()
    page = client.get(gift.get_absolute_url()).content.decode()
    assert "scrivici prima" in page and SPACED not in page
    assert client.get(f"{gift.get_absolute_url()}codice.svg").status_code == 404


@given(st.sampled_from(["{}", "BONIFICO A VOSTRO FAVORE {} GRAZIE", "x{}y"]), st.booleans())
def test_a_reference_is_found_however_the_bank_breaks_it(frame: str, lower: bool) -> None:
    code = new_reference()
    for text in (readable(code), f"SEGNO{code}", f"SEGNO {code[:2]} {code[2:]}", f"segno\n{code}"):
        written = frame.format(text.lower() if lower else text)
        assert code in find_references(written), written
    assert find_references(f"causale {code[:4]}-{code[4:]}, grazie") == [code]


@given(st.integers(0, 5), st.sampled_from(LETTERS))
def test_a_slip_of_the_finger_is_no_other_promise(place: int, other: str) -> None:
    code = new_reference()
    wrong = code[:place] + other + code[place + 1 :]
    if wrong != code and other.isdigit() == code[place].isdigit():  # else 1 in 97 is not seen
        assert find_references(f"SEGNO {wrong}") == []
