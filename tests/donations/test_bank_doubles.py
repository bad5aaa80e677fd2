"""The same movement from the bank's CSV and from CAMT, without a number of its own: asked, not
counted; and a reference of which a sign was misread."""

from typing import Any

import pytest
from django.urls import reverse

from bank_support import brought, camt_of, entry, imported, row
from donations.models import BankLine
from donations.references import find_references, misread_references, new_reference
from donations.services.bank_lines import recognise_promise
from donations.services.by_hand import today
from donations.services.doubles import likely_doubles
from donations.services.matching import Degree, proposals, sure
from donations.services.statements import take_in
from people import roles
from transfer_support import account, promised
from treasury_support import member

pytestmark = pytest.mark.django_db


def from_camt(*entries: str) -> list[BankLine]:
    statement = brought(camt_of(*entries), name="novembre.xml")
    take_in(statement=statement)
    return list(statement.lines.order_by("number"))


def test_the_other_kind_of_file_asks_before_it_counts() -> None:
    account()
    gift = promised()
    words = f"BONIFICO {gift.transfer.readable}"
    (first,) = imported(row(text=words))
    recognise_promise(line=first, donation=gift, by=None)
    (again,) = from_camt(entry(text=f"{words} DA MARIA ROSSI", ref=""))
    assert likely_doubles([again]) == {again.pk: first}
    assert [one.degree for one in proposals([again])[again.pk]] == [Degree.POSSIBLE]
    treasurer = member(roles.TREASURY)
    page = reverse("treasury:bank_line", args=[again.pk])
    shown = treasurer.get(page).content.decode()
    assert "lo stesso movimento un’altra volta" in shown
    assert "di nuovo la riga 2 di novembre.csv" in treasurer.get(
        reverse("treasury:bank")
    ).content.decode().replace("riga 1", "riga 2")
    treasurer.post(page, {"azione": "parte", "motivo": "lo stesso"})
    again.refresh_from_db()
    assert again.state == "aside" and likely_doubles([again]) == {}


def test_a_sure_proposal_is_not_sure_any_more_where_it_may_be_a_double() -> None:
    account()
    gift = promised()
    words = f"BONIFICO {gift.transfer.readable}"
    (first,) = imported(row(text=words))
    (again,) = from_camt(entry(text=f"{words} X", ref=""))
    found = proposals([first, again])
    assert [one.degree for one in found[again.pk]] == [Degree.LIKELY]
    assert list(sure(found)) == [first.pk]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "25.01"},
        {"day": f"{today().year - 1}-01-05"},
        {"payer": "IT60X0542811101000000123456"},
        {"name": "<Nm>Bruno Bianchi</Nm>"},
    ],
)
def test_what_says_something_else_is_another_movement(changes: dict[str, str]) -> None:
    account()
    imported(row())
    (other,) = from_camt(entry(**{"ref": "", **changes}))
    assert likely_doubles([other]) == {}


def test_two_equal_ones_in_both_files_are_two_doubles_and_one_file_has_none() -> None:
    account()
    here = imported(row(text="A"), row(text="B"))
    assert likely_doubles(here) == {}
    there = from_camt(entry(text="C", ref=""), entry(text="D", ref=""), entry(text="E", ref=""))
    found = likely_doubles([*here, *there])
    assert sorted(one.pk for one in found.values()) == [one.pk for one in here]
    assert set(found) < {one.pk for one in there} and len(found) == 2


def test_however_many_lines_one_question(django_assert_num_queries: Any) -> None:
    account()
    imported(*[row(text=str(number)) for number in range(20)])
    rows = list(BankLine.objects.select_related("statement"))
    for some in (rows[:1], rows):
        with django_assert_num_queries(1):
            likely_doubles(some)


@pytest.mark.parametrize(
    ("meant", "typed"),
    [("7K3M", "7K3M"), ("2S58", "Z558"), ("ABCD", "A8CD"), ("GGGG", "6G6G"), ("ZZ22", "22ZZ")],
)
def test_a_figure_taken_for_a_letter_is_read_as_what_was_meant(meant: str, typed: str) -> None:
    from stdnum.iso7064 import mod_97_10

    check = str(mod_97_10.calc_check_digits(meant))
    written = typed + check.replace("0", "O").replace("1", "I").replace("5", "S")
    if written == meant + check:
        assert find_references(f"SEGNO {written}") == [meant + check]
        return
    assert meant + check not in find_references(f"causale SEGNO {written} grazie")
    for text in (f"causale SEGNO {written[:4]}-{written[4:]} grazie", f"segno{written}", written):
        assert meant + check in misread_references(text), text


def test_a_misread_reference_is_likely_and_never_sure() -> None:
    account()
    gift = promised(amount=40_00)
    type(gift.transfer).objects.update(reference=reference("A8CD"))
    gift.transfer.refresh_from_db()
    wrong = gift.transfer.reference.replace("8", "B", 1)
    (line,) = imported(row(amount="40,00", text=f"SEGNO {wrong}", name="QUALCUNO", payer=""))
    (one,) = proposals([line])[line.pk]
    assert (one.donation, one.degree) == (gift, Degree.LIKELY)
    assert "segno che gli somiglia" in " ".join(map(str, one.reasons))
    assert sure(proposals([line])) == {}


def reference(code: str) -> str:
    from stdnum.iso7064 import mod_97_10

    return code + str(mod_97_10.calc_check_digits(code))


def test_what_is_typed_right_is_never_misread() -> None:
    for _ in range(50):
        code = new_reference()
        assert code not in misread_references(f"SEGNO {code}")
