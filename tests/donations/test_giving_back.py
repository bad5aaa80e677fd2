"""Gifts that came by hand are given back by hand: once, never more than is left, with all that follows a
refund of Stripe's."""

import threading
import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.models import Credit
from attribution.services import source, totals
from bank_support import imported, row
from donations.models import (
    Account,
    BankLine,
    Donation,
    JournalEntry,
    Receipt,
    RefundRequest,
)
from donations.services import agenzia, paying_in, refunding
from donations.services.acknowledging import write_due
from donations.services.bank_lines import (
    Decided,
    NotThis,
    give_back_from_line,
    recognise_cash,
    recognise_refund,
    undo,
)
from donations.services.by_hand import CannotReverse, GivenBack, reverse_gift, today
from donations.services.closing import close
from donations.services.crediting import rebuild_credits
from donations.services.figures import Month
from donations.services.giving_back import (
    CannotTakeBack,
    NoSuchWay,
    NotThatDay,
    give_back,
    take_back,
)
from donations.services.matching import Degree
from donations.services.matching_refunds import gifts_to_give_back, refunds
from donations.services.refunding import NotNow, TooMuch, left_of
from giving_support import MARIA, begin
from mail.services import send_due
from memory_stripe import MemoryStripe
from transfer_support import account
from treasury_support import by_hand as brought
from treasury_support import gifts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def body() -> None:
    account()


def back(gift: Donation, amount: int = 5_00, **changes: Any) -> RefundRequest:
    said: dict[str, Any] = {
        "key": str(uuid.uuid4()),
        "donation": gift,
        "amount": amount,
        "day": today(),
        "way": "cash" if gift.method == "cash" else "bank",
        "reason": "requested_by_customer",
        "by": None,
        **changes,
    }
    made = give_back(**said)
    gift.refresh_from_db()
    return made


def from_line(line: BankLine, gift: Donation, **changes: Any) -> RefundRequest:
    said: dict[str, Any] = {
        "key": str(uuid.uuid4()),
        "reason": "requested_by_customer",
        "note": "",
        "by": None,
        **changes,
    }
    made = give_back_from_line(line=line, donation=gift, **said)
    gift.refresh_from_db()
    line.refresh_from_db()
    return made


def balance(code: str) -> int:
    return Account.objects.get(code=code).balance()


def mails_out() -> None:
    write_due()
    send_due()


def valid(gift: Donation) -> int:
    rows = gift.receipts.filter(state=Receipt.State.ISSUED)
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


@pytest.mark.parametrize("method", ["cash", "cheque", "bank_transfer", "company_match"])
def test_a_part_leaves_the_fund_and_the_receipt_is_for_what_stays(
    method: str, mailoutbox: list[Any]
) -> None:
    campaign = source(kind="campaign", key="1", label="DonoDay")
    gift = brought(method=method, donor=replace(MARIA, organisation="Ditta"), source=campaign)
    mails_out()
    place = "cash" if method == "cash" else "bank"
    made = back(gift, 8_00, note="Ha sbagliato cifra")
    _gift, entry = JournalEntry.objects.of(gift)
    assert (entry.debit.fund, entry.credit.code, entry.amount) == (gift.fund, place, 8_00)
    assert entry.origin == f"hand:{made.key}:refund" and entry.goes_out and not entry.comes_from
    assert balance(place) == 12_00 == -gift.fund.account.balance()
    assert (gift.state, gift.net, left_of(gift)) == ("partly_refunded", 12_00, 12_00)
    old, new = gift.receipts.order_by("pk")
    assert (old.state, old.void_reason, old.void_day) == ("void", "refund", today())
    assert (new.state, new.amount, new.replaces) == ("issued", 12_00, old)
    assert totals(campaign).cents == 12_00 and rebuild_credits() == (0, 0)
    mails_out()
    _thanks, told = mailoutbox
    assert "8,00" in told.subject and old.label in told.body and new.label in told.body
    how = "in contanti" if place == "cash" else "con un bonifico"
    assert how in told.body and ("dichiarazione" in told.body) == (place == "bank")


def test_several_parts_add_up_and_never_exceed_the_gift() -> None:
    gift = brought(method="bank_transfer")
    back(gift, 5_00)
    back(gift, 15_00)
    assert (gift.state, gift.net, left_of(gift)) == ("refunded", 0, 0)
    assert valid(gift) == 0 == balance("bank")
    with pytest.raises(NotNow):
        back(gift, 1)
    other = brought(method="bank_transfer")
    back(other, 5_00)
    with pytest.raises(TooMuch):
        back(other, 15_01)
    with pytest.raises(TooMuch):
        back(other, 5_00, seen_left=20_00)
    with pytest.raises(IntegrityError), transaction.atomic():
        Donation.objects.filter(pk=other.pk).update(refunded_amount=20_01)
    assert JournalEntry.objects.of(other).count() == 2


