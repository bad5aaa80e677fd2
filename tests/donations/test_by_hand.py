"""Cash, cheques, transfers and company matches: into the same books, once, and out again."""

import threading
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from attribution.models import Credit
from attribution.services import source, totals
from donations.models import Account, Acknowledgement, Donation, Donor, JournalEntry, Receipt
from donations.services import Details, by_hand, receipts
from donations.services.acknowledging import write_due
from donations.services.by_hand import (
    CannotEnter,
    CannotReverse,
    HandGift,
    enter_gift,
    moment,
    reverse_gift,
    today,
)
from donations.services.crediting import rebuild_credits
from giving_support import MARIA, begin, fund
from mail.services import send_due
from memory_stripe import MemoryStripe
from treasury_support import by_hand as brought

pytestmark = pytest.mark.django_db
NOBODY = Details(email="", first_name="", last_name="")
FIRM = Details(email="", first_name="", last_name="", organisation="Officine Mallero S.r.l.")


def balance(code: str) -> int:
    return Account.objects.get(code=code).balance()


def mails_out() -> None:
    write_due()
    send_due()


@pytest.mark.parametrize(
    ("method", "place"),
    [
        ("cash", "cash"),
        ("cheque", "bank"),
        ("bank_transfer", "bank"),
        ("company_match", "bank"),
    ],
)
def test_it_stands_in_the_same_books(method: str, place: str) -> None:
    campaign = source(kind="campaign", key="1", label="DonoDay")
    gift = brought(method=method, donor=replace(MARIA, organisation="Ditta"), source=campaign)
    (entry,) = JournalEntry.objects.of(gift)
    assert (entry.debit.code, entry.credit.fund, entry.amount) == (place, gift.fund, 20_00)
    assert entry.origin == f"hand:{gift.public_id}:gift" and not entry.goes_out
    assert balance(place) == 20_00 == -gift.fund.account.balance()
    assert (gift.state, gift.method, gift.net) == ("settled", method, 20_00)
    assert totals(campaign).cents == 20_00 and totals(campaign).donors == 1
    assert rebuild_credits() == (0, 0)
    assert gift.receipts.get().amount == 20_00


def test_sent_twice_it_is_one_gift() -> None:
    token = uuid.uuid4()
    given = HandGift(20_00, "cash", today(), fund(), replace(MARIA, email=""))
    first = enter_gift(form_token=token, given=given, by=None)
    again = enter_gift(form_token=token, given=replace(given, amount=99_00), by=None)
    assert first.made and not again.made and again.donation == first.donation
    assert Donation.objects.get().amount == 20_00
    assert Donor.objects.count() == Receipt.objects.count() == JournalEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_clicks_at_once_make_one_gift_and_no_gap() -> None:
    token, made, faults = uuid.uuid4(), list[bool](), list[BaseException]()
    given = HandGift(20_00, "cash", today(), fund(), replace(MARIA, email=""))

    def click() -> None:
        try:
            made.append(enter_gift(form_token=token, given=given, by=None).made)
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and sorted(made) == [False] * 5 + [True]
    assert Donor.objects.count() == Donation.objects.count() == 1
    assert brought().receipts.get().number == 2


def test_one_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(by_hand, "write", broken)
    with pytest.raises(RuntimeError):
        brought()
    monkeypatch.undo()
    assert not Donation.objects.exists() and not Donor.objects.exists()
    assert brought().receipts.get().number == 1


def test_without_a_mail_each_is_somebody_else_unless_said_otherwise() -> None:
    rosa = Details(email="", first_name="Rosa", last_name="Negri")
    first, second = brought(donor=rosa), brought(donor=rosa)
    assert first.donor != second.donor
    assert brought(donor=rosa, same_as=first).donor == first.donor
    assert brought(donor=replace(rosa, first_name="Bice"), same_as=first).donor != first.donor
    assert not Acknowledgement.objects.exists()


def test_a_known_address_is_the_same_donor(memory_stripe: MemoryStripe) -> None:
    online = begin().donation
    assert brought().donor == online.donor


