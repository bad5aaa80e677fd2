"""The gift form as a block on a page: plain GET fields that lead to the form itself."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from cms import cache as page_cache
from donations import offered
from donations.models import Fund, SuggestedAmount
from people import roles
from treasury_support import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def block(site, monkeypatch):
    """Puts the block, as the editor filled it in, on the page about the donations."""
    from cms.models import DonatePage

    monkeypatch.setattr(page_cache, "STAMP_SECONDS", 0)

    def put(**fields):
        page = DonatePage.objects.get()
        page.body = [("gift_form", {"heading": "Quanto aggiungi?", "button": "Dona", **fields})]
        page.save_revision().publish()
        return Client().get(page.url).content.decode()

    return put


@pytest.fixture
def paid_at_once(monkeypatch):
    from donations import gateway
    from donations.services import inbox
    from donations.services.acknowledging import write_due
    from giving_support import process, session_of
    from memory_stripe import MemoryStripe

    stripe = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: stripe)

    def pay(gift):
        stripe.pay_by_card(session_of(gift))
        for event in stripe.events:
            inbox.store(event)
        process()
        write_due()

    return pay


def asked(page: str) -> dict[str, str]:
    """What the browser would send with the second amount ticked."""
    form = re.search(r'<form class="in" action="/dona/" method="get">.*?</form>', page, re.S)
    assert form
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    ticked = re.findall(r'name="importo" value="([^"]*)" checked', form[0])
    return hidden | {"importo": ticked[0], "cifra": ""}


def test_it_leads_to_the_form_with_campaign_fund_and_amount(block, site):
    from campaigns.models import Campaign

    campaign, fund = Campaign.objects.first(), Fund.objects.get(slug="emporion")
    amounts = [{"euros": 7, "meaning": "Il pane"}, {"euros": 20, "meaning": "Il latte"}]
    page = block(campaign=campaign, fund=fund, amounts=amounts)
    assert "Il pane" in page and "Il latte" in page
    sent = asked(page)
    assert re.fullmatch(r"[0-9]+-[0-9a-f]{12}", sent.pop("cifre"))
    assert sent == {
        "campagna": str(campaign.pk), "fondo": "emporion", "importo": "20", "cifra": "",
    }  # fmt: skip
    form = Client().get("/dona/", sent).content.decode()  # its words got lost
    assert re.search(r'id="libero" checked', form) and 'value="20"' in form
    assert f'name="campagna" value="{campaign.pk}"' in form
    assert '<option value="emporion" selected' in form


def test_what_is_typed_comes_before_what_is_ticked(block):
    form = Client().get("/dona/", asked(block()) | {"cifra": "33,50"}).content.decode()
    assert re.search(r'id="libero" checked', form) and 'value="33,50"' in form


def test_without_amounts_it_has_those_of_its_fund(block):
    fund = Fund.objects.get(slug="cantieri")
    amounts = SuggestedAmount.objects.filter(fund=fund)
    amounts.delete()
    SuggestedAmount.objects.create(fund=fund, amount=8_50, meaning="Un sasso")
    page = block(fund=fund)
    assert "Un sasso" in page and asked(page)["importo"] == "8,50"
    amounts.delete()
    page = block(fund=fund)
    assert 'name="importo"' not in page and 'name="cifra"' in page


def test_it_names_the_small_thank_yous_while_there_are_some(block, site):
    from campaigns.models import Campaign
    from campaigns.services.sources import campaign_source
    from donations.models import Premium
    from premium_support import seeds

    campaign = Campaign.objects.first()
    Premium.objects.all().delete()
    assert "piccolo grazie" not in block(campaign=campaign)
    source = campaign_source(campaign=campaign)
    kit, gone = seeds(), seeds(name="Zucca", pieces=0)
    Premium.objects.filter(pk__in=[kit.pk, gone.pk]).update(campaign=source)
    page = block(campaign=campaign)
    assert "Kit di semi con doni da 10\u00a0€ in su" in page and "Zucca" not in page
    assert "piccolo grazie" not in block()


OWN = [{"euros": 7, "meaning": "Il pane"}, {"euros": 20, "meaning": "Il latte"}]


def test_the_editors_words_for_an_amount_stay_in_the_form(block):
    sent = asked(block(amounts=OWN))
    form = Client().get("/dona/", sent).content.decode()
    assert "Il pane" in form and re.search(r'value="20" id="importo-2" checked', form)
    assert not re.search(r'id="libero" checked', form)
    again = Client().post("/dona/", sent).content.decode()  # something is missing: the same again
    assert "Il latte" in again and 'name="cifre" value="' in again
    fund = Fund.objects.get(slug="cantieri")
    other = Client().post("/dona/", sent | {"fondo": fund.slug, "mostra": "importi"})
    assert "Il latte" not in other.content.decode()  # said of the fund that the page named


def test_an_editors_amount_has_an_english_meaning_if_she_writes_one(block):
    page = block(amounts=[OWN[0] | {"meaning_en": "The bread"}, OWN[1]])
    assert "Il pane" in page and "The bread" not in page
    english = Client(headers={"accept-language": "en"}).get("/dona/", asked(page)).content.decode()
    assert "<span>The bread</span>" in english and "Il pane" not in english
    assert '<span lang="it">Il latte</span>' in english
    assert "Il pane" in Client().get("/dona/", asked(page)).content.decode()


@pytest.mark.parametrize("changed", ["page", "form"])
def test_the_thanks_say_what_she_read_beside_the_amount(block, paid_at_once, changed):
    """Whatever the editor writes afterwards, and in the language she reads."""
    from donations.models import Donation
    from form_support import typed
    from mail.models import Message

    fund = Fund.objects.get(slug="emporion")
    SuggestedAmount.objects.create(fund=fund, amount=20_00, meaning="Una cassetta")
    Message.objects.all().delete()
    own = [OWN[0], OWN[1] | {"meaning_en": "The milk"}]
    sent = typed(**asked(block(amounts=own, fund=fund)))
    reader = Client(headers={"accept-language": "en"})
    if changed == "form":  # the same amount, typed
        sent |= {"importo": "libero", "cifra": "20"}
    assert reader.post("/dona/", sent).status_code == 303
    block(amounts=[OWN[0], {"euros": 20, "meaning": "Il vino"}], fund=fund)
    gift = Donation.objects.latest("pk")
    assert (gift.meaning, gift.meaning_en) == ("Il latte", "The milk")
    paid_at_once(gift)
    shown = reader.get(gift.get_absolute_url()).content.decode()
    assert "</span>: the milk." in shown and "Una cassetta" not in shown
    assert ": il latte." in Client().get(gift.get_absolute_url()).content.decode()
    mail = Message.objects.get(key__contains=str(gift.public_id), kind="thank_you")
    assert "The milk." in mail.body_text and "The milk." in mail.body_html
    told = member(roles.TREASURY).get(reverse("treasury:donation", args=[gift.public_id]))
    assert "Che cosa ne diceva la pagina</th><td>Il latte</td>" in told.content.decode()


def carried(form: str) -> str:
    """What the form itself will be sent with, in place of the page's key."""
    found = re.search(r'type="hidden" name="cifre" value="([^"]*)"', form)
    assert found
    return found[1]