def test_sent_twice_it_is_given_back_once() -> None:
    gift, key, noted = brought(method="cheque"), str(uuid.uuid4()), list[Any]()
    first = back(gift, 5_00, key=key, note_down=noted.append)
    again = back(gift, 9_00, key=key, note_down=noted.append)
    assert first == again and noted == [first]
    assert gift.refunded_amount == 5_00 and RefundRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_give_back_more_than_there_is() -> None:
    gift, faults, made = brought(method="bank_transfer"), list[BaseException](), list[Any]()

    def click(key: str) -> None:
        try:
            made.append(back(Donation.objects.get(pk=gift.pk), 9_00, key=key))
        except NotNow:
            pass
        except BaseException as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click, args=[key]) for key in "aabbccdd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gift.refresh_from_db()
    assert not faults and RefundRequest.objects.count() == 2 == len({one.pk for one in made})
    assert gift.net == 2_00 == balance("bank") == valid(gift)


def test_the_cash_box_gives_no_more_than_it_holds() -> None:
    gift = brought(method="cash")
    (line,) = imported(row("15,00", "VERSAMENTO CONTANTI"))
    recognise_cash(line=line, by=None)
    with pytest.raises(paying_in.TooMuch) as error:
        back(gift, 10_00)
    assert error.value.held == 5_00
    back(gift, 10_00, way="bank")
    back(gift, 5_00)
    assert (balance("cash"), balance("bank"), gift.net) == (0, 5_00, 5_00)


def test_the_day_lies_between_the_gift_and_today() -> None:
    gift = brought(method="cheque", day=today() - 3 * DAY)
    for day in (today() + DAY, today() - 4 * DAY):
        with pytest.raises(NotThatDay):
            back(gift, day=day)
    assert back(gift, day=today() - DAY).given_on == today() - DAY


@pytest.mark.parametrize("wrong", [{"way": ""}, {"way": "post"}, {"reason": "fraudulent"}])
def test_only_by_its_own_ways_and_for_its_own_reasons(wrong: dict[str, str]) -> None:
    with pytest.raises(NoSuchWay):
        back(brought(method="cheque"), **wrong)


def test_a_gift_of_stripes_is_not_given_back_by_hand(memory_stripe: MemoryStripe) -> None:
    with pytest.raises(NotNow):
        back(gifts(memory_stripe).settled)
    with pytest.raises(NotNow):
        back(begin().donation)
    with pytest.raises(NotNow):
        refunding.ask_back(
            key="k", donation=brought(), amount=1, reason=RefundRequest.Reason.DONOR, by=None
        )


def test_in_a_closed_month_the_row_is_of_today_with_its_day() -> None:
    day = today().replace(day=1) - DAY
    gift = brought(method="cheque", day=day)
    close(month=Month(day.replace(day=1)), by=None)
    back(gift, 5_00, day=day)
    entry = JournalEntry.objects.of(gift).last()
    assert entry and entry.happened_at and entry.happened_at.date() == day < entry.at.date()
    credit_free = gift.receipts.filter(state="void").get()
    assert credit_free.void_day == day


def test_without_a_receipt_none_is_issued_and_the_mail_says_it(mailoutbox: list[Any]) -> None:
    gift = brought(method="cheque", receipt=False, thanks=False)
    back(gift, 5_00)
    back(gift, 15_00)
    mails_out()
    assert not gift.receipts.exists() and len(mailoutbox) == 2
    assert "Ricevuta" not in mailoutbox[0].body and not mailoutbox[0].attachments


def test_without_an_address_nobody_is_told(mailoutbox: list[Any]) -> None:
    gift = brought(method="cheque", donor=replace(MARIA, email=""))
    back(gift, 5_00)
    mails_out()
    assert not mailoutbox and valid(gift) == 15_00


def test_the_agenzia_is_told_apart_with_the_year_of_the_gift() -> None:
    last = today().replace(year=today().year - 1)
    gift = brought(method="bank_transfer", day=last)
    back(gift, 5_00)
    (told,) = agenzia.report(today().year).refunds
    assert (told.amount, told.year, told.code) == (5_00, last.year, MARIA.codice_fiscale)
    assert agenzia.report(last.year).amount == 20_00


