"""Whether the bank's statements add up: each by itself, and one after the other."""

from datetime import date, timedelta
from itertools import permutations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from bank_support import brought, camt_of, csv_of, entry, row
from donations.models import BankLine, BankStatement
from donations.services import closing
from donations.services.balances import Check, checks
from donations.services.figures import Month
from donations.services.statements import take_in
from donations.statements import camt
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db
BAL = (
    "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
    "<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
)
PERIOD = "<FrToDt><FrDtTm>{}T00:00:00</FrDtTm><ToDtTm>{}T23:59:59</ToDtTm></FrToDt>"


def bal(kind: str, amount: str, day: str, side: str = "CRDT", currency: str = "EUR") -> str:
    return BAL.format(kind=kind, amount=amount, day=day, side=side, currency=currency)


def held(begins: str, ends: str, opening: str, closing: str, *entries: str) -> bytes:
    balances = (bal("OPBD", opening, begins), bal("CLBD", closing, ends))
    return camt_of(PERIOD.format(begins, ends), *balances, *entries)


def came(amount: str, day: str) -> str:
    return entry(amount, day=day, ref=f"R{day}{amount}")


def taken(data: bytes, name: str = "estratto.xml") -> Check:
    statement = brought(data, name=name)
    take_in(statement=statement)
    return checks()[statement.pk]


def september() -> Check:
    data = held("2026-09-01", "2026-09-30", "100.00", "125.00", came("25.00", "2026-09-10"))
    return taken(data, name="settembre.xml")


def test_what_the_file_said_is_kept() -> None:
    one = september().statement
    assert (one.opening, one.moved, one.closing, one.currency) == (100_00, 25_00, 125_00, "EUR")
    assert (one.begins, one.ends) == (date(2026, 9, 1), date(2026, 9, 30))


def test_days_and_signs_come_from_the_balances_where_no_period_is_written() -> None:
    before = bal("PRCD", "10.00", "2026-08-31", side="DBIT")
    told = camt.read(camt_of(before, bal("CLBD", "15.00", "2026-09-30"))).balances
    assert told and (told.opening, told.closing) == (-10_00, 15_00)
    assert (told.begins, told.ends) == (date(2026, 9, 1), date(2026, 9, 30))


@pytest.mark.parametrize(
    "balances",
    [
        "",
        bal("CLBD", "1.00", "2026-09-30"),
        bal("OPBD", "x", "2026-09-01") + bal("CLBD", "1.00", "2026-09-30"),
        bal("OPBD", "1.00", "2026-09-01", currency="CHF") + bal("CLBD", "1.00", "2026-09-30"),
        bal("OPBD", "1.00", "2026-09-31") + bal("CLBD", "1.00", "2026-09-30"),
    ],
)
def test_balances_that_cannot_be_read_stop_nothing(balances: str) -> None:
    statement = brought(camt_of(balances, came("25.00", "2026-09-10")))
    assert take_in(statement=statement) == 1 and statement.opening is None and not checks()