@pytest.mark.usefixtures("paid_at_once")
@pytest.mark.parametrize("meanwhile", ["edited", "taken away"])
def test_what_she_read_holds_though_the_page_changes_while_she_fills_the_form_in(block, meanwhile):
    from cms.models import DonatePage
    from donations.models import Donation
    from form_support import typed

    fund = Fund.objects.get(slug="emporion")
    client, sent = Client(), asked(block(amounts=OWN, fund=fund))
    form = client.get("/dona/", sent).content.decode()
    if meanwhile == "edited":
        block(amounts=[OWN[0], {"euros": 20, "meaning": "Il vino"}], fund=fund)
    else:
        DonatePage.objects.get().unpublish()
    sent |= {"cifre": carried(form)}
    again = client.post("/dona/", sent).content.decode()  # something is missing: the same again
    assert "Il latte" in again and "Il vino" not in again
    begun = client.post("/dona/", typed(**sent | {"cifre": carried(again)}))
    assert begun.status_code == 303
    assert Donation.objects.latest("pk").meaning == "Il latte"


@pytest.mark.parametrize("made_up", ["altered", "old"])
def test_words_that_no_form_of_ours_carried_mean_nothing(block, made_up, monkeypatch):
    sent = asked(block(amounts=OWN, fund=Fund.objects.get(slug="emporion")))
    true = carried(Client().get("/dona/", sent).content.decode())
    if made_up == "old":
        monkeypatch.setattr(offered, "TOKEN_AGE", -1)
    sent["cifre"] = true if made_up == "old" else f"{true[:-1]}{'A' if true[-1] != 'A' else 'B'}"
    assert "Il latte" not in Client().post("/dona/", sent).content.decode()


