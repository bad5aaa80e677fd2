"""What is said of a thank-you gift: in the thanks, when it is ready or has left, on her page, to staff."""

from dataclasses import replace
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from area_support import entered
from donations.models import Premium, PremiumClaim
from donations.services import own_data, packing, premium_stock, premiums
from donations.services.acknowledging import write_due
from donations.services.premiums import Choice
from giving_support import MARIA, begin, session_of
from mail.services import send_due
from memory_stripe import MemoryStripe
from people import roles
from premium_support import adds_up, asked, by_post, claim_of, place, seeds
from treasury_support import member, tell

pytestmark = pytest.mark.django_db
State = PremiumClaim.State
PARCEL = {
    "pacco_nome": "Nonna Rosa",
    "pacco_via": "Via Stelvio 21",
    "pacco_cap": "23017",
    "pacco_citta": "Morbegno",
    "pacco_provincia": "SO",
}


def sure(stripe: MemoryStripe, premium: Premium, *choice: Any, **changes: Any) -> PremiumClaim:
    gift = asked(premium, *choice, **changes)
    stripe.pay_by_card(session_of(gift))
    tell(stripe)
    return claim_of(gift)


def sent() -> list[Any]:
    """Since it was asked last."""
    mail.outbox.clear()
    write_due()
    send_due()
    return mail.outbox


def parts(message: Any) -> tuple[str, str]:
    return " ".join(message.body.split()), message.alternatives[0][0]


