"""The packers' list: who sees it and what of whom, many at once, on paper and in a spreadsheet."""

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from donations.models import Acknowledgement, PickUpPlace, Premium, PremiumClaim
from donations.services import packing
from donations.services.packing import READY, SENT
from giving_support import MARIA, session_of
from memory_stripe import MemoryStripe
from people import roles
from premium_support import adds_up, asked, by_post, claim_of, place, seeds
from treasury_support import member, tell

pytestmark = pytest.mark.django_db
State = PremiumClaim.State
LIST = "/admin/omaggi/"
EMMA = replace(MARIA, email="emma@example.org", first_name="Emma", last_name="Bianchi")
EVIL = replace(MARIA, email="evil@example.org", first_name="=1+1", last_name="Neri")


def sure(stripe: MemoryStripe, premium: Premium, *choice: Any, **changes: Any) -> PremiumClaim:
    gift = asked(premium, *choice, **changes)
    stripe.pay_by_card(session_of(gift))
    tell(stripe)
    return claim_of(gift)


def mark(client: Client, choice: str, *claims: PremiumClaim) -> str:
    data = {"scelta": choice, "righe": [claim.pk for claim in claims], "filtro": ""}
    return client.post(f"{LIST}segna/", data, follow=True).text


def states(*claims: PremiumClaim) -> list[str]:
    return [PremiumClaim.objects.get(pk=claim.pk).state for claim in claims]


def duties(kind: str) -> list[str]:
    rows = Acknowledgement.objects.filter(kind=kind)
    return list(rows.order_by("pk").values_list("state", flat=True))


def test_a_packer_sees_names_and_places_and_no_amount(memory_stripe: MemoryStripe) -> None:
    kit = seeds(minimum=10_00)
    sure(memory_stripe, kit, amount=137_00)
    sure(memory_stripe, kit, by_post(kit), donor=EMMA, amount=138_00)
    packer = member(roles.PACKERS)
    page = packer.get(LIST).text
    assert "Maria Rossi" in page and "Emporion" in page and "Via Roma 1, 00100 Roma (RM)" in page
    for kept in ("137", "138", "maria.rossi@", "emma@", "RSSMRA", "€"):
        assert kept not in page, kept
    assert "/admin/tesoreria/" not in page
    assert packer.get("/admin/tesoreria/").status_code == 302
    assert packer.get(reverse("premiums:index")).status_code == 302


def test_many_at_once_are_prepared_and_leave_and_each_is_told_once(
    memory_stripe: MemoryStripe,
) -> None:
    kit, packer = seeds(), member(roles.PACKERS)
    here, there = sure(memory_stripe, kit), sure(memory_stripe, kit, by_post(kit), donor=EMMA)
    assert "Fatto: 2 righe." in mark(packer, "prepara", here, there)
    assert states(here, there) == [State.PACKED] * 2
    assert (duties(READY), duties(SENT)) == (["due"], []), "a parcel says nothing until it leaves"
    assert "2 righe sono rimaste" in mark(packer, "prepara", here, there)
    mark(packer, "consegna", here, there)
    mark(packer, "consegna", here, there)
    assert states(here, there) == [State.DELIVERED] * 2
    assert (duties(READY), duties(SENT)) == (["due"], ["due"])
    here.refresh_from_db()
    assert here.packed_by and here.delivered_by and here.delivered_at
    assert adds_up(kit) and kit.taken == 2, "what is handed over is gone"


def test_a_step_back_calls_off_the_mail_that_is_not_written(memory_stripe: MemoryStripe) -> None:
    kit, packer = seeds(), member(roles.PACKERS)
    claim = sure(memory_stripe, kit)
    mark(packer, "prepara", claim)
    mark(packer, "indietro", claim)
    assert (states(claim), duties(READY)) == ([State.CONFIRMED], ["skipped"])
    mark(packer, "prepara", claim)
    assert duties(READY) == ["due"]
    mark(packer, "consegna", claim)
    mark(packer, "indietro", claim)
    assert states(claim) == [State.PACKED]
    mark(packer, "magazzino", claim)
    assert (states(claim), duties(READY)) == ([State.RELEASED], ["skipped"])
    assert adds_up(kit) and kit.taken == 0


