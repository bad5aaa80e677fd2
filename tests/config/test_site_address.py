"""Canonical addresses, the sitemap and share tags follow SITE_URL, whatever the database said."""

import re

import pytest
from django.core.checks import run_checks
from wagtail.models import Site

from cms import address
from cms import cache as page_cache
from cms.models import HomePage

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, monkeypatch):
    monkeypatch.setattr(page_cache, "cacheable", lambda request: False)
    settings.ALLOWED_HOSTS = ["*"]
    site = Site.objects.get(is_default_site=True)
    home = HomePage(title="Insieme", slug="insieme")
    site.root_page.get_parent().add_child(instance=home)
    site.hostname, site.port, site.root_page = "127.0.0.1", 8000, home
    site.save()
    return home


def warned() -> list[str]:
    return [found.id for found in run_checks(databases=["default"]) if "W002" in str(found.id)]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.segni.example",
        "https://segni.example:8443",
        "http://segni.example",
        "http://127.0.0.1:8451",
    ],
)
def test_everything_absolute_follows_site_url(home, client, settings, url):
    settings.SITE_URL = url
    assert warned() == ["segnopiu.W002"]
    address.keep_in_line()
    assert warned() == []
    page = client.get("/").content.decode()
    assert re.findall(r'rel="canonical" href="([^"]+)"', page) == [f"{url}/"]
    assert re.findall(r'property="og:url" content="([^"]+)"', page) == [f"{url}/"]
    assert f"<loc>{url}/</loc>" in client.get("/sitemap.xml").content.decode()


def test_a_second_site_at_that_address_is_left_alone_and_named(home, settings):
    settings.SITE_URL = "https://www.segni.example"
    Site.objects.create(hostname="www.segni.example", port=443, root_page=home)
    address.keep_in_line()
    assert Site.objects.get(is_default_site=True).hostname == "127.0.0.1"
    assert warned() == ["segnopiu.W002"]


def test_nothing_is_asked_of_the_database_unasked(django_assert_num_queries):
    with django_assert_num_queries(0):
        run_checks(tags=["database"])
