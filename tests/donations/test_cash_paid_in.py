"""Cash carried to the bank: recognised on the statement, once, and never more than the box holds."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bank_support import imported, row
from donations.models import Account, BankLine, ClosedMonth, JournalEntry
from donations.services import paying_in
from donations.services.bank_lines import Decided, NotThis, recognise_cash, set_aside, undo
from donations.services.by_hand import today
from donations.services.figures import Month
from people import roles
from transfer_support import account
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def body() -> None:
    account()


def balances() -> tuple[int, int]:
    """Cents in the box and in the bank."""
    box, bank = (Account.objects.get(code=code).balance() for code in ("cash", "bank"))
    return box, bank


def deposit(amount: str) -> BankLine:
    (line,) = imported(row(amount, "VERSAMENTO CONTANTI", name="", payer="", cro=amount))
    return line


def test_the_sum_goes_from_the_box_to_the_bank_and_back() -> None:
    by_hand(amount=80_00, method="cash")
    line = deposit("50,00")
    recognise_cash(line=line, by=None)
    assert balances() == (30_00, 50_00)
    with pytest.raises(Decided):
        recognise_cash(line=line, by=None)
    line.refresh_from_db()
    undo(line=line, reason="x", by=None)
    assert balances() == (80_00, 0)
    line.refresh_from_db()
    assert line.state == BankLine.State.OPEN
    recognise_cash(line=line, by=None)  # a turn of its own in the journal
    assert balances() == (30_00, 50_00)
    rows = JournalEntry.objects.filter(donation=None).order_by("pk")
    assert [entry.origin.rpartition(":")[2] for entry in rows] == [
        "paid_in",
        "not_paid_in",
        "paid_in",
    ]
    assert all("versati" in entry.title for entry in rows)
    assert not any(entry.goes_out for entry in JournalEntry.objects.filter(donation=None))


def test_never_more_than_the_box_holds() -> None:
    by_hand(amount=49_99, method="cash")
    line = deposit("50,00")
    with pytest.raises(paying_in.TooMuch) as refused:
        recognise_cash(line=line, by=None)
    assert refused.value.held == 49_99 and balances() == (49_99, 0)
    line.refresh_from_db()
    assert line.state == BankLine.State.OPEN


def test_money_that_went_out_and_what_was_decided_are_none() -> None:
    by_hand(amount=49_99, method="cash")
    (out,) = imported(row("-5,00", "PRELIEVO CONTANTI"))
    with pytest.raises(NotThis):
        recognise_cash(line=out, by=None)
    line = deposit("10,00")
    set_aside(line=line, reason="altro", by=None)
    with pytest.raises(Decided):
        recognise_cash(line=line, by=None)


def test_in_a_closed_month_it_is_written_in_the_open_one() -> None:
    before = today().replace(day=1) - timedelta(days=1)
    by_hand(amount=80_00, method="cash", day=before)
    (line,) = imported(row("50,00", "VERSAMENTO CONTANTI", day=before, name="", payer=""))
    month = Month(before.replace(day=1))
    ClosedMonth.objects.create(
        first_day=month.first_day, ends_at=month.ends, figures={}, rows=0, sha256="0" * 64
    )
    recognise_cash(line=line, by=None)
    entry = JournalEntry.objects.get(origin__endswith=":paid_in")
    assert entry.at >= month.ends and entry.happened_at and entry.happened_at < month.ends


def test_on_the_page() -> None:
    by_hand(amount=80_00, method="cash")
    line, more = deposit("50,00"), deposit("90,00")
    elio = member(roles.TREASURY)
    assert "contanti versati" in elio.get(reverse("treasury:bank")).content.decode()
    address = reverse("treasury:bank_line", args=[line.pk])
    page = elio.get(address).content.decode().replace("\xa0", " ")
    assert "in cassa ci sono 80,00 €" in page
    other = reverse("treasury:bank_line", args=[more.pk])
    assert "Sono contanti della cassa" not in elio.get(other).content.decode()
    answer = elio.post(other, {"azione": "cassa"}, follow=True).content.decode()
    assert "In cassa ci sono solo 80,00" in answer.replace("\xa0", " ")
    elio.post(address, {"azione": "cassa"})
    assert balances() == (30_00, 50_00)
    done = elio.get(reverse("treasury:bank") + "?vista=riconosciute").content.decode()
    assert "Contanti versati" in done
    assert "riporta la somma in cassa" in elio.get(address).content.decode()
    elio.post(address, {"azione": "annulla", "perche": "sbagliata"})
    assert balances() == (80_00, 0)
    reader = member(roles.COORDINATION)
    assert reader.post(address, {"azione": "cassa"}).status_code == 302
    assert balances() == (80_00, 0)