def test_the_database_keeps_balances_whole() -> None:
    statement = september().statement
    for changes in ({"closing": None}, {"currency": ""}, {"begins": date(2026, 12, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BankStatement.objects.filter(pk=statement.pk).update(**changes)


def test_a_closing_balance_that_is_not_right_is_said_and_stops_nothing() -> None:
    data = held("2026-09-01", "2026-09-30", "100.00", "130.00", came("25.00", "2026-09-10"))
    found = taken(data)
    assert found.difference == 5_00 and BankLine.objects.count() == 1
    client = member(roles.TREASURY)
    for address in ("importa/", f"estratti/{found.statement.pk}/"):
        page = shown(client, address)
        assert "Il saldo finale non torna" in page and "La differenza è di 5,00" in page
    assert standing(9) == {"statements": 1}


def test_statements_that_follow_each_other_have_nothing_to_say() -> None:
    september()
    found = taken(held("2026-10-01", "2026-10-31", "125.00", "125.00"))
    assert found.before and not found.wrong and not standing(9)


def test_a_statement_that_begins_elsewhere_is_said_with_the_one_before() -> None:
    september()
    found = taken(held("2026-10-01", "2026-10-31", "120.00", "120.00"))
    assert found.jump == -5_00 and found.missing is None
    page = shown(member(roles.TREASURY), f"estratti/{found.statement.pk}/")
    assert "settembre.xml" in page and "30/9/2026" in page and "−5,00" in page


MONTHS = {
    "september": held("2026-09-01", "2026-09-30", "100.00", "125.00", came("25.00", "2026-09-10")),
    "october": held("2026-10-01", "2026-10-31", "125.00", "125.00"),
    "november": held("2026-11-01", "2026-11-20", "125.00", "135.00", came("10.00", "2026-11-03")),
}


@pytest.mark.parametrize("order", list(permutations(MONTHS)))
def test_the_order_in_which_they_come_in_changes_nothing(order: tuple[str, ...]) -> None:
    for name in order:
        taken(MONTHS[name], name=f"{name}.xml")
    found = {one.statement.name: one for one in checks().values()}
    assert not any(one.wrong for one in found.values())
    befores = [found[f"{name}.xml"].before for name in MONTHS]
    assert [one.name if one else "" for one in befores] == ["", "september.xml", "october.xml"]
    assert not standing(9) and not standing(10)


def test_an_older_one_that_comes_in_later_fills_the_gap_or_says_by_how_much_it_does_not() -> None:
    september()
    november = taken(MONTHS["november"], name="novembre.xml").statement
    assert checks()[november.pk].missing and standing(10)
    spent = entry("6.00", day="2026-10-12", side="DBIT", ref="OUT")
    october = taken(held("2026-10-01", "2026-10-31", "125.00", "119.00", spent))
    assert not october.wrong
    late = checks()[november.pk]
    assert late.before == october.statement and late.jump == 6_00 and late.missing is None
    page = shown(member(roles.TREASURY), f"estratti/{november.pk}/")
    assert "31/10/2026" in page and "6,00" in page
    assert standing(11)["statements"] == 2 and not standing(9)  # and november is not over yet


def test_an_older_one_changes_nothing_of_what_was_right_or_wrong_before() -> None:
    wrong = taken(held("2026-11-01", "2026-11-20", "125.00", "130.00"), name="novembre.xml")
    assert wrong.difference == 5_00 and wrong.before is None
    taken(MONTHS["october"], name="ottobre.xml")
    found = checks()[wrong.statement.pk]
    assert found.difference == 5_00 and found.before and not found.jump
    older = taken(MONTHS["september"], name="settembre.xml")  # the oldest of them, and the last
    assert older.before is None and not older.wrong
    assert checks()[wrong.statement.pk] == found


def test_a_missing_month_is_said_with_its_days() -> None:
    september()
    found = taken(held("2026-11-01", "2026-11-20", "125.00", "125.00"))
    assert found.missing == (date(2026, 10, 1), date(2026, 10, 31)) and not found.jump
    assert "dal 1/10/2026 al 31/10/2026" in shown(member(roles.TREASURY), "importa/")
    assert standing(10)["statements"] and "statements" not in standing(9)


def test_a_csv_of_the_missing_days_counts() -> None:
    september()
    lines = csv_of([row("30,00", day=date(2026, 10, 12))])
    take_in(statement=brought(lines))
    found = taken(held("2026-11-01", "2026-11-20", "155.00", "155.00"))
    assert not found.wrong


def test_a_quiet_weekend_is_no_gap() -> None:
    taken(held("2026-10-01", "2026-10-30", "1.00", "1.00"))  # a Friday
    assert not taken(held("2026-11-02", "2026-11-20", "1.00", "1.00")).wrong
    assert not standing(10)


def test_statements_that_overlap_are_not_compared() -> None:
    september()
    again = held("2026-09-05", "2026-10-31", "100.00", "125.00", came("25.00", "2026-09-10"))
    found = taken(again)
    assert found.before is None and not found.wrong


def test_a_file_that_is_only_looked_at_is_no_one_before() -> None:
    brought(held("2026-09-01", "2026-09-30", "1.00", "1.00"))
    assert taken(held("2026-11-01", "2026-11-20", "9.00", "9.00")).before is None


def test_a_month_whose_statement_ends_early_is_not_whole() -> None:
    taken(held("2026-09-01", "2026-09-15", "1.00", "1.00"))
    assert standing(9) == {"statements": 1}


def test_the_questions_do_not_grow(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    day = date(2026, 1, 1)
    for at in range(6):
        begins = day + timedelta(days=30 * at)
        ends = begins + timedelta(days=10)
        taken(held(begins.isoformat(), ends.isoformat(), f"{at}.00", f"{at}.00"))
    with django_assert_num_queries(2):
        found = checks()
    assert sum(one.wrong for one in found.values()) == 5


def shown(client: Client, address: str) -> str:
    page = client.get(f"/admin/tesoreria/banca/{address}")
    assert page.status_code == 200
    return page.content.decode()


def standing(month: int) -> dict[str, int]:
    found = closing.findings(Month(date(2026, month, 1)))
    return {one.key: one.number for one in found if one.number and one.key == "statements"}
