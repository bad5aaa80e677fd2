"""The treasury's pages of a refund: how much and why, what will happen, and what became of it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from donations.models import Donation, RefundRequest
from giving_support import begin, session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import Cast, gifts, member, tell

pytestmark = pytest.mark.django_db
State = RefundRequest.State


@pytest.fixture
def cast(memory_stripe: MemoryStripe) -> Cast:
    return gifts(memory_stripe)


@pytest.fixture
def treasury() -> Client:
    return member(roles.TREASURY)


def at(gift: Donation) -> str:
    return reverse("treasury:refund", args=[gift.public_id])


def sheet(client: Client, gift: Donation, **changes: Any) -> dict[str, Any]:
    """The form as it was handed out, filled in."""
    page = client.get(at(gift)).content.decode()
    found = re.search(r'name="foglio" value="([^"]+)"', page)
    assert found
    return {"euro": "7,50", "motivo": "requested_by_customer", "foglio": found[1], **changes}


def send(client: Client, gift: Donation, filled: dict[str, Any], **more: str) -> str:
    return client.post(at(gift), filled | more, follow=True).content.decode()


def test_first_the_page_says_what_will_happen_and_nothing_moves(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    page = send(treasury, cast.settled, sheet(treasury, cast.settled))
    number = cast.receipt.label
    assert f"La ricevuta {number} è annullata, e ne prende il posto una nuova di 42,50" in page
    assert "con la ricevuta nuova" in page and "in meno" in page
    assert not RefundRequest.objects.exists()
    page = send(treasury, cast.settled, sheet(treasury, cast.settled, euro="50"))
    assert f"La ricevuta {number} è annullata." in page and "Del dono non resta niente" in page


def test_yes_gives_it_back_once_however_often_it_is_clicked(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    filled = sheet(treasury, cast.settled, nota="Ha telefonato")
    for _click in range(2):
        assert "Stripe restituisce" in send(treasury, cast.settled, filled, conferma="1")
    tell(memory_stripe)
    row = RefundRequest.objects.get()
    assert (row.amount, row.state, row.note) == (7_50, State.DONE, "Ha telefonato")
    assert row.asked_by is not None
    cast.settled.refresh_from_db()
    assert cast.settled.refunded_amount == 7_50
    page = treasury.get(reverse("treasury:donation", args=[cast.settled.public_id]))
    assert "Chiesto il rimborso di 7,50" in page.content.decode()
    assert "Ha telefonato" in page.content.decode()


def test_two_pages_open_at_once_do_not_give_back_twice(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    mine, hers = sheet(treasury, cast.settled), sheet(treasury, cast.settled)
    send(treasury, cast.settled, mine, conferma="1")
    page = send(treasury, cast.settled, hers, conferma="1")
    assert "Qualcosa è cambiato da quando hai aperto la pagina" in page
    assert RefundRequest.objects.count() == 1


def test_stripe_down_is_said_and_stands_on_the_desk(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    filled = sheet(treasury, cast.settled)
    memory_stripe.down = True
    page = send(treasury, cast.settled, filled, conferma="1")
    assert "Stripe adesso non risponde" in page
    desk = reverse("treasury:desk")
    assert "non è ancora partito" in treasury.get(desk).content.decode()
    memory_stripe.down = False
    row = RefundRequest.objects.get()
    treasury.post(reverse("treasury:decide_refund", args=[row.pk]), {"scelta": "riprova"})
    row.refresh_from_db()
    assert row.state == State.ACCEPTED
    assert "non è ancora partito" not in treasury.get(desk).content.decode()


def test_a_refusal_is_said_with_its_reason_until_somebody_has_seen_it(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    filled = sheet(treasury, cast.settled)
    memory_stripe.give_back(session_of(cast.settled), 50_00)
    page = send(treasury, cast.settled, filled, conferma="1")
    assert "è già tornato indietro tutto" in page
    desk = reverse("treasury:desk")
    assert "è già tornato indietro tutto" in treasury.get(desk).content.decode()
    row = RefundRequest.objects.get()
    treasury.post(reverse("treasury:decide_refund", args=[row.pk]), {"scelta": "visto"})
    assert "è già tornato indietro tutto" not in treasury.get(desk).content.decode()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"euro": "50,01"}, "Si possono restituire da 0,01"),
        ({"euro": "0"}, "Si possono restituire da 0,01"),
        ({"euro": "tanto"}, "scrivi"),
        ({"euro": ""}, "Scrivi quanto torna indietro"),
        ({"motivo": ""}, "Scegli perché"),
        ({"foglio": "x"}, "rimasta aperta troppo a lungo"),
    ],
)
def test_what_is_amiss_is_said(
    cast: Cast, treasury: Client, changes: dict[str, str], says: str
) -> None:
    for more in ({}, {"conferma": "1"}):
        filled = sheet(treasury, cast.settled, **changes)
        assert says.lower() in send(treasury, cast.settled, filled, **more).lower()
    assert not RefundRequest.objects.exists()


def test_a_gift_with_nothing_to_give_back_says_so(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    for gift in (cast.processing, cast.refunded):
        page = treasury.get(at(gift), follow=True).content.decode()
        assert "non si può restituire niente" in page
        assert f'href="{at(gift)}"' not in page
    memory_stripe.dispute(session_of(cast.settled), 50_00)
    tell(memory_stripe)
    page = treasury.get(at(cast.settled), follow=True).content.decode()
    assert "Una banca contesta questo pagamento" in page


def test_only_the_treasury_sees_the_button_and_may_press_it(cast: Cast, treasury: Client) -> None:
    page = reverse("treasury:donation", args=[cast.settled.public_id])
    assert at(cast.settled) in treasury.get(page).content.decode()
    other = member(roles.COORDINATION)
    assert at(cast.settled) not in other.get(page).content.decode()
    filled = sheet(treasury, cast.settled)
    assert other.post(at(cast.settled), filled | {"conferma": "1"})["Location"] == "/admin/"
    assert not RefundRequest.objects.exists()


def test_a_debits_donor_waits_for_the_bank(memory_stripe: MemoryStripe, treasury: Client) -> None:
    gift = begin().donation
    memory_stripe.promise_debit(session_of(gift))
    memory_stripe.collect_debit(session_of(gift))
    tell(memory_stripe)
    assert "qualche giorno" in send(treasury, gift, sheet(treasury, gift))


def test_a_suspected_fraud_is_given_back_with_that_reason(cast: Cast, treasury: Client) -> None:
    page = treasury.get(at(cast.settled) + "?frode=1").content.decode()
    assert re.search(r'value="fraudulent"[^>]*checked', page)


def test_the_sheet_of_one_gift_is_no_other_gifts(cast: Cast, treasury: Client) -> None:
    other = begin(amount=50_00).donation
    filled = sheet(treasury, cast.settled)
    page = send(treasury, other, filled, conferma="1")
    assert "rimasta aperta troppo a lungo" in page
    assert not RefundRequest.objects.exists()


def test_asking_twice_is_written_down_once(
    memory_stripe: MemoryStripe, cast: Cast, treasury: Client
) -> None:
    """Also while Stripe has not been asked yet: a second click finds the same request."""
    filled = sheet(treasury, cast.settled)
    memory_stripe.down = True
    for _click in range(2):
        RefundRequest.objects.update(attempts=0)
        send(treasury, cast.settled, filled, conferma="1")
    asked = ModelLogEntry.objects.filter(action="donations.refund_asked")
    assert RefundRequest.objects.count() == asked.count() == 1
