"""A standing order brings the same causale every month: another gift of the same donor, never the
gift of somebody else who promised as much."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from stdnum.iso7064 import mod_97_10

from attribution.services import source
from bank_support import imported, row
from donations.form_tokens import new_token
from donations.models import BankLine, Donation, Fund, JournalEntry, TransferPromise
from donations.services.bank_lines import (
    enter_from_line,
    recognise_known,
    recognise_promise,
    undo,
)
from donations.services.by_hand import HandGift, today
from donations.services.correcting import correct
from donations.services.erasing import erase
from donations.services.finding import gifts_found
from donations.services.matching import Degree, proposals, sure
from giving_support import MARIA
from people import roles
from transfer_support import account, promised
from treasury_support import by_hand, member

pytestmark = pytest.mark.django_db
TERESA = replace(MARIA, email="teresa@posta.example", first_name="Teresa", last_name="Neri")
LUCA = replace(MARIA, email="luca@posta.example", first_name="Luca", last_name="Pedrana")
HERS = "IT28W8000000292100645211208"


@pytest.fixture(autouse=True)
def body() -> None:
    account()


@pytest.fixture
def elio() -> Client:
    return member(roles.TREASURY, first_name="Elio")


@pytest.fixture
def settled() -> Donation:
    """Teresa's first month."""
    campaign = source(kind="campaign", key="autunno", label="Autunno")
    via = source(kind="channel", key="77", label="Volantino", parent=campaign)
    fund = Fund.objects.create(slug="borse", name="Borse di studio")
    gift = promised(donor=TERESA, amount=20_00, fund=fund, source=via)
    (line,) = month(gift, 2, name="NERI TERESA", payer=HERS)
    return recognise_promise(line=line, donation=gift, by=None)


def month(gift: Donation, ago: int, amount: str = "20,00", **changes: Any) -> list[BankLine]:
    day = today() - timedelta(days=30 * ago + 1)
    usual: dict[str, Any] = {"name": "", "payer": "", "day": day, "cro": f"CRO{ago}{amount}"}
    return imported(row(amount, f"BON. {gift.transfer.readable}", **usual | changes))


def told(line: BankLine) -> list[tuple[str, int, bool]]:
    return [(one.donation.donor_name, one.degree, one.again) for one in proposals([line])[line.pk]]


@pytest.mark.parametrize("amount", ["20,00", "60,00"])
def test_a_settled_reference_is_another_gift_of_hers(settled: Donation, amount: str) -> None:
    promised(donor=LUCA, amount=20_00)
    by_hand(donor=LUCA, method="bank_transfer", amount=20_00, day=today() - timedelta(days=1))
    (line,) = month(settled, 0, amount)
    (one,) = proposals([line])[line.pk]
    assert (one.donation, one.degree, one.again) == (settled, Degree.LIKELY, True)
    assert sure(proposals([line])) == {}


def test_without_a_reference_the_amount_still_proposes(settled: Donation) -> None:
    luca = promised(donor=LUCA, amount=20_00)
    lines = imported(
        row("20,00", "DONO", name="", payer="", cro="1"),
        row("20,00", "DONO SEGNO 2222-22", name="", payer="", cro="2"),
    )
    for line in lines:
        assert told(line) == [(luca.donor_name, Degree.POSSIBLE, False)]


def test_what_she_promised_anew_or_told_by_telephone_comes_first(settled: Donation) -> None:
    anew = promised(donor=TERESA, amount=20_00)
    (line,) = month(settled, 0)
    first, second = proposals([line])[line.pk]
    assert (first.donation, first.degree, first.again) == (anew, Degree.LIKELY, False)
    assert (second.donation, second.again) == (settled, True)
    entered = by_hand(
        donor=TERESA, method="bank_transfer", amount=60_00, day=today() - timedelta(days=1)
    )
    (line,) = month(settled, 0, "60,00")
    assert proposals([line])[line.pk][0].donation == entered