def test_a_slip_is_taken_back_and_everything_counts_again(mailoutbox: list[Any]) -> None:
    campaign = source(kind="campaign", key="1", label="DonoDay")
    gift = brought(method="bank_transfer", source=campaign)
    mails_out()
    made = back(gift, 8_00)
    mails_out()
    take_back(refund=made, reason="Il bonifico non è partito", by=None)
    gift.refresh_from_db()
    made.refresh_from_db()
    assert (made.state, made.reversal_reason) == ("reversed", "Il bonifico non è partito")
    assert (gift.state, gift.net, left_of(gift)) == ("settled", 20_00, 20_00)
    assert balance("bank") == 20_00 == -gift.fund.account.balance() == valid(gift)
    assert totals(campaign).cents == 20_00 and rebuild_credits() == (0, 0)
    _first, second, third = gift.receipts.order_by("pk")
    assert (second.void_reason, third.replaces, third.amount) == ("refund_reversed", second, 20_00)
    mails_out()
    assert "contano di nuovo" in mailoutbox[-1].subject and third.label in mailoutbox[-1].body
    with pytest.raises(CannotTakeBack):
        take_back(refund=made, reason="ancora", by=None)
    assert not agenzia.report(today().year).refunds
    back(gift, 20_00)
    assert gift.state == "refunded"


def test_taken_back_before_it_was_told_only_one_mail_leaves(mailoutbox: list[Any]) -> None:
    gift = brought(method="bank_transfer", thanks=False)
    take_back(refund=back(gift, 20_00), reason="sbaglio", by=None)
    mails_out()
    assert len(mailoutbox) == 1 and "contano di nuovo" in mailoutbox[0].subject


def test_a_refund_of_stripes_is_not_taken_back_by_hand(memory_stripe: MemoryStripe) -> None:
    gift = gifts(memory_stripe).settled
    asked = refunding.ask_back(
        key="k", donation=gift, amount=1, reason=RefundRequest.Reason.DONOR, by=None
    )
    with pytest.raises(CannotTakeBack):
        take_back(refund=asked, reason="x", by=None)


def test_what_was_given_back_is_not_reversed_as_a_mistake() -> None:
    gift = brought(method="cheque")
    made = back(gift, 5_00)
    with pytest.raises(GivenBack):
        reverse_gift(donation=gift, reason="sbaglio", by=None)
    take_back(refund=made, reason="sbaglio", by=None)
    reverse_gift(donation=gift, reason="sbaglio", by=None)
    assert balance("bank") == 0 == gift.fund.account.balance()
    with pytest.raises(NotNow):
        back(Donation.objects.get(pk=gift.pk), 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"refund_id": "re_1"},
        {"state": "asked"},
        {"state": "reversed"},
        {"given_on": None},
        {"way": ""},
        {"reversal_reason": "x"},
    ],
)
def test_the_database_keeps_rows_whole(wrong: dict[str, Any]) -> None:
    made = back(brought(method="cheque"))
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundRequest.objects.filter(pk=made.pk).update(**wrong)


# --- the bank's line ------------------------------------------------------------------------------


def test_a_line_that_went_out_is_tied_to_what_was_given_back() -> None:
    gift = brought(method="cheque", day=today() - 2 * DAY)
    made = back(gift, 8_00, day=today() - DAY)
    back(brought(method="cheque"), 7_00)
    (line,) = imported(row("-8,00", "BONIFICO A MARIA ROSSI", name=""))
    (one,) = refunds([line])[line.pk]
    assert (one.refund, one.degree) == (made, Degree.LIKELY)
    recognise_refund(line=line, refund=made, by=None)
    line.refresh_from_db()
    assert (line.state, line.refund) == ("back", made)
    assert JournalEntry.objects.of(gift).count() == 2 and balance("bank") == 12_00 + 13_00
    with pytest.raises(Decided):
        recognise_refund(line=line, refund=made, by=None)
    (other,) = imported(row("-8,00", "un altro"))
    assert refunds([other])[other.pk] == []
    with pytest.raises(NotThis):
        recognise_refund(line=other, refund=made, by=None)
    undo(line=line, reason="era un altro", by=None)
    line.refresh_from_db()
    gift.refresh_from_db()
    assert (line.state, line.refund, gift.net) == ("open", None, 12_00)


@pytest.mark.parametrize("other", ["another_amount", "cash", "reversed"])
def test_what_cannot_be_that_line_is_refused(other: str) -> None:
    gift = brought(method="cash")
    made = back(gift, 8_00, way="cash" if other == "cash" else "bank")
    if other == "reversed":
        take_back(refund=made, reason="x", by=None)
    (line,) = imported(row("-9,00" if other == "another_amount" else "-8,00"))
    assert refunds([line])[line.pk] == []
    with pytest.raises(NotThis):
        recognise_refund(line=line, refund=made, by=None)


