"""A real installation begins with a page of its own, not with Wagtail's welcome."""

import pytest
from wagtail.models import Page, Site

from brand.models import BrandSettings
from cms import first_home
from cms.models import HomePage, StandardPage

pytestmark = pytest.mark.django_db


def test_a_real_installation_begins_with_a_home_page_in_the_sites_language(client):
    brand = BrandSettings.load()
    brand.name = "rete lariana"
    brand.save()
    first_home.begin()
    page = client.get("/").content.decode()
    assert "rete lariana" in page
    assert "Questo sito è appena nato: le sue pagine si stanno scrivendo." in page
    assert "Welcome to your new Wagtail site" not in page
    assert Page.objects.filter(depth=2).count() == 1
    assert Site.objects.get().site_name == "rete lariana"


def test_begun_again_it_changes_nothing():
    first_home.begin()
    home = HomePage.objects.get()
    home.title = "Insieme"
    home.save_revision().publish()
    first_home.begin()
    assert HomePage.objects.get().title == "Insieme"


def test_pages_of_ours_are_left_alone():
    welcome = Page.objects.get(depth=2)
    welcome.add_child(instance=StandardPage(title="Chi siamo", slug="chi-siamo"))
    first_home.begin()
    assert not HomePage.objects.exists()