def test_in_bulk_only_what_amount_reference_and_payer_all_fit(settled: Donation) -> None:
    anew = promised(donor=LUCA, amount=30_00)
    both = f"{settled.transfer.readable} {anew.transfer.readable}"
    unknown, hers, his = imported(
        row("30,00", both, name="", payer="", cro="1"),
        row("31,00", both, name="PEDRANA LUCA", payer="", cro="2"),
        row("30,00", both, name="PEDRANA LUCA", payer="", cro="3"),
    )
    assert sure(proposals([unknown])) == {} == sure(proposals([hers]))
    assert sure(proposals([his]))[his.pk].donation == anew
    assert {(one.donation, one.degree) for one in proposals([unknown])[unknown.pk]} == {
        (anew, Degree.LIKELY),
        (settled, Degree.LIKELY),
    }


def test_a_sign_misread_is_her_other_gift_too(settled: Donation) -> None:
    code = "A8CD" + str(mod_97_10.calc_check_digits("A8CD"))
    TransferPromise.objects.filter(donation=settled).update(reference=code)
    (line,) = imported(row("20,00", f"SEGNO {code.replace('8', 'B', 1)}", name="", payer=""))
    assert told(line) == [("Teresa Neri", Degree.LIKELY, True)]


def test_the_account_proposes_who_gave_from_it(settled: Donation) -> None:
    (line,) = imported(row("12,00", "GRAZIE", name="", payer=HERS, cro="1"))
    (one,) = proposals([line])[line.pk]
    assert (one.donation, one.degree, one.again) == (settled, Degree.LIKELY, True)
    (service,) = imported(row("13,00", "GRAZIE", name="CARTOLIBRO SPA", payer=HERS, cro="2"))
    assert told(service) == [("Teresa Neri", Degree.POSSIBLE, True)]
    luca = promised(donor=LUCA, amount=50_00)
    (his,) = month(luca, 0, "50,00", payer=HERS)
    assert told(his) == [("Luca Pedrana", Degree.SURE, False)]
    recognise_promise(line=his, donation=luca, by=None)
    assert {one[1:] for one in told(line)} == {(Degree.POSSIBLE, True)} and len(told(line)) == 2
    for number in range(2):
        name = f"Altra {number}"
        gift = promised(donor=replace(LUCA, email=f"{number}@posta.example", first_name=name))
        (from_there,) = month(gift, 0, "25,00", payer=HERS, cro=f"X{number}")
        recognise_promise(line=from_there, donation=gift, by=None)
    assert told(line) == []


def test_whose_data_are_gone_is_not_proposed(settled: Donation) -> None:
    erase(donor=settled.donor, reason="asked", by=None, tell=False)
    promised(donor=LUCA, amount=20_00)
    (line,) = month(settled, 0)
    assert told(line) == []


def test_the_questions_do_not_grow(settled: Donation, django_assert_max_num_queries: Any) -> None:
    lines = [line for ago in range(6) for line in month(settled, 0, f"2{ago},00", payer=HERS)]
    with django_assert_max_num_queries(5):
        assert len(proposals(lines)) == 6


