"""The treasury's pages of payouts: what came, what is still at Stripe, what nobody explains."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from donations.models import Account, JournalEntry, Payout
from donations.treasury.in_transit import waiting
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import gifts, member, tell

pytestmark = pytest.mark.django_db
LIST = reverse("treasury:payouts")
DESK = reverse("treasury:desk")


@pytest.fixture
def treasury() -> Client:
    return member(roles.TREASURY)


def paid_out(stripe: MemoryStripe, **how: Any) -> Payout:
    gifts(stripe)
    made = stripe.pay_out(**how)
    tell(stripe)
    return Payout.objects.get(payout_id=made)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_before_the_first_one(treasury: Client, memory_stripe: MemoryStripe) -> None:
    assert "Ancora nessun accredito" in text(treasury, LIST)
    assert "Niente: è arrivato tutto" in text(treasury, LIST)


def test_a_payout_line_by_line(treasury: Client, memory_stripe: MemoryStripe) -> None:
    row = paid_out(memory_stripe)
    page = text(treasury, LIST)
    for said in ("80,00", "−0,80", "−30,00", "49,20", "Quadra", "In banca"):
        assert said in page, said
    page = text(treasury, reverse("treasury:payout", args=[row.pk]))
    for said in ("Maria Rossi", "Elsa Esempio", "le loro commissioni", "Quadra", "49,20"):
        assert said in page, said
    assert "non spiegati" not in page and row.payout_id not in text(treasury, DESK)


def test_a_gifts_page_leads_to_the_payout_that_carried_it(
    treasury: Client, memory_stripe: MemoryStripe
) -> None:
    row = paid_out(memory_stripe)
    its = reverse("treasury:payout", args=[row.pk])
    carried = row.lines.filter(kind="charge").first()
    assert carried and carried.donation
    for gift, there in ((carried.donation, True), (begin().donation, False)):
        page = treasury.get(reverse("treasury:donation", args=[gift.public_id])).content.decode()
        assert (its in page) is there


def test_what_is_still_at_stripe_adds_up_to_its_account(memory_stripe: MemoryStripe) -> None:
    def total() -> int:
        return sum(one.cents for one in waiting())

    stripe = Account.objects.get(code=Account.STRIPE)
    gifts(memory_stripe)
    assert total() == stripe.balance() == 49_20
    made = memory_stripe.pay_out(status="in_transit")
    tell(memory_stripe)
    assert [one.title for one in waiting()] == ["Accrediti in viaggio verso la banca"]
    assert total() == stripe.balance() == 49_20
    memory_stripe.pay(made)
    tell(memory_stripe)
    assert waiting() == [] and stripe.balance() == 0
    memory_stripe.return_payout(made)
    memory_stripe.pay_by_card(session_of(begin().donation))
    memory_stripe.stray(-35)
    tell(memory_stripe)
    assert {one.title: one.cents for one in waiting()} == {
        "Doni": 25_00,
        "Commissioni": -40,
        "Accrediti rimandati indietro dalla banca": 49_20,
    }
    memory_stripe.pay_out()
    tell(memory_stripe)
    assert {one.title: one.cents for one in waiting()} == {"Differenze che nessuno ha spiegato": 35}
    assert stripe.balance() == 35


def test_a_difference_is_red_until_the_treasurer_says_what_it_is(
    treasury: Client, memory_stripe: MemoryStripe
) -> None:
    memory_stripe.stray(-35)
    row = paid_out(memory_stripe)
    address = reverse("treasury:payout", args=[row.pk])
    assert "Non quadra: −0,35" in text(treasury, LIST)
    assert "−0,35 € non spiegati" in text(treasury, DESK)
    assert "senza nominare un dono" in text(treasury, address)
    line = row.lines.get(kind="other").pk
    filled = {"conto": "fees", "perche": "", "riga": line, "centesimi": -35}
    refused = treasury.post(address, filled)
    assert refused.status_code == 422 and "Scrivi perché" in refused.content.decode()
    assert not JournalEntry.objects.filter(origin__contains="correction").exists()
    filled["perche"] = "Costo del conto"
    for _ in range(2):  # a second click writes nothing
        answer = treasury.post(address, filled, follow=True)
    assert "La differenza non è più quella" in answer.content.decode()
    entry = JournalEntry.objects.get(origin__contains="correction")
    assert (entry.amount, entry.debit.code, entry.correction.reason) == (
        35,
        "fees",
        "Costo del conto",
    )
    page = text(treasury, address)
    assert "Costo del conto" in page and "non spiegati" not in page
    assert "0,35" not in text(treasury, DESK)


def test_who_only_reads_explains_nothing(memory_stripe: MemoryStripe) -> None:
    memory_stripe.stray(-35)
    row = paid_out(memory_stripe)
    reader = member(roles.COORDINATION)
    address = reverse("treasury:payout", args=[row.pk])
    page = reader.get(address).content.decode()
    assert "non spiegati" in page and "<textarea" not in page and 'name="conto"' not in page
    line = row.lines.get(kind="other").pk
    filled = {"conto": "fees", "perche": "x", "riga": line, "centesimi": -35}
    assert reader.post(address, filled).status_code == 302
    assert Payout.objects.unexplained().exists()


def test_one_asked_for_by_hand_and_one_without_lines_yet(
    treasury: Client, memory_stripe: MemoryStripe
) -> None:
    row = paid_out(memory_stripe, told=False)
    assert "Stripe non ne ha ancora detto le righe" in text(treasury, LIST)
    assert "Accrediti di cui Stripe non ha detto le righe −49,20" in text(treasury, LIST)
    Payout.objects.filter(pk=row.pk).update(automatic=False)
    assert "Chiesto a mano" in text(treasury, reverse("treasury:payout", args=[row.pk]))


def test_the_list_asks_the_same_number_of_questions_however_many_there_are(
    treasury: Client, memory_stripe: MemoryStripe, django_assert_max_num_queries: Any
) -> None:
    paid_out(memory_stripe)
    for _ in range(4):
        memory_stripe.pay_by_card(session_of(begin().donation))
        memory_stripe.pay_out()
    tell(memory_stripe)
    with django_assert_max_num_queries(45):
        treasury.get(LIST)
