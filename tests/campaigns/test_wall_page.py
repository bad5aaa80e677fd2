import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from attribution_support import give
from campaigns import services
from campaigns.models import Post, WallEntry
from campaigns.templatetags.wall_tags import linked
from tests.campaigns.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(write, approve, accounts):
    def publish(**fields):
        approve(write(where=accounts[1:], **fields))
        services.send_due(seconds=0.01)
        return WallEntry.objects.latest("pk")

    return publish


def test_an_empty_wall_says_what_will_be_here(client):
    page = client.get("/muro/")
    assert page.status_code == 200
    assert 'class="vuoto"' in page.content.decode()


def test_what_went_out_is_on_the_page_and_in_both_feeds(client, publish):
    entry = publish(text="Vieni <b> {link} #DonoDay2026", image=picture(), alt_text="Due mele")
    page = client.get("/muro/").content.decode()
    assert "Vieni &lt;b&gt;" in page and f'href="{entry.link}"' in page
    assert 'alt="Due mele"' in page and "style=" not in page.split("<main")[1]
    assert client.get(entry.get_absolute_url()).status_code == 200
    (item,) = json.loads(client.get("/muro/feed.json").content)["items"]
    assert item["content_text"] == entry.text and item["image"].startswith("http")
    assert item["tags"] == ["DonoDay2026"]
    atom = ET.fromstring(client.get("/muro/feed.atom").content)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert atom.find("a:entry/a:id", space).text == item["id"]


def test_a_site_that_moved_links_to_where_it_stands_now(client, publish, settings):
    entry = publish(text="Vieni {link} domani")
    before, settings.SITE_URL = settings.SITE_URL, "https://www.example.org"
    for address in ("/muro/", entry.get_absolute_url(), "/muro/feed.json", "/muro/feed.atom"):
        answer = client.get(address).content.decode()
        assert before not in answer, address
        assert f"https://www.example.org{urlsplit(entry.link).path}" in answer, address
    assert before in entry.text  # what was sent stays as it was sent


def shared(page: str) -> tuple[dict[str, str], list[dict]]:
    """What networks read of a page, and its linked data."""
    tags = dict(
        re.findall(r'<meta (?:property|name)="((?:og|twitter):[^"]+)" content="([^"]*)"', page)
    )
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)"', page)
    assert tags["og:url"] == canonical
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return tags, json.loads(data)["@graph"]


def test_the_wall_and_its_posts_say_how_they_are_shared(client, publish, settings):
    with_picture = publish(text="Vieni {link}", image=picture(), alt_text="Due mele")
    words_only = publish(text="Domani si raccoglie in piazza {link}")
    tags, (body, wall) = shared(client.get("/muro/").content.decode())
    assert tags["og:url"] == f"{settings.SITE_URL}/muro/"
    assert default_storage.exists(tags["og:image"].split("/uploads/")[1])
    assert (body["@type"], wall["@type"]) == ("NGO", "CollectionPage")

    page = client.get(with_picture.get_absolute_url()).content.decode()
    tags, (body, post) = shared(page)
    assert tags["og:image"].endswith(with_picture.picture.url)
    assert tags["og:image:alt"] == "Due mele"
    assert post["@type"] == "SocialMediaPosting" and post["author"]["@id"] == body["@id"]
    assert post["datePublished"] == with_picture.published_at.isoformat()

    tags, _nodes = shared(client.get(words_only.get_absolute_url()).content.decode())
    assert tags["twitter:card"] == "summary_large_image"
    assert tags["og:image:alt"] == "Domani si raccoglie in piazza"


def test_the_wall_takes_few_queries(client, publish, django_assert_max_num_queries):
    for number in range(4):
        publish(text=f"{number} {{link}}", image=picture(), alt_text="Due mele")
    client.get("/muro/")
    with django_assert_max_num_queries(15):
        client.get("/muro/")


def test_many_posts_come_in_pages(client, publish):
    entry = publish()
    rows = []
    for number in range(30):
        delivery = entry.delivery
        delivery.pk, delivery.key, delivery.source = None, f"k{number}", None
        delivery.post = Post.objects.create(campaign=entry.campaign, text=f"n{number}")
        delivery.save(force_insert=True)
        rows.append(
            WallEntry(
                delivery_id=delivery.pk,
                campaign=entry.campaign,
                text=f"n{number}",
                published_at=timezone.now() - timedelta(days=number + 1),
            )
        )
    WallEntry.objects.bulk_create(rows)
    assert client.get("/muro/").content.decode().count("<article") == 24
    assert client.get("/muro/?p=2").content.decode().count("<article") == 7
    assert client.get("/muro/?p=boh").status_code == 200


def test_a_card_of_the_thermometer_freezes_its_figures(publish, campaign):
    source = services.campaign_source(campaign=campaign)
    give(source, "g1", 5000)
    entry = publish(card=Post.Card.THERMOMETER, card_headline="Ancora un po’")
    give(source, "g2", 5000, "e")
    assert entry.card is not None and entry.picture.mime == "image/jpeg"
    assert "50" in entry.alt and "20.000" in entry.alt
    assert entry.delivery.payload["media"][0]["sha256"]


def test_addresses_can_be_clicked_and_nothing_else():
    assert linked('a https://x.it/s/1. <script>\nb "c"') == (
        'a <a href="https://x.it/s/1">x.it/s/1</a>. &lt;script&gt;<br>b &quot;c&quot;'
    )