def test_from_the_list_to_her_second_gift(settled: Donation, elio: Client) -> None:
    promised(donor=LUCA, amount=20_00)
    (line,) = month(settled, 0, payer=HERS)
    page = elio.get(reverse("treasury:bank")).content.decode()
    assert "Probabile</strong>: un altro dono di Teresa Neri" in page
    assert "il riferimento è quello di una sua donazione precedente" in page
    assert "Luca Pedrana" not in page and 'name="sicure"' not in page
    own = elio.get(reverse("treasury:bank_line", args=[line.pk])).content.decode()
    assert own.count("Teresa Neri") == 2 and "Luca Pedrana" not in own
    [address] = re.findall(r'href="(/admin/tesoreria/a-mano/[^"]*ancora=1)"', own)
    form = elio.get(address.replace("&amp;", "&")).content.decode()
    assert 'value="20"' in form and 'value="Teresa"' in form
    for chosen in ("borse", "autunno"):
        assert re.search(rf'<option value="{chosen}"\s+selected', form), chosen
    typed = {
        **{"token": new_token(), "riga": str(line.pk), "come": str(settled.public_id)},
        **{"modo": "bank_transfer", "riferimento": "CRO9", "fondo": "borse", "campagna": "autunno"},
        **{"nome": "Teresa", "cognome": "Neri", "email": TERESA.email, "ricevuta": "on"},
    }
    elio.post("/admin/tesoreria/a-mano/", typed)
    line.refresh_from_db()
    assert line.donation and line.donation != settled and line.donation.donor == settled.donor
    assert JournalEntry.objects.count() == 2
    # a click on a page of before settles nothing twice
    settle = {"azione": "riconosci", "dono": str(settled.public_id)}
    (other,) = month(settled, 0, "21,00")
    elio.post(reverse("treasury:bank_line", args=[other.pk]), settle)
    pair = {"sicure": f"{other.pk}:{settled.public_id}"}
    elio.post(reverse("treasury:recognise_sure"), pair)
    assert JournalEntry.objects.count() == 2


# --- the treasury's search -----------------------------------------------------------------------


@pytest.fixture
def second(settled: Donation) -> Donation:
    """Teresa's next month."""
    (line,) = month(settled, 0)
    given = HandGift(
        amount=0,  # both are the bank's
        day=today(),
        method="bank_transfer",
        fund=settled.fund,
        donor=TERESA,
        reference="CRO020",
        same_as=settled,
    )
    return enter_from_line(line=line, form_token=uuid4(), given=given, by=None)


def found(text: str) -> set[Donation]:
    return set(gifts_found(Donation.objects.all(), text))


def typings(code: str) -> list[str]:
    """SEGNO 7K3M-92, as people type it."""
    bare = code.removeprefix("SEGNO ")
    squeezed = bare.replace("-", "")
    return [
        code,
        code.lower(),
        bare,
        squeezed,
        f"SEGNO{squeezed}",
        f"segno {squeezed}",
        f"SEGNO{bare}",
    ]


def test_every_gift_of_a_standing_order_is_found_by_its_reference(
    settled: Donation, second: Donation, elio: Client
) -> None:
    other = promised(donor=LUCA, amount=20_00)
    for typed in typings(settled.transfer.readable):
        assert found(typed) == {settled, second}, typed
    assert found(other.transfer.readable) == {other}
    assert found("CRO020") == {second}
    query = {"cerca": settled.transfer.readable}
    page = elio.get(reverse("treasury:donations"), query).content.decode()
    assert str(settled.public_id) in page and str(second.public_id) in page
    assert str(other.public_id) not in page
    query["cerca"] = settled.transfer.readable.removeprefix("SEGNO ")
    page = elio.get(reverse("treasury:donors"), query).content.decode()
    assert str(settled.donor.public_id) in page and str(other.donor.public_id) not in page


def test_a_gift_known_before_its_line_is_found_by_it_as_long_as_it_has_it(
    settled: Donation,
) -> None:
    gift = by_hand(donor=TERESA, method="bank_transfer", amount=20_00, day=today())
    (line,) = month(settled, 0)
    recognise_known(line=line, donation=gift, by=None)
    assert found(settled.transfer.readable) == {settled, gift}
    line.refresh_from_db()
    undo(line=line, reason="", by=None)
    assert found(settled.transfer.readable) == {settled}


def test_what_is_corrected_keeps_its_references(settled: Donation, second: Donation) -> None:
    for gift in (settled, second):
        written = {name: getattr(gift, name) for name in ("first_name", "street", "city")}
        assert correct(donation=gift, written=written | {"last_name": "Bianchi"}, tell=False)
    assert found(settled.transfer.readable) == found("bianchi") == {settled, second}
