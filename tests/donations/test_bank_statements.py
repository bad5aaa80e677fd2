"""Statements of any bank, read whole or not at all; each line once."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bank_support import HEADER, brought, camt_of, csv_of, entry, imported, row
from donations.models import BankAccount, BankLine, BankStatement
from donations.services.by_hand import today
from donations.services.statements import NotYet, bring, discard, look, take_in
from donations.statements import camt, csv_file
from donations.statements.lines import Line, Unreadable, keyed
from transfer_support import IBAN

YESTERDAY = today() - timedelta(days=1)
DAY = YESTERDAY.strftime("%d/%m/%Y")


def read_csv(data: bytes) -> list[Line]:
    table = csv_file.table(data)
    return csv_file.read(table, csv_file.guess(table.header)).lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_encodings_and_delimiters_are_found_out(encoding: str, delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(f'"{cell}"' for cell in cells)
        for cells in (
            ["Conto 123", "", ""],
            ["Saldo iniziale", "", ""],
            ["Data", "Importo", "Descrizione"],
            [DAY, "1.250,50", "Perché è così"],
            [DAY, "-3,00", "Commissione"],
        )
    )
    first, second = read_csv(text.encode(encoding))
    assert (first.day, first.amount, first.text) == (YESTERDAY, 1_250_50, "Perché è così")
    assert (second.amount, second.number) == (-3_00, 5)


@pytest.mark.parametrize(
    ("amounts", "cents"),
    [
        (["1.250,50", "3,00"], [1_250_50, 3_00]),
        (["1,250.50", "3.00"], [1_250_50, 3_00]),
        (["+25,00", "25,00-"], [25_00, -25_00]),
        (["25,5", "(7,00)"], [25_50, -7_00]),
        (["25,00 €", "EUR 7,00"], [25_00, 7_00]),
        (["1 000,00", "−4,00"], [1_000_00, -4_00]),
    ],
)
def test_amounts_are_read_as_the_bank_writes_them(amounts: list[str], cents: list[int]) -> None:
    rows = "\n".join(f"{DAY};{amount};x" for amount in amounts)
    found = read_csv(f"Data;Importo;Causale\n{rows}".encode())
    assert [line.amount for line in found] == cents


@pytest.mark.parametrize("written", ["%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d-%m-%Y", "%d/%m/%y"])
def test_days_are_read_as_the_bank_writes_them(written: str) -> None:
    days = [date(2026, 3, 2), date(2026, 3, 31)]
    rows = "\n".join(f"{day.strftime(written)};10,00;x" for day in days)
    assert [line.day for line in read_csv(f"Data;Importo;Causale\n{rows}".encode())] == days


def test_two_columns_for_what_came_and_what_went() -> None:
    text = f"Data;Addebiti;Accrediti;Causale\n{DAY};;25,00;a\n{DAY};-3,00;;b\n{DAY};4,00;;c\n"
    assert [line.amount for line in read_csv(text.encode())] == [25_00, -3_00, -4_00]


def test_what_cannot_be_read_is_said_with_its_number() -> None:
    rows = ("02/03/2026;10,00;a", "99/03/2026;10,00;b", "03/03/2026;dieci;c", ";5,00;d", "Saldo;;")
    text = "\n".join(["Data;Importo;Causale", *rows])
    table = csv_file.table(text.encode())
    reading = csv_file.read(table, csv_file.guess(table.header))
    assert [one.number for one in reading.problems] == [3, 4, 5, 6] and len(reading.lines) == 1


@pytest.mark.parametrize("data", [b"", b"\x00\x01PK", b"a;b\n1;2\n", b"\xff\xfe"])
def test_what_is_no_list_of_movements_is_refused(data: bytes) -> None:
    with pytest.raises(Unreadable):
        csv_file.table(data)


@pytest.mark.parametrize("version", ["02", "04", "06", "08"])
def test_camt_is_read_in_each_version(version: str) -> None:
    name = "<Pty><Nm>Maria Rossi</Nm></Pty>" if version == "08" else "<Nm>Maria Rossi</Nm>"
    status = "<Cd>BOOK</Cd>" if version == "08" else "BOOK"
    reading = camt.read(camt_of(entry(name=name, status=status), version=version))
    (line,) = reading.lines
    assert reading.iban == IBAN and not reading.problems
    assert (line.amount, line.day, line.name) == (25_00, YESTERDAY, "Maria Rossi")
    assert (line.text, line.reference) == ("BONIFICO", "ABC1")


def test_camt_knows_what_went_out_what_is_not_booked_and_other_money() -> None:
    reading = camt.read(
        camt_of(
            entry(side="DBIT", name=""),
            entry(status="PDNG"),
            entry(currency="CHF"),
            entry(amount="2.505"),
            entry(day="2026-02-31"),
        )
    )
    assert [line.amount for line in reading.lines] == [-25_00]
    assert [one.number for one in reading.problems] == [3, 4, 5]


def test_an_entry_of_several_transfers_is_one_line_for_each() -> None:
    part = "<TxDtls><Refs><EndToEndId>E{0}</EndToEndId></Refs><Amt Ccy='EUR'>{1}</Amt></TxDtls>"
    whole = entry(amount="30.00", text="x")
    inside = whole[whole.index("<TxDtls>") : whole.index("</TxDtls>") + 9]
    both = whole.replace(inside, part.format(1, "10.00") + part.format(2, "20.00"))
    assert [line.amount for line in camt.read(camt_of(both)).lines] == [10_00, 20_00]
    wrong = whole.replace(inside, part.format(1, "10.00") + part.format(2, "19.00"))
    assert [line.amount for line in camt.read(camt_of(wrong)).lines] == [30_00]


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"<a",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        camt_of(entry(), version="12"),
    ],
)
def test_other_xml_is_refused_and_nothing_is_fetched(data: bytes) -> None:
    with pytest.raises(Unreadable):
        camt.read(data)


rows_of_days = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["25,00", "-3,00", "50,00"]),
        st.sampled_from(["BONIFICO", "SEGNO 7K3M-92"]),
        st.sampled_from(["", "CRO1", "CRO2"]),
    ),
    max_size=12,
)


@pytest.mark.django_db
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows_of_days, st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=4))
def test_statements_that_overlap_change_nothing(
    movements: list[tuple[int, str, str, str]], periods: list[tuple[int, int]]
) -> None:
    """Whole days, in any order, any of them twice: the lines are those of all the days together."""
    BankLine.objects.all().delete()
    BankStatement.objects.all().delete()
    movements = sorted(movements)
    covered = set[int]()
    for first, last in [*periods, *reversed(periods)]:
        days = range(min(first, last), max(first, last) + 1)
        rows = [
            row(amount, text, day=today() - timedelta(days=10 - at), cro=cro)
            for at, amount, text, cro in movements
            if at in days
        ]
        if rows:
            take_in(statement=brought(csv_of(rows)))
            covered.update(days)
    due = [one for one in movements if one[0] in covered]
    assert BankLine.objects.count() == len(due)
    assert sorted(line.amount for line in BankLine.objects.all()) == sorted(
        int(one[1].replace(",", "")) for one in due
    )


@given(rows_of_days)
def test_keys_are_each_lines_own(movements: list[tuple[int, str, str, str]]) -> None:
    lines = [
        Line(number, date(2026, 1, day), int(amount.replace(",", "")), text, reference=cro)
        for number, (day, amount, text, cro) in enumerate(movements)
    ]
    keys = [key for key, _line in keyed(lines)]
    assert len(set(keys)) == len(keys)
    assert sorted(keys) == sorted(key for key, _line in keyed(reversed(lines)))


@pytest.mark.django_db
def test_the_same_file_is_kept_once_with_its_digest() -> None:
    data = csv_of([row()])
    statement, new = bring(data=data, name="a.csv", iban=IBAN, by=None)
    again, second = bring(data=data, name="b.csv", iban=IBAN, by=None)
    assert new and not second and again == statement and len(statement.sha256) == 64
    with statement.file.open("rb") as file:
        assert file.read() == data


@pytest.mark.django_db
def test_the_columns_are_asked_once_until_the_bank_changes_them() -> None:
    statement, _new = bring(data=csv_of([row()]), name="a.csv", iban=IBAN, by=None)
    assert look(statement).reading is None
    with pytest.raises(NotYet):
        take_in(statement=statement)
    assert take_in(statement=brought(csv_of([row("30,00")]))) == 1
    other, _new = bring(data=csv_of([row("40,00")]), name="c.csv", iban=IBAN, by=None)
    assert look(other).new == 1
    header = HEADER.replace("CRO", "Altro")
    changed, _new = bring(data=csv_of([row()], header=header), name="d.csv", iban=IBAN, by=None)
    assert look(changed).reading is None


@pytest.mark.django_db
def test_nothing_is_half_imported() -> None:
    statement = brought(csv_of([row(), row("dieci"), row("30,00")]))
    with pytest.raises(NotYet):
        take_in(statement=statement)
    assert not BankLine.objects.exists()
    assert take_in(statement=statement, leave_out=True) == 2
    assert take_in(statement=statement, leave_out=True) == 0


@pytest.mark.django_db
def test_a_file_of_another_account_is_refused() -> None:
    with pytest.raises(Unreadable):
        bring(data=camt_of(entry()), name="a.xml", iban="IT28W8000000292100645211208", by=None)
    assert not BankAccount.objects.exists() and not BankStatement.objects.exists()
    statement, _new = bring(data=camt_of(entry()), name="a.xml", iban="", by=None)
    assert statement.account.iban == IBAN and take_in(statement=statement) == 1


@pytest.mark.django_db(transaction=True)
def test_a_file_is_discarded_only_before_it_is_imported() -> None:
    statement = brought(csv_of([row()]))
    assert discard(statement=statement) and not BankStatement.objects.exists()
    assert not statement.file.storage.exists(statement.file.name)
    (line,) = imported(row())
    assert not discard(statement=line.statement)