def test_the_database_knows_no_empty_address_and_no_nameless_transfer() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Donor.objects.create(email="")
    gift = brought(donor=NOBODY, receipt=False)
    assert gift.donor_name == "Senza nome"
    with pytest.raises(IntegrityError), transaction.atomic():
        Donation.objects.filter(pk=gift.pk).update(method="bank_transfer")


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 0},
        {"amount": 1_000_000_01},
        {"method": "card"},
        {"day": today() + timedelta(days=1)},
        {"donor": NOBODY},  # with a receipt
        {"donor": NOBODY, "receipt": False, "method": "cheque"},
        {"method": "company_match"},
    ],
)
def test_what_makes_no_sense_is_not_entered(changes: dict[str, Any]) -> None:
    with pytest.raises(CannotEnter):
        brought(**changes)
    assert not Donation.objects.exists()


def test_a_day_is_its_noon_in_italy() -> None:
    assert moment(date(2026, 7, 1)) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert moment(date(2026, 1, 1)) == datetime(2026, 1, 1, 11, tzinfo=UTC)
    assert moment(today()) <= timezone.now()
    assert moment(today()).astimezone(receipts.ROME).date() == today()
    gift = brought(day=today() - timedelta(days=400))
    receipt = gift.receipts.get()
    assert receipt.year == receipts.Roll().year
    assert receipt.data["given_on"] == (today() - timedelta(days=400)).isoformat()


def test_the_thanks_bring_the_receipt_and_promise_nothing_for_cash(mailoutbox: list[Any]) -> None:
    gift = brought()
    brought(donor=replace(MARIA, email="ugo@example.org"), method="cheque")
    brought(donor=replace(MARIA, email="no@example.org"), thanks=False)
    mails_out()
    cash, cheque = sorted(mailoutbox, key=lambda mail: mail.to[0])
    assert cash.to == ["maria.rossi@example.org"] and cheque.to == ["ugo@example.org"]
    assert gift.receipts.get().label in cash.body and len(cash.attachments) == 1
    for part in (cash.body, cash.alternatives[0][0]):
        assert "dichiarazione dei redditi" not in part
    assert "dichiarazione dei redditi" in cheque.body


def test_an_organisation_is_thanked_by_its_name(mailoutbox: list[Any]) -> None:
    brought(donor=replace(FIRM, email="a@example.org"), method="company_match")
    mails_out()
    assert "Officine Mallero S.r.l." in mailoutbox[0].subject
    receipt = Receipt.objects.get()
    assert receipt.data["donor"] == "Officine Mallero S.r.l." and receipt.data["organisation"]


def test_a_reversal_takes_everything_out_again(mailoutbox: list[Any]) -> None:
    campaign = source(kind="campaign", key="1")
    gift = brought(source=campaign, day=today() - timedelta(days=40))
    mails_out()
    receipt = gift.receipts.get()
    gift = reverse_gift(donation=gift, reason="Scritto 20 invece di 2", by=None)
    first, second = JournalEntry.objects.of(gift)
    assert (second.debit, second.credit, second.amount) == (first.credit, first.debit, 20_00)
    assert second.title == "Storno di un dono registrato a mano" and second.goes_out
    assert second.at > first.at + timedelta(days=39)
    assert balance("cash") == 0 == gift.fund.account.balance()
    gift.refresh_from_db()
    assert (gift.state, gift.net, totals(campaign).cents) == ("reversed", 0, 0)
    assert rebuild_credits() == (0, 0)
    receipt.refresh_from_db()
    assert (receipt.state, receipt.void_reason) == ("void", "reversal")
    mails_out()
    told = mailoutbox[-1]
    assert len(mailoutbox) == 2 and receipt.label in told.subject
    assert (
        "non vale più." in told.body
        and "redditi" not in told.body
        and "20\u00a0€" in told.alternatives[0][0]
    )


def test_a_mistake_that_nobody_saw_is_no_news(mailoutbox: list[Any]) -> None:
    reverse_gift(donation=brought(), reason="Doppione", by=None)
    reverse_gift(donation=brought(receipt=False), reason="Doppione", by=None)
    mails_out()
    assert not mailoutbox
    assert set(Acknowledgement.objects.values_list("state", flat=True)) == {"skipped"}


def test_it_is_reversed_once_and_only_what_came_by_hand(memory_stripe: MemoryStripe) -> None:
    gift = brought()
    reverse_gift(donation=gift, reason="Doppione", by=None)
    with pytest.raises(CannotReverse):
        reverse_gift(donation=gift, reason="Doppione", by=None)
    with pytest.raises(CannotReverse):
        reverse_gift(donation=begin().donation, reason="Doppione", by=None)
    assert JournalEntry.objects.count() == 2


def test_a_gift_of_no_campaign_credits_nobody() -> None:
    brought()
    assert not Credit.objects.exists() and rebuild_credits() == (0, 0)
