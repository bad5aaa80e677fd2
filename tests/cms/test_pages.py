"""Each page type answers, says what it must to machines, and asks little of the database."""

import json
import re
from datetime import datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms import cache as page_cache
from cms.models import ActionPage, ArticlePage, CampaignPage, HomePage, NewsIndexPage, StandardPage
from cms.models.base import SitePage
from tests.cms.conftest import PAGES

pytestmark = pytest.mark.django_db
each = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())


def shown(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def test_every_page_type_stands_in_italian_with_one_heading(visitor):
    for path in PAGES.values():
        page = shown(visitor, path)
        assert '<html lang="it">' in page
        assert len(re.findall(r"<h1[\s>]", page)) == 1, path
        for english in ("days left", "raised from", "Missing", ">Give<", "Read on", "You are here"):
            assert english not in page, (path, english)


def test_no_inline_script_style_or_attribute_anywhere(visitor):
    for path in [*PAGES.values(), "/privacy/", "/muro/", "/dona/"]:
        page = shown(visitor, path)
        scripts = re.findall(r"<script\b[^>]*>", page)
        assert [s for s in scripts if "src=" not in s and "ld+json" not in s] == [], path
        assert "<style" not in page, path
        assert not re.search(r"<[^>]*\sstyle=", page), path
        assert not re.search(r"<[^>]*\son[a-z]+=", page), path


def test_ids_are_said_once(visitor):
    for path in PAGES.values():
        ids = re.findall(r'\sid="([^"]+)"', shown(visitor, path))
        assert len(ids) == len(set(ids)), path
        assert "" not in ids


def test_every_page_says_how_it_is_shared(visitor):
    for path in PAGES.values():
        page = shown(visitor, path)
        (image,) = re.findall(r'property="og:image" content="([^"]+)"', page)
        assert default_storage.exists(image.split("/uploads/")[1]), path
        for name in ("og:title", "og:description", "og:url", "og:type"):
            assert re.search(rf'property="{name}" content="[^"]+"', page), (path, name)


def described(page: str) -> list[dict]:
    (text,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)["@graph"]


def test_json_ld_names_the_body_and_the_article(visitor, settings):
    page = shown(visitor, PAGES["article"])
    body, article = described(page)
    assert (body["@type"], article["@type"]) == ("NGO", "NewsArticle")
    (card,) = re.findall(r'property="og:image" content="([^"]+)"', page)
    assert article["image"] == card and card.startswith(settings.SITE_URL)
    found = ArticlePage.objects.get(slug="quaranta-quintali-di-mele")
    assert datetime.fromisoformat(article["dateModified"]) == found.last_published_at.replace(
        microsecond=0
    )
    found.author = ""
    assert found.described("")["author"] == article["publisher"] == {"@id": body["@id"]}
    found.author = "Anna Bruni"
    assert found.described("")["author"] == {"@type": "Person", "name": "Anna Bruni"}
    assert [node["@type"] for node in described(shown(visitor, PAGES["home"]))] == ["NGO"]


def test_pictures_come_in_sizes_for_telephones_and_wide_screens(visitor):
    page = shown(visitor, PAGES["action"])
    for kind in ("webp", "jpeg"):
        assert re.search(rf'\.format-{kind}[^"]*\.{kind.replace("jpeg", "jpg")} 480w', page), kind
        assert re.search(rf'\.format-{kind}[^"]*\.{kind.replace("jpeg", "jpg")} 960w', page), kind


def test_json_ld_cannot_be_left_with_a_title(visitor):
    article = ArticlePage.objects.get(slug="il-sentiero-riapre")
    article.title = "</script><b>ciao"
    article.save_revision().publish()
    assert "</script><b>" not in shown(visitor, "/notizie/il-sentiero-riapre/")


@pytest.mark.parametrize("path", [PAGES["home"], PAGES["campaign"]])
def test_few_questions_to_the_database(visitor, path, monkeypatch):
    shown(visitor, path)  # makes the sizes of the pictures and the card
    monkeypatch.setattr(page_cache, "cacheable", lambda request: False)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        shown(visitor, path)
    assert len(asked) <= 15, "\n".join(query["sql"][:160] for query in asked)


def test_robots_and_sitemap(visitor):
    robots = visitor.get("/robots.txt").content.decode()
    assert "Disallow: /admin/" in robots and "sitemap.xml" in robots
    sitemap = visitor.get("/sitemap.xml").content.decode()
    for path in PAGES.values():
        assert f"{path}</loc>" in sitemap, path


def test_a_page_of_the_list_that_is_none_shows_the_last(visitor):
    assert visitor.get("/notizie/?pagina=999").status_code == 200
    assert visitor.get("/notizie/?pagina=x").status_code == 200


def test_an_address_of_the_products_own_is_refused_with_a_sentence(site):
    for slug in ("dona", "muro", "s", "admin"):
        page = StandardPage(title="Prova", slug=slug)
        with pytest.raises(ValidationError) as caught:
            HomePage.objects.get().add_child(instance=page)
        assert "slug" in caught.value.message_dict


def test_two_pages_cannot_share_an_address(site):
    page = StandardPage(title="Altra", slug="la-rete")
    with pytest.raises(ValidationError) as caught:
        HomePage.objects.get().add_child(instance=page)
    assert "la-rete" in str(caught.value.message_dict["slug"])


def test_a_picture_or_a_page_that_is_gone_takes_no_page_down(visitor):
    from wagtail.images import get_image_model

    get_image_model().objects.all().delete()
    NewsIndexPage.objects.get().unpublish()
    for path in (PAGES["home"], PAGES["action"], PAGES["campaign"]):
        shown(visitor, path)


def test_the_button_at_the_top_gives_to_the_campaign_one_stands_on(visitor, campaign):
    link = re.compile(r'<a class="dona" href="([^"]+)">')
    found = link.search(visitor.get("/donoday/").content.decode())
    assert found
    assert found[1] == f"/dona/?campagna={campaign.pk}&amp;fondo=donoday"
    elsewhere = link.search(visitor.get("/").content.decode())
    assert elsewhere and elsewhere[1] == "/dona/"


def test_a_campaign_without_a_goal_has_no_thermometer(visitor):
    campaign = CampaignPage.objects.get().campaign
    type(campaign).objects.filter(pk=campaign.pk).update(goal=None)
    page = shown(visitor, PAGES["campaign"])
    assert "<progress" not in page and 'class="quanto"' in page


def test_loading_twice_doubles_nothing(site):
    from wagtail.images import get_image_model
    from wagtail.models import Page, Site

    from cms import demo

    def counted():
        return [
            Page.objects.count(),
            get_image_model().objects.count(),
            Site.objects.count(),
            len(HomePage.objects.get().body),
        ]

    before = counted()
    demo.load()
    assert counted() == before


def test_every_shared_card_carries_the_brand(site):
    kinds = [model for model in apps.get_models() if issubclass(model, SitePage)]
    assert len(kinds) > 5
    for page in kinds:
        for found in page.objects.all():
            assert found.share_spec().brand == "segni positivi", found


def test_an_action_tells_how_it_works_then_its_story_with_its_hours(visitor):
    page = shown(visitor, PAGES["action"])
    order = [page.index(words) for words in (
        "Come funziona la somma", "11.300", "Dentro, e intorno", "Ballerine tra casse", "Lunedì e"
    )]  # fmt: skip
    assert order == sorted(order)
    assert "<dt>Venerdì</dt><dd>14.30–18.30</dd>" in page
    assert 'href="#orari">Orari e indirizzi</a>' in page


def test_hours_without_a_title_are_still_named(visitor):
    ActionPage.objects.filter(slug="emporion").update(facts_title="")
    page = shown(visitor, PAGES["action"])
    assert 'href="#orari">Orari e indirizzi</a>' in page and "<h3>Orari e indirizzi</h3>" in page


def test_an_action_without_hours_has_no_box(visitor):
    ActionPage.objects.filter(slug="emporion").update(hours=[], facts="")
    page = shown(visitor, PAGES["action"])
    assert "orari" not in page and "Dentro, e intorno" in page


def test_the_first_question_stands_open(visitor):
    page = shown(visitor, PAGES["campaign"])
    assert re.findall(r'<details class="faq"( open)?>', page) == [" open", "", ""]


def test_a_sum_in_running_text_is_in_the_face_of_the_figures(visitor):
    assert '<span class="num">50 €</span> sono la spesa' in shown(visitor, PAGES["home"])
