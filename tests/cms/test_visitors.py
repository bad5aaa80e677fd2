"""Every type of page: found, described, shared, within its queries and its policy."""

import re

import pytest
from django.utils import timezone
from wagtail.images import get_image_model

from attribution_support import give
from campaigns.models import Campaign
from cms import demo
from cms.models import ArticlePage, NewsIndexPage
from media.cards import CardSpec
from media.services import stored_card
from tests.cms.conftest import load_demonstration, on_the_wall

pytestmark = pytest.mark.django_db


def test_demo_leaves_an_identity_of_somebodys_own_alone(site):
    legal = demo.LegalSettings.load()
    legal.body = "Rete Vera ETS"
    legal.save()
    load_demonstration()
    assert demo.LegalSettings.load().body == "Rete Vera ETS"


def test_the_thermometer_tells_what_was_raised(node, client):
    give(node, "r1", 82300)
    give(node, "r2", -2300)
    for address in ("/", "/donoday/"):
        page = client.get(address).content.decode()
        assert "800\u00a0€" in page, address
        assert 'value="80000"' in page, address
        assert "raccolti da 1 persona" in page, address


@pytest.mark.parametrize(
    ("starts", "ends", "words", "may_give"),
    [
        (3, 9, "poi si comincia", True),
        (-3, 9, "aggiungere il tuo", True),
        (-9, -3, "finita", False),
    ],
)
def test_a_campaign_knows_where_in_its_life_it_is(campaign, client, starts, ends, words, may_give):
    now = timezone.now()
    Campaign.objects.filter(pk=campaign.pk).update(
        starts_at=now + timezone.timedelta(days=starts), ends_at=now + timezone.timedelta(days=ends)
    )
    page = client.get("/donoday/").content.decode()
    head = page[: page.index('id="muro"')]
    text = re.sub(r"<[^>]+>|\s+", " ", head)
    assert words in re.sub(r"\s+", " ", text)
    assert ("Dona per" in head) is may_give


def test_an_amount_leads_to_the_form_with_its_fund(site, client):
    page = client.get("/donoday/").content.decode()
    assert 'href="/dona/?importo=50&amp;fondo=donoday&amp;campagna=' in page
    assert client.get("/dona/?importo=50&fondo=donoday").status_code == 200


@pytest.mark.parametrize("address", ["/", "/donoday/"])
def test_a_gift_from_a_campaigns_own_buttons_is_the_campaigns(campaign, client, address):
    page = client.get(address).content.decode()
    links = re.findall(r'href="(/dona/\?[^"]*campagna=[^"]*)"', page)
    assert links, address
    for link in links:
        form = client.get(link.replace("&amp;", "&")).content.decode()
        assert f'name="campagna" value="{campaign.pk}"' in form


def test_a_long_list_of_news_is_paged(site, client):
    index = NewsIndexPage.objects.get()
    for number in range(14):
        index.add_child(
            instance=ArticlePage(
                title=f"Notizia {number}", slug=f"n{number}", date=timezone.localdate()
            )
        )
    first, second = (client.get(f"/notizie/?pagina={n}").content.decode() for n in (1, 2))
    assert first.count("notizia-prima") == 1 and first.count('class="notizia"') == 11
    assert 'aria-current="page">2<' in second and "notizia-prima" not in second
    assert client.get("/notizie/?pagina=abc").status_code == 200


def test_drafts_and_private_pages_stay_out_of_lists(site, client):
    ArticlePage.objects.get(slug="il-sentiero-riapre").unpublish()
    for address in ("/", "/notizie/", "/sitemap.xml"):
        assert "il-sentiero-riapre" not in client.get(address).content.decode()
    assert client.get("/notizie/il-sentiero-riapre/").status_code == 404


def test_pictures_come_with_a_fallback_their_sizes_and_words(campaign, client):
    card = stored_card(CardSpec(kind="statement", brand="segni", headline="Due mele"))
    on_the_wall(image=get_image_model().objects.first(), alt="Due mele, image")
    on_the_wall(card=card, alt="Due mele, card")
    home, page = (client.get(path).content.decode() for path in ("/", "/donoday/"))
    assert 'type="image/webp"' in home
    for tag in re.findall(r"<img[^>]*>", home + page):
        assert "alt=" in tag
        assert re.search(r'width="\d+"', tag) and re.search(r'height="\d+"', tag), tag
    assert 'alt="Due mele, image"' in page and 'alt="Due mele, card"' in page