def test_money_that_came_is_no_refund() -> None:
    gift = brought(method="cheque")
    (line,) = imported(row("8,00"))
    with pytest.raises(NotThis):
        recognise_refund(line=line, refund=back(gift, 8_00), by=None)
    with pytest.raises(NotThis):
        from_line(line, gift)


def test_it_is_given_back_from_the_line_itself_and_undone_as_a_whole() -> None:
    gift = brought(method="bank_transfer", day=today() - 5 * DAY)
    (line,) = imported(row("-8,00", "BONIFICO A ROSSI MARIA", name="", day=today() - DAY))
    assert gifts_to_give_back(line) == [gift] == gifts_to_give_back(line, "rossi")
    assert gifts_to_give_back(line, "verdi") == []
    made = from_line(line, gift)
    assert (made.amount, made.given_on, made.way) == (8_00, line.day, "bank")
    assert (line.state, line.refund, gift.net) == ("back", made, 12_00)
    assert JournalEntry.objects.of(gift).last().origin == f"bank:{line.pk}:refund"  # type: ignore[union-attr]
    with pytest.raises(Decided):
        from_line(line, gift)
    undo(line=line, reason="era l’affitto", by=None)
    line.refresh_from_db()
    gift.refresh_from_db()
    made.refresh_from_db()
    assert (line.state, line.turn, made.state) == ("open", 2, "reversed")
    assert gift.net == 20_00 == balance("bank") == valid(gift) and rebuild_credits() == (0, 0)
    from_line(line, gift)
    assert JournalEntry.objects.of(gift).last().origin == f"bank:{line.pk}-2:refund"  # type: ignore[union-attr]


def test_taken_back_on_the_gifts_page_its_line_waits_again() -> None:
    gift = brought(method="bank_transfer", day=today() - 5 * DAY)
    (line,) = imported(row("-8,00"))
    take_back(refund=from_line(line, gift), reason="sbaglio", by=None)
    line.refresh_from_db()
    assert (line.state, line.refund, line.turn) == ("open", None, 2)
    assert JournalEntry.objects.of(gift).last().origin == f"bank:{line.pk}:not_refunded"  # type: ignore[union-attr]


def test_a_gift_too_small_or_too_young_is_not_proposed_or_refused() -> None:
    small, young = brought(method="cheque", amount=5_00), brought(method="cheque")
    (line,) = imported(row("-8,00", "BONIFICO A ROSSI MARIA", day=today() - DAY))
    assert gifts_to_give_back(line) == [young]
    with pytest.raises(TooMuch):
        from_line(line, small)
    with pytest.raises(NotThatDay):
        from_line(line, young)
    line.refresh_from_db()
    assert line.state == "open"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["bank", "cash", "slip", "reverse", "carry"]), st.integers(0, 30)
        ),
        max_size=14,
    )
)
def test_the_books_say_what_stays_of_the_gifts(acts: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        campaign = source(kind="campaign", key="1", label="DonoDay")
        every = [brought(method=one, source=campaign) for one in ("cash", "cheque", "cash")]
        for number, (what, which) in enumerate(acts):
            gift = every[which % 3]
            gift.refresh_from_db()
            made = RefundRequest.objects.filter(donation=gift, state="done").first()
            try:
                if what in ("bank", "cash"):
                    back(gift, 1 + which * 90, way=what)
                elif what == "slip" and made:
                    take_back(refund=made, reason="x", by=None)
                elif what == "reverse":
                    reverse_gift(donation=gift, reason="x", by=None)
                elif what == "carry":
                    (line,) = imported(row(f"{which + 1},00", f"VERSAMENTO {number}"))
                    recognise_cash(line=line, by=None)
            except (NotNow, CannotReverse, paying_in.TooMuch):
                pass
            books(every)
        transaction.set_rollback(True)


def books(every: list[Donation]) -> None:
    for gift in every:
        gift.refresh_from_db()
        assert valid(gift) == gift.net
        given = gift.refund_requests.filter(state="done").aggregate(sum=Sum("amount"))["sum"] or 0
        assert given == (0 if gift.state == "reversed" else gift.refunded_amount)
    stays = sum(gift.net for gift in every)
    assert -every[0].fund.account.balance() == stays == balance("bank") + balance("cash")
    if not any(gift.state == "reversed" for gift in every):
        assert balance("cash") >= 0
    assert (Credit.objects.aggregate(sum=Sum("amount"))["sum"] or 0) == stays