def test_the_thanks_say_what_and_where(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    sure(memory_stripe, kit)
    sure(memory_stripe, kit, by_post(kit), language="en")
    here, there = sent()
    for part in parts(here):
        assert "«Kit di semi» è tuo" in part and "Via dei Mulini 4, Sondrio" in part
        assert "Martedì, 16" in part
    for part in parts(there):
        assert "“Seed kit” is yours: we send it to Maria Rossi, Via Roma 1, 00100 Roma" in part


def test_without_one_the_thanks_are_as_they_were(memory_stripe: MemoryStripe) -> None:
    seeds()
    memory_stripe.pay_by_card(session_of(begin(premium=Choice()).donation))
    tell(memory_stripe)
    (thanks,) = sent()
    assert "Kit di semi" not in thanks.body


def test_sold_out_meanwhile_or_too_little_is_said(memory_stripe: MemoryStripe) -> None:
    kit = seeds(pieces=1)
    gift = asked(kit)
    claim = claim_of(gift)
    premiums.release(premiums.hold(claim), PremiumClaim.Why.UNPAID)
    asked(kit, donor=replace(MARIA, email="emma@example.org"))
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    assert claim_of(gift).released_why == PremiumClaim.Why.SOLD_OUT
    (thanks,) = sent()
    for part in parts(thanks):
        assert "era finito quando il tuo dono è arrivato" in part
    assert adds_up(kit)


def test_ready_and_sent_are_told_once_each(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    here, there = sure(memory_stripe, kit), sure(memory_stripe, kit, by_post(kit))
    sent()
    packing.pack(claims=[here, there], by=None)
    (ready,) = sent()
    assert ready.subject == "Maria, «Kit di semi» è pronto"
    for part in parts(ready):
        assert "Via dei Mulini 4, Sondrio" in part and "/dona/area/" in part
    packing.undo(claims=[here], by=None)
    packing.pack(claims=[here], by=None)
    assert not sent(), "once only"
    packing.deliver(claims=[here, there], by=None)
    (left,) = sent()
    assert left.subject == "Maria, «Kit di semi» è in viaggio"
    for part in parts(left):
        assert "Maria Rossi, Via Roma 1, 00100 Roma (RM)" in part


def test_a_mail_overtaken_by_events_is_not_written(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit)
    sent()
    packing.pack(claims=[claim], by=None)
    packing.deliver(claims=[claim], by=None)
    assert not sent(), "she has it already"


def test_her_page_shows_it_and_changes_it_until_it_is_packed(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit)
    client = entered(claim.donation.donor)
    home = client.get("/dona/area/").text
    assert "«Kit di semi» è tuo" in home
    address = reverse("area:premium", args=[claim.donation.public_id])
    assert address in home and "Emporion" in client.get(address).text
    empty = client.post(address, {"omaggio": f"{kit.pk}-posta"})
    assert empty.status_code == 422 and "Scrivi dove mandiamo" in empty.text
    assert client.post(address, {}).status_code == 422
    saved = client.post(address, {"omaggio": f"{kit.pk}-posta", **PARCEL}, follow=True)
    assert "Nonna Rosa, Via Stelvio 21, 23017 Morbegno (SO)" in saved.text
    claim.refresh_from_db()
    assert (claim.way, claim.recipient, claim.place) == ("post", "Nonna Rosa", None)
    packing.pack(claims=[claim], by=None)
    late = client.post(address, {"omaggio": f"{kit.pk}-{place().pk}"})
    assert late.status_code == 409 and "non si può più cambiare" in late.text
    claim.refresh_from_db()
    assert claim.way == "post"
    leave = client.post(reverse("area:premium_leave", args=[claim.donation.public_id]))
    assert leave.status_code == 409
    assert adds_up(kit) and kit.taken == 1


def test_she_leaves_it_to_somebody_else(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit)
    client = entered(claim.donation.donor)
    leave = reverse("area:premium_leave", args=[claim.donation.public_id])
    assert "Lasci «Kit di semi»" in client.post(leave, follow=True).text
    assert adds_up(kit) and kit.taken == 0


def test_another_donor_gets_nowhere(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit)
    other = sure(memory_stripe, kit, donor=replace(MARIA, email="emma@example.org"))
    client = entered(other.donation.donor)
    for name in ("area:premium", "area:premium_leave"):
        address = reverse(name, args=[claim.donation.public_id])
        assert client.post(address, {"omaggio": f"{kit.pk}-posta", **PARCEL}).status_code == 404
        assert Client().post(address).status_code in (302, 303, 403)
    claim.refresh_from_db()
    assert (claim.state, claim.way) == (State.CONFIRMED, "place")


def test_the_thanks_page_keeps_her_address_to_itself(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit, by_post(kit))
    page = Client().get(claim.donation.get_absolute_url()).text
    assert "«Kit di semi» è tuo" in page and "all" in page and "Via Roma 1" not in page


def test_her_data_hold_it_until_the_address_is_forgotten(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit, by_post(kit))
    (gift,) = own_data.of(donor=claim.donation.donor)["gifts"]
    assert gift["thank_you_gift"]["what"] == "Kit di semi"
    assert gift["thank_you_gift"]["street"] == "Via Roma 1"
    packing.deliver(claims=[claim], by=None)
    premium_stock.forget_of(donor=claim.donation.donor)
    (gift,) = own_data.of(donor=claim.donation.donor)["gifts"]
    assert gift["thank_you_gift"]["street"] == "" and gift["thank_you_gift"]["forgotten_at"]


def test_staff_see_it_on_the_gift_and_in_the_story(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit)
    packing.pack(claims=[claim], by=None)
    packing.deliver(claims=[claim], by=None)
    client = member(roles.TREASURY)
    gift = client.get(reverse("treasury:donation", args=[claim.donation.public_id])).text
    story = client.get(reverse("treasury:donor", args=[claim.donation.donor.public_id])).text
    assert "Omaggio: Kit di semi" in gift
    for page in (gift, story):
        for step in ("messo da parte", "preparato", "consegnato a mano"):
            assert f"«Kit di semi» {step}" in page


def test_the_desk_leads_to_a_packet_whose_gift_went_back(memory_stripe: MemoryStripe) -> None:
    kit = seeds()
    claim = sure(memory_stripe, kit)
    packing.pack(claims=[claim], by=None)
    memory_stripe.give_back(session_of(claim.donation), 10_00)
    tell(memory_stripe)
    page = member(roles.TREASURY).get(reverse("treasury:desk")).text
    assert "Un omaggio era già preparato" in page and "/admin/omaggi/" in page