def test_what_is_not_sure_cannot_be_prepared(memory_stripe: MemoryStripe) -> None:
    kit, packer = seeds(), member(roles.PACKERS)
    waits = claim_of(asked(kit))
    disputed = sure(memory_stripe, kit, donor=EMMA)
    memory_stripe.dispute(session_of(disputed.donation), 10_00)
    tell(memory_stripe)
    page = packer.get(LIST).text
    assert "Emma" not in page and "Maria" not in page and "Ne aspetta un altro" in page
    mark(packer, "prepara", waits, disputed)
    mark(packer, "consegna", waits, disputed)
    assert states(waits, disputed) == [State.RESERVED, State.CONFIRMED]


@pytest.mark.parametrize(
    ("choice", "state", "taken"),
    [("magazzino", State.RELEASED, 0), ("lascia", State.DELIVERED, 1), ("consegna", "packed", 1)],
)
def test_a_gift_that_goes_back_after_packing_asks_a_person(
    memory_stripe: MemoryStripe, choice: str, state: str, taken: int
) -> None:
    kit, packer = seeds(), member(roles.PACKERS)
    claim = sure(memory_stripe, kit)
    packing.pack(claims=[claim], by=None)
    memory_stripe.give_back(session_of(claim.donation), 10_00)
    tell(memory_stripe)
    assert states(claim) == [State.PACKED]
    assert "il dono è tornato indietro" in packer.get(LIST).text
    mark(packer, choice, claim)
    assert states(claim) == [state]
    assert ("il dono è tornato indietro" in packer.get(LIST).text) == (choice == "consegna")
    assert adds_up(kit) and kit.taken == taken


def test_the_list_is_narrowed_ordered_and_read_by_a_screen_reader(
    memory_stripe: MemoryStripe, django_assert_max_num_queries: Any
) -> None:
    kit, honey = seeds(), seeds(name="Miele")
    other = place("Bottega")
    for number in range(4):
        donor = replace(MARIA, email=f"d{number}@example.org", last_name=f"Cognome{number}")
        sure(memory_stripe, kit if number % 2 else honey, donor=donor)
    PremiumClaim.objects.filter(premium=honey).update(place=other)
    sure(memory_stripe, kit, by_post(kit), donor=EMMA)
    packer = member(roles.PACKERS)
    page = packer.get(LIST).text
    wanted = ["Cognome0", "Cognome2", "Cognome1", "Cognome3", "Via Roma 1"]
    assert sorted(wanted, key=page.index) == wanted, "by place, the post last"
    assert 'name="dove"' in page and 'name="omaggio"' in page
    assert "Cognome1" not in packer.get(f"{LIST}?dove={other.pk}").text
    only_post = packer.get(f"{LIST}?dove=posta").text
    assert "Via Roma 1" in only_post and "Cognome0" not in only_post
    only_kit = packer.get(f"{LIST}?omaggio={kit.pk}").text
    assert "Cognome1" in only_kit and "Cognome0" not in only_kit
    with django_assert_max_num_queries(25):
        packer.get(LIST)


