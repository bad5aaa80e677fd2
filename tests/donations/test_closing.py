"""Closing a month: what stands in the way, what is frozen, and where late rows go."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.urls import reverse

from attribution.models import Credit
from attribution.services import source
from bank_support import imported, row
from donations.models import Account, ClosedMonth, JournalEntry, Payout
from donations.services import bank_lines, closing, payouts
from donations.services.by_hand import reverse_gift, today
from donations.services.crediting import rebuild_credits
from donations.services.figures import Month, figures
from donations.services.receipts import ROME
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import by_hand, member, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def last() -> Month:
    """The month before this one: it is over."""
    return Month((today().replace(day=1) - timedelta(days=1)).replace(day=1))


def in_month(month: Month) -> date:
    return month.first_day + timedelta(days=9)


def close(month: Month) -> ClosedMonth:
    return closing.close(month=month, by=None)


def standing(month: Month) -> dict[str, int]:
    return {one.key: one.number for one in closing.findings(month) if one.number}


def balances(month: Month) -> dict[str, tuple[int, int]]:
    held = figures(month)["accounts"]
    return {one["code"]: (one["opening"], one["closing"]) for one in held if one["closing"]}


def test_the_figures_are_frozen_and_begin_where_the_last_month_ended(
    memory_stripe: MemoryStripe, last: Month
) -> None:
    before = Month(last.first_day - timedelta(days=1)).first_day.replace(day=1)
    by_hand(day=before + timedelta(days=3), amount=10_00)
    by_hand(day=in_month(last), amount=20_00, method="bank_transfer")
    live = figures(Month(before))
    first = close(Month(before))
    assert first.figures == live and first.rows == 1
    assert balances(last) == {
        "cash": (10_00, 10_00),
        "bank": (0, 20_00),
        "gifts-generale": (-10_00, -30_00),
    }
    second = close(last)
    (way,) = second.figures["gifts"]
    assert (way["method"], way["number"], way["amount"]) == ("bank_transfer", 1, 20_00)
    assert closing.fingerprint(last) == (second.sha256, second.rows) == (second.sha256, 1)
    assert closing.fingerprint(Month(before))[0] == first.sha256 != second.sha256


def test_the_accounts_of_a_month_add_up(last: Month) -> None:
    by_hand(day=in_month(last), amount=20_00, method="bank_transfer")
    by_hand(day=in_month(last), amount=5_50)
    day = last.first_day
    page = member(roles.TREASURY).get(f"/admin/tesoreria/mesi/{day.year}/{day.month}/")
    foot = page.content.decode().split("<tfoot>")[1].split("</tfoot>")[0]
    assert foot.count("25,50") == 2 and page.context["moved"] == {"debit": 2550, "credit": 2550}


def test_months_are_closed_in_turn_when_they_are_over(last: Month) -> None:
    assert standing(last.next) == {"not_over": 1}
    close(last)
    assert standing(last)["out_of_turn"] == 1
    for month in (last, last.next):
        with pytest.raises(closing.CannotClose):
            close(month)


def refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="month is closed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_the_database_lets_no_row_into_it_and_nobody_change_it(last: Month) -> None:
    by_hand(day=in_month(last))
    close(last)
    entry = JournalEntry.objects.get()
    with pytest.raises(DatabaseError, match="month is closed"), transaction.atomic():
        JournalEntry.objects.create(
            debit=entry.debit, credit=entry.credit, amount=1, origin="x:y", at=entry.at
        )
    refused("UPDATE donations_closedmonth SET rows = 0")
    refused("UPDATE donations_closedmonth SET figures = '{}'")
    refused("DELETE FROM donations_closedmonth")
    ClosedMonth.objects.update(closed_by=None)  # a person may leave
    at_the_edge = JournalEntry.objects.create(
        debit=entry.debit, credit=entry.credit, amount=1, origin="x:z", at=last.ends
    )
    assert at_the_edge.pk and closing.fingerprint(last)[0] == ClosedMonth.objects.get().sha256


def test_what_comes_late_is_written_in_the_open_month_with_its_true_day(
    memory_stripe: MemoryStripe, last: Month
) -> None:
    campaign = source(kind="campaign", key="late", label="#DonoDay")
    memory_stripe.now = datetime.combine(in_month(last), datetime.min.time(), ROME)
    at = session_of(begin(source=campaign).donation)
    memory_stripe.pay_by_card(at)
    memory_stripe.give_back(at, 5_00)
    memory_stripe.pay_out()
    close(last)
    tell(memory_stripe)
    rows = JournalEntry.objects.all()
    assert rows.count() == 4 and all(one.at >= last.ends for one in rows)
    assert all(one.happened_at and one.happened_at < last.ends for one in rows)
    assert Payout.objects.get().difference == 0
    assert Account.objects.get(code="stripe").balance() == 0
    # the gift, its receipt and its source keep their own day
    of_the_gift = rows.exclude(donation=None)
    gift = of_the_gift[0].donation
    assert gift and gift.settled_at == min(one.true_at for one in of_the_gift)
    assert all(one.at < last.ends for one in Credit.objects.all())
    assert rebuild_credits() == (0, 0)
    tell(memory_stripe)
    assert rows.count() == 4


def test_by_hand_a_gift_of_a_closed_month_and_its_reversal(last: Month) -> None:
    early = by_hand(day=in_month(last))
    close(last)
    late = by_hand(day=in_month(last), amount=7_00)
    (entry,) = late.entries.all()
    assert entry.at >= last.ends and entry.true_at == late.settled_at
    reverse_gift(donation=early, reason="Sbaglio", by=None)
    assert all(one.at >= last.ends for one in early.entries.filter(origin__endswith="reversal"))
    assert closing.fingerprint(last)[0] == ClosedMonth.objects.get().sha256


def test_what_stands_in_the_way(memory_stripe: MemoryStripe, last: Month) -> None:
    memory_stripe.now = datetime.combine(in_month(last), datetime.min.time(), ROME)
    memory_stripe.pay_by_card(session_of(begin().donation))
    memory_stripe.stray(-35)
    memory_stripe.pay_out()
    tell(memory_stripe)
    assert standing(last) == {"unexplained": 1}
    with pytest.raises(closing.CannotClose):
        close(last)
    row = Payout.objects.get()
    (part,) = payouts.unexplained(row)
    assert part.line
    payouts.correct(
        payout=row, line=part.line.pk, cents=-35, account="fees", reason="Costo", by=None
    )
    assert standing(last) == {}
    disputed = session_of(begin().donation)
    memory_stripe.pay_by_card(disputed)
    memory_stripe.dispute(disputed, 25_00)
    memory_stripe.promise_debit(session_of(begin().donation))
    tell(memory_stripe)
    assert standing(last) == {"disputed": 1}  # it does not stop it
    assert close(last).rows


def test_a_line_nobody_has_recognised_is_told_and_stops_nothing(last: Month) -> None:
    of_it, after = in_month(last), last.next.first_day
    line, _cost, _later = imported(row(day=of_it), row("-2,50", day=of_it), row("30,00", day=after))
    assert standing(last) == {"unrecognised": 1}
    told = member(roles.TREASURY).get(at(last)).content.decode()
    assert "Una riga della banca non è ancora riconosciuta" in told
    bank_lines.set_aside(line=line, reason="Giroconto", by=None)
    assert standing(last) == {}


# --- the pages ----------------------------------------------------------------------------------


def at(month: Month) -> str:
    return reverse("treasury:month", args=[month.first_day.year, month.first_day.month])


def test_the_treasurer_closes_a_month(memory_stripe: MemoryStripe, last: Month) -> None:
    treasury = member(roles.TREASURY)
    by_hand(day=in_month(last), amount=20_00)
    page = treasury.get(at(last)).content.decode()
    assert "per sempre" in page and "20,00" in page and "Non manca niente" in page
    treasury.post(at(last))
    assert not ClosedMonth.objects.exists()
    answer = treasury.post(at(last), {"per_sempre": "1"}, follow=True).content.decode()
    assert "è chiuso" in answer and ClosedMonth.objects.get().closed_by
    answer = treasury.post(at(last), {"per_sempre": "1"}, follow=True).content.decode()
    assert "qualcuno" in answer
    page = treasury.get(at(last) + "?verifica").content.decode()
    assert ClosedMonth.objects.get().sha256 in page and "l’impronta è la stessa" in page
    assert "per_sempre" not in page
    by_hand(day=in_month(last), amount=7_00)
    assert "7,00" not in treasury.get(at(last)).content.decode()
    ledger = treasury.get(reverse("treasury:ledger")).content.decode()
    assert "il mese era già chiuso" in ledger
    months = treasury.get(reverse("treasury:months")).content.decode()
    assert ("Chiuso" in months and "Aperto" in months) or "Da chiudere" in months


def test_a_month_as_a_spreadsheet_and_who_may_close(last: Month) -> None:
    by_hand(day=in_month(last), amount=20_00)
    reader = member(roles.COORDINATION)
    assert "per_sempre" not in reader.get(at(last)).content.decode()
    assert reader.post(at(last), {"per_sempre": "1"}).status_code == 302
    assert not ClosedMonth.objects.exists()
    answer = reader.get(at(last), {"formato": "csv"})
    assert "20,00" in answer.getvalue().decode("utf-8-sig")
    assert member(roles.EDITORS).get(at(last)).status_code == 302
    for year, month in ((2026, 13), (1, 1)):
        assert reader.get(f"/admin/tesoreria/mesi/{year}/{month}/").status_code == 404


def test_the_page_says_why_it_cannot_be_closed(memory_stripe: MemoryStripe, last: Month) -> None:
    page = member(roles.TREASURY).get(at(last.next)).content.decode()
    assert "Il mese non è ancora finito" in page and "per_sempre" not in page


def test_a_refund_that_came_back_is_no_gift_of_the_month(memory_stripe: MemoryStripe) -> None:
    at = session_of(begin().donation)
    memory_stripe.pay_by_card(at)
    memory_stripe.give_back(at, 5_00, status="pending")
    tell(memory_stripe)
    (refund,) = memory_stripe.sessions[at].charge.refunds  # type: ignore[union-attr]
    memory_stripe.finish_refund(at, refund.id, "failed")
    tell(memory_stripe)
    assert JournalEntry.objects.filter(origin__endswith=":returned").count() == 1
    found = figures(Month.of(JournalEntry.objects.earliest("at").at))["gifts"]
    assert found == [{"method": "card", "number": 1, "amount": 25_00, "back": 0}]


@pytest.mark.parametrize("micro", [0, 120000, 123456, 7])
def test_the_fingerprint_writes_moments_as_isoformat_does(last: Month, micro: int) -> None:
    """From the database's own text, on either database."""
    at = datetime(2026, 3, 9, 4, 5, 6, micro, tzinfo=UTC)
    ClosedMonth.objects.create(first_day=last.first_day, ends_at=at, figures={}, rows=0)
    told = Cast("ends_at", TextField())
    (made,) = ClosedMonth.objects.values_list(told)[0]
    assert closing._iso(made) == at.isoformat() and closing._iso(None) == ""
