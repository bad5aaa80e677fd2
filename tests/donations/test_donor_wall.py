"""Names on a campaign's page: asked for, read by a person, shown, taken down, withdrawn."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

import attribution.services as attribution
from area_support import entered
from attribution.models import Source
from donations.forms import GiftForm
from donations.models import Donation, DonorWallEntry
from donations.services import consents, donor_wall
from form_support import open_fund, typed
from giving_support import session_of
from memory_stripe import MemoryStripe
from people import roles
from treasury_support import member, tell

pytestmark = pytest.mark.django_db
PAGE = "/dona/"
State = DonorWallEntry.State


@pytest.fixture
def campaign(memory_stripe: MemoryStripe) -> Source:
    open_fund()
    return attribution.source(kind="campaign", key="7", label="DonoDay")


def give(stripe: MemoryStripe, *, came: bool = True, **changes: Any) -> Donation:
    """From the form to the books."""
    seen = list(Donation.objects.values_list("pk", flat=True))
    answer = Client().post(PAGE, typed(**{"campagna": "7", **changes}))
    assert answer.status_code == 303
    gift = Donation.objects.exclude(pk__in=seen).get()
    if came:
        stripe.pay_by_card(session_of(gift))
        tell(stripe)
        gift.refresh_from_db()
        assert gift.state == Donation.State.SETTLED
    return gift


def wall() -> list[tuple[str, str]]:
    return [(row.signed, row.read) for row in donor_wall.of_campaign(key="7", most=60).entries]


def test_only_a_campaign_has_a_wall(client: Client, campaign: Source) -> None:
    assert 'name="muro"' not in client.get(PAGE).content.decode()
    page = client.get(PAGE, {"campagna": "7"}).content.decode()
    assert re.search(r'name="muro" id="muro">', page)  # never ticked beforehand


def test_who_says_yes_is_named_once_the_gift_has_come(
    campaign: Source, memory_stripe: MemoryStripe
) -> None:
    give(memory_stripe, came=False, muro="on", email="uno@example.org")
    gift = give(memory_stripe, muro="on", email="due@example.org")
    give(memory_stripe, email="tre@example.org")
    give(memory_stripe, email="tre@example.org")
    assert wall() == [("Anna Esempio", "")]
    assert donor_wall.of_campaign(key="7", most=60).others == 1
    assert gift.consents.get(kind="wall").words.startswith("Scrivete il mio nome")


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"firma": "anna esempio"}, "anna esempio"),
        ({"ente": "Officine Mallero S.r.l."}, "Officine Mallero S.r.l."),
    ],
)
def test_the_name_of_the_gift_stands_at_once(
    campaign: Source, memory_stripe: MemoryStripe, fields: dict[str, str], name: str
) -> None:
    give(memory_stripe, muro="on", **fields)
    assert wall() == [(name, "")]


def test_a_name_made_up_for_the_wall_is_read_by_a_person_first(
    campaign: Source, memory_stripe: MemoryStripe
) -> None:
    gift = give(memory_stripe, muro="on", firma="La nonna Anna", parole="Per Rosa")
    assert wall() == []
    hers = entered(gift.donor).get("/dona/area/").content.decode()
    assert "La nonna Anna" in hers and "non compare prima" in hers
    elio = member(roles.TREASURY)
    page = elio.get("/admin/tesoreria/muro/").content.decode()
    assert "Non è il nome che sta sul dono" in page
    assert "La nonna Anna" in page and "Per Rosa" in page
    address = f"/admin/tesoreria/muro/{gift.on_wall.pk}/decidi/"
    elio.post(address, {"scelta": "nome"})
    assert wall() == [("La nonna Anna", "")]
    elio.post(address, {"scelta": "parole"})
    assert wall() == [("La nonna Anna", "Per Rosa")]


def test_words_are_read_by_a_person_first(campaign: Source, memory_stripe: MemoryStripe) -> None:
    give(memory_stripe, muro="on", parole="Per chi fa fatica")
    assert wall() == [("Anna Esempio", "")]
    elio, before = member(roles.TREASURY), attribution.version()
    assert (
        "Le parole di chi ha donato" in elio.get("/admin/tesoreria/da-decidere/").content.decode()
    )
    page = elio.get("/admin/tesoreria/muro/").content.decode()
    assert "Non è il nome che sta sul dono" not in page
    assert "Per chi fa fatica" in page
    entry = DonorWallEntry.objects.get()
    address = f"/admin/tesoreria/muro/{entry.pk}/decidi/"
    elio.post(address, {"scelta": "parole"})
    assert wall() == [("Anna Esempio", "Per chi fa fatica")]
    assert attribution.version() != before
    elio.post(address, {"scelta": "nome"})
    assert wall() == [("Anna Esempio", "")]
    elio.post(address, {"scelta": "togli"})
    assert wall() == []
    entry.refresh_from_db()
    assert entry.state == State.HIDDEN and entry.decided_by
    reader = member(roles.COORDINATION)
    assert reader.post(address, {"scelta": "parole"}).status_code == 302 and wall() == []


@pytest.mark.parametrize("words", ["guarda www.x.it", "scrivimi a@x.it", "<b>ciao</b>", "x" * 201])
def test_words_carry_no_advertising(
    client: Client, campaign: Source, memory_stripe: MemoryStripe, words: str
) -> None:
    answer = client.post(PAGE, typed(campagna="7", muro="on", parole=words))
    assert answer.status_code == 422 and 'id="parole-e"' in answer.content.decode()
    assert not DonorWallEntry.objects.exists()


def test_a_gift_that_went_back_is_not_on_the_wall(
    campaign: Source, memory_stripe: MemoryStripe
) -> None:
    gift = give(memory_stripe, muro="on")
    memory_stripe.give_back(session_of(gift), gift.amount)
    tell(memory_stripe)
    assert wall() == [] and donor_wall.of_campaign(key="7", most=60).others == 0


def test_whoever_gave_takes_the_name_off(campaign: Source, memory_stripe: MemoryStripe) -> None:
    gift = give(memory_stripe, muro="on")
    other = give(memory_stripe, muro="on", email="altra@example.org", nome="Altra")
    hers = entered(gift.donor)
    page = hers.get("/dona/area/").content.decode()
    assert "Compari tra chi ha donato" in page and "Altra" not in page
    assert hers.post("/dona/area/muro/").status_code == 303
    assert wall() == [("Altra Esempio", "")]
    after = hers.get("/dona/area/").content.decode()
    assert "Compari tra chi ha donato" not in after and "hai detto no" in after
    assert other.on_wall.withdrawn_at is None
    said = [step.words for step in consents.history(donor=gift.donor) if step.kind == "wall"]
    assert said == [str(GiftForm.wall)] * 2  # the yes, and its end, in the words of the yes
    assert Client().post("/dona/area/muro/").status_code in (302, 303)
    assert wall() == [("Altra Esempio", "")]


def test_the_form_sent_again_signs_anew_until_the_money_is_there(
    client: Client, campaign: Source, memory_stripe: MemoryStripe
) -> None:
    form = typed(campagna="7", muro="on", firma="Prima")
    client.post(PAGE, form)
    client.post(PAGE, form | {"firma": "Dopo"})
    assert DonorWallEntry.objects.get().name == "Dopo"
    back = client.get(PAGE, {"annullato": str(Donation.objects.get().public_id)}).content.decode()
    assert 'id="muro" checked' in back and 'value="Dopo"' in back
    gift = Donation.objects.get()
    memory_stripe.pay_by_card(session_of(gift))
    tell(memory_stripe)
    client.post(PAGE, form | {"firma": "Un altro"})
    assert DonorWallEntry.objects.get().name == "Dopo"


def test_who_wants_no_name_stands_there_as_anonymous_and_no_name_is_kept(
    campaign: Source, memory_stripe: MemoryStripe
) -> None:
    gift = give(memory_stripe, muro="on", anonimo="on", firma="Anna", parole="Per Rosa")
    entry = gift.on_wall
    assert (entry.name, entry.anonymous, entry.state) == ("", True, State.WAITING)
    assert wall() == [("Anonimo", "")]  # her words when somebody has read them
    assert gift.consents.get(kind="wall").words == f"{GiftForm.wall} {GiftForm.nameless}"
    elio = member(roles.TREASURY)
    page = elio.get("/admin/tesoreria/muro/").content.decode()
    assert "Anonimo" in page and "Per Rosa" in page and "Anna" not in page
    elio.post(f"/admin/tesoreria/muro/{entry.pk}/decidi/", {"scelta": "parole"})
    assert wall() == [("Anonimo", "Per Rosa")]
    assert "Anonimo" in entered(gift.donor).get("/dona/area/").content.decode()
    with translation.override("en"):
        assert wall() == [("Anonymous", "Per Rosa")]


def test_one_name_comes_off_and_the_others_stay(
    campaign: Source, memory_stripe: MemoryStripe
) -> None:
    attribution.source(kind="campaign", key="8", label="Ottobre")
    first = give(memory_stripe, muro="on")
    second = give(memory_stripe, muro="on", firma="La nonna", campagna="8")
    others = give(memory_stripe, muro="on", email="altra@example.org", nome="Altra")
    hers = entered(first.donor)
    page = hers.get("/dona/area/").content.decode()
    assert f'value="{first.on_wall.pk}"' in page and f'value="{second.on_wall.pk}"' in page
    assert "Ottobre" in page
    assert hers.post("/dona/area/muro/", {"voce": second.on_wall.pk}).status_code == 303
    standing = DonorWallEntry.objects.filter(withdrawn_at=None).values_list("donation", flat=True)
    assert set(standing) == {first.pk, others.pk}
    for key in (others.on_wall.pk, 999_999, "x", "²", second.on_wall.pk):
        assert hers.post("/dona/area/muro/", {"voce": key}).status_code == 404
    assert set(standing.all()) == {first.pk, others.pk}