def test_paper_and_spreadsheets_run_nothing_and_hold_no_amount(memory_stripe: MemoryStripe) -> None:
    kit, packer = seeds(), member(roles.PACKERS)
    sure(memory_stripe, kit, donor=EVIL, amount=137_00)
    sure(memory_stripe, kit, by_post(kit), donor=EMMA)
    paper = packer.get(f"{LIST}?formato=stampa").text
    assert "=1+1 Neri" in paper and "Via Roma 1, 00100 Roma (RM)" in paper
    assert "137" not in paper and "<script" not in paper and "style=" not in paper
    answer = packer.get(f"{LIST}?formato=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert [row["Nome"] for row in rows] == ["'=1+1 Neri", "Maria Rossi"]
    assert [row["Luogo"] for row in rows] == ["Emporion", ""]
    assert rows[1]["Via e numero"] == "Via Roma 1" and "137" not in text
    assert packer.get(f"{LIST}?formato=xlsx").status_code == 200


@pytest.mark.parametrize(
    ("role", "lists", "keeps"),
    [
        (roles.PACKERS, True, False),
        (roles.TREASURY, True, True),
        (roles.COORDINATION, True, True),
        (roles.CAMPAIGNERS, False, True),
        (roles.EDITORS, False, False),
        (roles.REVIEWERS[0], False, False),
    ],
)
def test_who_may(memory_stripe: MemoryStripe, role: str, lists: bool, keeps: bool) -> None:
    kit, client = seeds(), member(role)
    claim = sure(memory_stripe, kit)
    assert (client.get(LIST).status_code == 200) == lists
    mark(client, "prepara", claim)
    assert states(claim) == [State.PACKED if lists else State.CONFIRMED]
    for name in ("premiums:index", "premiums:add", "pick_up_places:index"):
        assert (client.get(reverse(name)).status_code == 200) == keeps, name
    edit = reverse("premiums:edit", args=[kit.pk])
    assert (client.get(edit).status_code == 200) == keeps


def fields(premium: Premium, **changes: Any) -> dict[str, Any]:
    return {
        "campaign": premium.campaign_id,
        "name": premium.name,
        "name_en": "",
        "description": "",
        "description_en": "",
        "picture": "",
        "minimum": "10",
        "pieces": premium.pieces,
        "per_donor": "",
        "fair_value": "2,50",
        "places": [one.pk for one in premium.places.all()],
        "by_post": "on",
        "open_until": "",
        "position": "0",
        "active": "on",
        **changes,
    }


def test_the_stock_never_falls_below_what_is_taken(memory_stripe: MemoryStripe) -> None:
    kit, staff = seeds(pieces=9), member(roles.CAMPAIGNERS)
    for number in range(3):
        asked(kit, donor=replace(MARIA, email=f"d{number}@example.org"))
    edit = reverse("premiums:edit", args=[kit.pk])
    refused = staff.post(edit, fields(kit, pieces=2)).text
    assert "3 sono già presi: i pezzi non possono essere meno di così." in refused
    assert staff.post(edit, fields(kit, pieces=3)).status_code == 302
    kit.refresh_from_db()
    assert (kit.pieces, kit.taken, kit.fair_value) == (3, 3, 2_50)
    assert staff.post(edit, fields(kit, pieces=30)).status_code == 302
    assert adds_up(kit) and kit.left == 27
    page = staff.get(reverse("premiums:index")).text
    assert "27" in page and "Kit di semi" in page


def test_a_piece_taken_while_staff_write_is_not_forgotten(memory_stripe: MemoryStripe) -> None:
    """The form was opened before; what it knows of the pieces that are taken is old."""
    from donations.treasury.premiums import PremiumForm, PremiumViewSet

    kit, staff = seeds(pieces=9), member(roles.CAMPAIGNERS)
    real = PremiumForm.clean_pieces

    def slow(form: PremiumForm) -> int:
        pieces = real(form)
        asked(kit, donor=EMMA)
        return pieces

    edit_form = PremiumViewSet().edit_handler.bind_to_model(Premium).get_form_class()
    assert issubclass(edit_form, PremiumForm)
    PremiumForm.clean_pieces = slow  # type: ignore[method-assign]
    try:
        edit = reverse("premiums:edit", args=[kit.pk])
        assert staff.post(edit, fields(kit, pieces=8)).status_code == 302
        kit.refresh_from_db()
        assert (kit.pieces, kit.taken) == (8, 1)
        refused = staff.post(edit, fields(kit, pieces=1))
    finally:
        PremiumForm.clean_pieces = real  # type: ignore[method-assign]
    assert "sono già presi" in refused.text
    assert adds_up(kit) and kit.pieces == 8


def test_what_was_asked_for_is_not_deleted(memory_stripe: MemoryStripe) -> None:
    kit, staff = seeds(), member(roles.CAMPAIGNERS)
    unused = seeds(name="Mai chiesto")
    asked(kit)
    for name, thing in (("premiums", kit), ("pick_up_places", place())):
        answer = staff.post(reverse(f"{name}:delete", args=[thing.pk]), follow=True)
        assert "è stato richiesto" in answer.text, name
    staff.post(reverse("premiums:delete", args=[unused.pk]))
    assert list(Premium.objects.all()) == [kit] and PickUpPlace.objects.exists()


def test_one_that_gets_nowhere_is_not_kept() -> None:
    kit, staff = seeds(), member(roles.CAMPAIGNERS)
    edit = reverse("premiums:edit", args=[kit.pk])
    nowhere = fields(kit, places=[])
    del nowhere["by_post"]
    assert "Di’ come arriva" in staff.post(edit, nowhere).text