@pytest.mark.usefixtures("paid_at_once")
def test_who_comes_back_before_paying_finds_the_amounts_of_the_page_she_came_from(block):
    from donations.models import Donation
    from form_support import typed

    fund = Fund.objects.get(slug="emporion")
    client = Client()
    sent = asked(block(amounts=OWN, fund=fund))
    sent |= {"cifre": carried(client.get("/dona/", sent).content.decode())}
    assert client.post("/dona/", typed(**sent)).status_code == 303
    address = f"/dona/?annullato={Donation.objects.latest('pk').public_id}"
    back = client.get(address).content.decode()
    assert "Il pane" in back and re.search(r'value="20" id="importo-2" checked', back)
    assert client.post("/dona/", typed(**sent | {"cifre": carried(back)})).status_code == 303
    assert Donation.objects.latest("pk").meaning == "Il latte"
    assert "Il pane" not in Client().get(address).content.decode()  # another browser


@pytest.mark.usefixtures("paid_at_once")
def test_an_amount_that_the_page_does_not_have_means_what_the_fund_says(block):
    from donations.models import Donation
    from donations.sums import meaning_of
    from form_support import typed

    fund = Fund.objects.get(slug="emporion")
    sent = typed(**asked(block(amounts=OWN, fund=fund))) | {"importo": "libero", "cifra": "50"}
    assert Client().post("/dona/", sent).status_code == 303
    gift = Donation.objects.latest("pk")
    assert gift.meaning == ""
    assert str(meaning_of(gift)) == "La spesa di una settimana per due"


def test_a_page_that_was_stored_without_english_keeps_its_key(block):
    from cms.models import DonatePage

    key = asked(block(amounts=OWN))["cifre"]
    page = DonatePage.objects.get()
    for row in page.body.raw_data[0]["value"]["amounts"]:
        row["value"].pop("meaning_en", None)
    page.save()
    assert "Il latte" in Client().get("/dona/", {"cifre": key}).content.decode()


@pytest.mark.parametrize("key", ["1-000000000000", "x", "9" * 60, "0-0", "<b>", "1-{digest}"])
def test_a_key_that_is_none_shows_the_amounts_of_the_fund(block, key):
    kept = asked(block(amounts=OWN))["cifre"]
    key = key.format(digest=kept.partition("-")[2])  # of another page
    form = Client().get("/dona/", {"cifre": key, "fondo": "emporion"})
    assert form.status_code == 200 and "Il pane" not in form.content.decode()


def test_what_a_page_does_not_say_any_more_is_not_shown(block, site):
    from cms.models import DonatePage

    sent = asked(block(amounts=OWN))
    DonatePage.objects.get().unpublish()
    assert "Il pane" not in Client().get("/dona/", sent).content.decode()


def test_amounts_that_mean_something_keep_their_meaning_too(site, monkeypatch):
    from cms.models import DonatePage

    monkeypatch.setattr(page_cache, "STAMP_SECONDS", 0)
    page = DonatePage.objects.get()
    page.body = [("amounts", {"heading": "Quanto fa?", "amounts": OWN})]
    page.save_revision().publish()
    link = re.search(r'href="(/dona/[?]importo=20[^"]*)"', Client().get(page.url).content.decode())
    form = Client().get(link[1].replace("&amp;", "&")).content.decode()
    assert "Il latte" in form and re.search(r'value="20" id="importo-2" checked', form)


def test_the_editor_sets_how_often_or_the_donor_chooses(block):
    page = block(amounts=OWN)
    assert '<select id="' in page and '<option value="trimestre">' in page
    page = block(amounts=OWN, rhythm="mese")
    assert asked(page)["frequenza"] == "mese" and "<option" not in page
    form = Client().get("/dona/", asked(page)).content.decode()
    assert re.search(r'value="mese" id="mese" checked', form)


@pytest.mark.parametrize(("euros", "why"), [(1, "Si parte da 2 €."), (30, "Qui arriviamo a 25 €.")])
def test_an_amount_that_the_form_would_refuse_is_not_saved(site, euros, why):
    from django.core.exceptions import ValidationError

    from cms.blocks.giving import Amount
    from donations.models import GivingSettings

    GivingSettings.load()
    GivingSettings.objects.update(maximum=25_00)
    with pytest.raises(ValidationError) as caught:
        Amount().clean({"euros": euros, "meaning": "Il pane"})
    said = caught.value.block_errors["euros"].messages[0].replace("\u00a0", " ")
    assert said.startswith(why)
