"""What a person says of a line: recognised once, undone as a whole, never two ways."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from attribution.services import source, totals
from bank_support import imported, row
from donations.models import Account, BankLine, ClosedMonth, Donation, JournalEntry, Payout, Receipt
from donations.services import by_hand, receipts
from donations.services.acknowledging import write_due
from donations.services.bank_lines import (
    Decided,
    NotThis,
    enter_from_line,
    recognise_known,
    recognise_payout,
    recognise_promise,
    set_aside,
    undo,
)
from donations.services.by_hand import CannotEnter, CannotSettle, HandGift, reverse_gift, today
from donations.services.crediting import rebuild_credits
from donations.services.matching import Degree, likely_givers, payouts, proposals, sure
from donations.services.transfers import remind_and_give_up
from giving_support import MARIA, fund
from mail.services import send_due
from memory_stripe import MemoryStripe
from transfer_support import account, promised
from treasury_support import by_hand as brought
from treasury_support import gifts, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def body() -> None:
    account()


def promise_and_line(amount: str = "25,00", **changes: Any) -> tuple[Donation, BankLine]:
    gift = promised(**changes)
    (line,) = imported(row(amount, f"BONIFICO {gift.transfer.readable}", cro="CRO123456"))
    return gift, line


def test_the_promise_is_settled_in_the_same_books(mailoutbox: list[Any]) -> None:
    campaign = source(kind="campaign", key="1", label="DonoDay")
    gift, line = promise_and_line(source=campaign)
    write_due()
    recognise_promise(line=line, donation=gift, by=None)
    gift.refresh_from_db()
    line.refresh_from_db()
    (booked,) = JournalEntry.objects.of(gift)
    assert (booked.debit.code, booked.credit.fund, booked.amount) == ("bank", gift.fund, 25_00)
    assert booked.origin == f"bank:{line.pk}:gift" and booked.comes_from == "CRO123456"
    assert (gift.state, gift.method, gift.method_reference) == (
        "settled",
        "bank_transfer",
        "CRO123456",
    )
    assert by_hand.day_of(gift) == line.day and (line.state, line.donation) == ("gift", gift)
    assert totals(campaign).cents == 25_00 and rebuild_credits() == (0, 0)
    write_due()
    send_due()
    details, thanks = mailoutbox
    assert "bonifico" in details.subject and gift.receipts.get().label in thanks.body
    assert remind_and_give_up() == 0


def test_what_came_is_what_counts_and_a_late_one_counts_too() -> None:
    gift, line = promise_and_line("30,00")
    Donation.objects.filter(pk=gift.pk).update(state="expired")
    settled = recognise_promise(line=line, donation=gift, by=None)
    assert settled.amount == 30_00 == settled.receipts.get().amount


def test_a_line_and_a_promise_are_each_settled_once(memory_stripe: MemoryStripe) -> None:
    gift, line = promise_and_line()
    (other,) = imported(row(text="un altro"))
    recognise_promise(line=line, donation=gift, by=None)
    with pytest.raises(Decided):
        recognise_promise(line=line, donation=promised(), by=None)
    with pytest.raises(CannotSettle):
        recognise_promise(line=other, donation=gift, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankLine.objects.filter(pk=other.pk).update(donation=gift, state="known")
    assert JournalEntry.objects.count() == Receipt.objects.count() == 1


def test_one_that_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    gift, line = promise_and_line()

    def broken(*args: Any) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(by_hand, "write", broken)
    with pytest.raises(RuntimeError):
        recognise_promise(line=line, donation=gift, by=None)
    monkeypatch.undo()
    line.refresh_from_db()
    gift.refresh_from_db()
    assert (line.state, gift.state) == ("open", "awaiting") and not Receipt.objects.exists()
    assert recognise_promise(line=line, donation=gift, by=None).receipts.get().number == 1


def test_an_undone_recognition_leaves_the_books_even_and_the_line_waiting() -> None:
    campaign = source(kind="campaign", key="1")
    gift, line = promise_and_line(source=campaign)
    recognise_promise(line=line, donation=gift, by=None)
    line.refresh_from_db()
    undo(line=line, reason="Era di un altro", by=None)
    gift.refresh_from_db()
    line.refresh_from_db()
    assert (line.state, line.donation, line.turn, gift.state) == ("open", None, 2, "reversed")
    assert Account.objects.get(code="bank").balance() == 0 == totals(campaign).cents
    assert gift.receipts.get().state == "void" and rebuild_credits() == (0, 0)
    (one,) = proposals([line])[line.pk]
    assert one.donation == gift and one.degree == Degree.LIKELY
    again = recognise_promise(line=line, donation=gift, by=None)
    assert again != gift and again.donor == gift.donor and again.source == campaign
    origins = set(JournalEntry.objects.values_list("origin", flat=True))
    assert origins == {f"bank:{line.pk}:gift", f"bank:{line.pk}:reversal", f"bank:{line.pk}-2:gift"}
    assert totals(campaign).cents == 25_00 and Receipt.objects.filter(state="issued").count() == 1


def test_a_reversal_from_the_gifts_own_page_frees_its_line() -> None:
    gift, line = promise_and_line()
    recognise_promise(line=line, donation=gift, by=None)
    reverse_gift(donation=gift, reason="Doppione", by=None)
    line.refresh_from_db()
    assert (line.state, line.turn) == ("open", 2)
    with pytest.raises(Decided):
        undo(line=line, reason="x", by=None)


def test_a_gift_that_nobody_promised_has_the_banks_amount_and_day() -> None:
    (line,) = imported(row("70,00", "EROGAZIONE LIBERALE"))
    given = HandGift(1_00, "bank_transfer", today(), fund(), MARIA)
    gift = enter_from_line(line=line, form_token=uuid.uuid4(), given=given, by=None)
    assert gift.amount == 70_00 and by_hand.day_of(gift) == line.day
    with pytest.raises(Decided):
        enter_from_line(line=line, form_token=uuid.uuid4(), given=given, by=None)
    (cash,) = imported(row("9,00"))
    with pytest.raises(CannotEnter):
        given = HandGift(9_00, "cash", today(), fund(), MARIA)
        enter_from_line(line=cash, form_token=uuid.uuid4(), given=given, by=None)
    assert Donation.objects.count() == 1
    (next_one,) = imported(row("11,00"))
    assert likely_givers(next_one) == [gift]


def test_a_gift_entered_before_is_only_tied_to_its_line() -> None:
    gift = brought(method="bank_transfer", reference="A1002345678", amount=25_00)
    (line,) = imported(row("25,00", "BON. A1002345678 GRAZIE"))
    (one,) = proposals([line])[line.pk]
    assert one.known and one.degree == Degree.SURE
    recognise_known(line=line, donation=gift, by=None)
    assert JournalEntry.objects.count() == 1
    (other,) = imported(row("25,00", "ancora"))
    assert [one.known for one in proposals([other])[other.pk]] == [False]  # another one of hers
    with pytest.raises(NotThis):
        recognise_known(line=other, donation=gift, by=None)
    line.refresh_from_db()
    undo(line=line, reason="x", by=None)
    gift.refresh_from_db()
    assert gift.state == "settled" and JournalEntry.objects.count() == 1
    recognise_known(line=line, donation=gift, by=None)
    reverse_gift(donation=gift, reason="Doppione", by=None)
    line.refresh_from_db()
    origins = set(JournalEntry.objects.values_list("origin", flat=True))
    assert line.state == "open" and origins == {
        f"hand:{gift.public_id}:gift",
        f"hand:{gift.public_id}:reversal",
    }


def test_a_payout_from_stripe_is_tied_to_its_line(memory_stripe: MemoryStripe) -> None:
    cast = gifts(memory_stripe)
    number = memory_stripe.pay_out()
    tell(memory_stripe)
    payout = Payout.objects.get(payout_id=number)
    rows = JournalEntry.objects.count()
    amount = f"{payout.amount // 100},{payout.amount % 100:02d}"
    (line,) = imported(row(amount, "STRIPE PAYMENTS", day=payout.arrives_on, name="STRIPE"))
    (other,) = imported(row(amount, "altro", day=payout.arrives_on, name="NERI UGO"))
    degrees = [payouts([one])[one.pk][0].degree for one in (line, other)]
    assert degrees == [Degree.LIKELY, Degree.POSSIBLE]
    recognise_payout(line=line, payout=payout, by=None)
    line.refresh_from_db()
    assert line.state == "payout" and payouts([other]) == {other.pk: []}
    with pytest.raises(NotThis):
        recognise_payout(line=other, payout=payout, by=None)
    with pytest.raises(Decided):
        recognise_promise(line=line, donation=cast.settled, by=None)
    undo(line=line, reason="x", by=None)
    line.refresh_from_db()
    assert (line.state, line.payout) == ("open", None) and JournalEntry.objects.count() == rows


def test_what_comes_to_light_after_a_month_was_closed_is_booked_in_the_open_one() -> None:
    gift = promised()
    day = today().replace(day=1) - timedelta(days=1)
    (line,) = imported(row("25,00", gift.transfer.readable, day=day))
    ends = datetime.combine(today().replace(day=1), time(), receipts.ROME)
    ClosedMonth.objects.create(
        first_day=day.replace(day=1), ends_at=ends, figures={}, rows=0, sha256="0" * 64
    )
    recognise_promise(line=line, donation=gift, by=None)
    gift.refresh_from_db()
    entry = JournalEntry.objects.get()
    assert entry.at >= ends and entry.happened_at < ends and by_hand.day_of(gift) == day
    line.refresh_from_db()
    undo(line=line, reason="Sbaglio", by=None)
    assert Account.objects.get(code="bank").balance() == 0
    assert not JournalEntry.objects.filter(at__lt=ends).exists()


def test_what_is_no_gift_is_set_aside_with_a_reason_and_taken_up_again() -> None:
    (line,) = imported(row("100,00", "STRIPE PAYOUT", name="STRIPE"))
    set_aside(line=line, reason="Accredito di Stripe", by=None)
    line.refresh_from_db()
    with pytest.raises(Decided):
        recognise_promise(line=line, donation=promised(), by=None)
    undo(line=line, reason="x", by=None)
    line.refresh_from_db()
    assert (line.state, line.reason) == ("open", "")


def test_money_that_went_out_is_no_gift() -> None:
    (line,) = imported(row("-25,00"))
    with pytest.raises(NotThis):
        recognise_promise(line=line, donation=promised(), by=None)
    assert proposals([line]) == {}


def test_proposals_say_how_sure_they_are() -> None:
    gift = promised(amount=25_00)
    code = gift.transfer.readable
    lines = imported(
        row("30,00", code),
        row("25,00", "DONO", name="ROSSI MARIA"),
        row("25,00", "DONO", name="VERDI UGO"),
        row("26,00", "DONO"),
    )
    found = proposals(lines)
    degrees = [[one.degree for one in found[line.pk]] for line in lines]
    assert degrees == [[Degree.LIKELY], [Degree.LIKELY], [Degree.POSSIBLE], []]
    assert sure(found) == {}
    (exact,) = imported(row("25,00", f"x {code}"))
    assert list(sure(proposals([exact]))) == [exact.pk]
    (twin,) = imported(row("25,00", f"y {code}"))
    assert sure(proposals([exact, twin])) == {}


def test_the_number_of_questions_does_not_grow(django_assert_max_num_queries: Any) -> None:
    gifts = [promised(amount=25_00 + at) for at in range(12)]
    lines = imported(
        *(row(f"25,{at:02d}", one.transfer.readable, cro=f"C{at}") for at, one in enumerate(gifts))
    )
    with django_assert_max_num_queries(5):
        assert len(sure(proposals(lines))) == 12


def at_once(*acts: Callable[[], Any]) -> list[str]:
    said = list[str]()
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            act()
            said.append("done")
        except Exception as refusal:
            said.append(type(refusal).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


@pytest.mark.django_db(transaction=True)
def test_two_treasurers_at_one_line_settle_it_once() -> None:
    gift, line = promise_and_line()
    said = at_once(*[lambda: recognise_promise(line=line, donation=gift, by=None)] * 4)
    assert said == ["Decided"] * 3 + ["done"]
    assert JournalEntry.objects.count() == Receipt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_lines_of_one_promise_settle_it_once() -> None:
    gift, line = promise_and_line()
    (other,) = imported(row("25,00", f"di nuovo {gift.transfer.readable}"))
    said = at_once(
        lambda: recognise_promise(line=line, donation=gift, by=None),
        lambda: recognise_promise(line=other, donation=gift, by=None),
    )
    assert said == ["CannotSettle", "done"]
    assert JournalEntry.objects.count() == 1 == BankLine.objects.filter(state="gift").count()


@pytest.mark.django_db(transaction=True)
def test_recognised_and_set_aside_at_once_is_one_of_them() -> None:
    gift, line = promise_and_line()
    said = at_once(
        lambda: recognise_promise(line=line, donation=gift, by=None),
        lambda: set_aside(line=line, reason="affitto", by=None),
    )
    assert said == ["Decided", "done"]
    line.refresh_from_db()
    assert (line.state == "gift") == JournalEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_undone_from_both_pages_at_once_is_reversed_once() -> None:
    gift, line = promise_and_line()
    recognise_promise(line=line, donation=gift, by=None)
    line.refresh_from_db()
    at_once(
        lambda: undo(line=line, reason="a", by=None),
        lambda: reverse_gift(donation=gift, reason="b", by=None),
    )
    line.refresh_from_db()
    assert (line.state, line.turn) == ("open", 2) and JournalEntry.objects.count() == 2
