"""What goes wrong, and where the site is edited, under axe with the content policy on."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.models import Page

from brand.models import BrandSettings, LegalSettings
from browser_support import HOST, faults_on_each_screen, opened, visit
from tests.cms.conftest import PAGES

pytestmark = pytest.mark.django_db


def screen(width: int, scheme: str) -> dict[str, Any]:
    return {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}


def test_pages_that_tell_what_went_wrong(site, settings, browser):
    settings.ROOT_URLCONF = "tests.cms.broken_urls"
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    with opened(browser, client) as context:
        for address in ("/vietata/", "/rotta/", "/non-esiste/"):
            assert visit(context, address) == [], address
        page = context.new_page()
        page.goto(f"{HOST}/admin/login/")  # the gift form answers for itself
        page.evaluate("document.querySelector('[name=csrfmiddlewaretoken]').remove()")
        page.fill("[name=username]", "carla")
        page.fill("[name=password]", "x")
        page.locator("[name=password]").press("Enter")
        page.get_by_role("heading", name="Il modulo è tornato senza la sua chiave").wait_for()
        assert faults_on_each_screen(page) == []


def editors() -> list[str]:
    """Brand, legal identity, a picture, and one page of each type."""
    found = [
        reverse("wagtailsettings:edit", args=["brand", kind._meta.model_name, kind.load().pk])
        for kind in (BrandSettings, LegalSettings)
    ]
    picture = get_image_model().objects.first()
    found.append("/admin/non-esiste/")
    found += [reverse("wagtailimages:add"), reverse("wagtailimages:edit", args=[picture.pk])]
    for path in PAGES.values():
        slug = path.strip("/").rpartition("/")[2] or "home"
        page = Page.objects.get(slug=slug, depth__gt=1)
        found.append(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    return found


def test_the_editors_of_pages_pictures_and_settings(site, browser):
    client = Client()
    client.force_login(get_user_model().objects.get(username="carla"))
    with opened(browser, client) as context:
        for address in [*editors(), "/admin/users/", "/admin/users/new/"]:
            assert visit(context, address) == [], address


def test_two_white_bands_in_a_row_share_one_gap(site, browser):
    with opened(browser, Client(), **screen(1440, "light")) as context:
        page = context.new_page()
        page.goto(HOST + PAGES["campaign"])  # amounts, then the wall: both on white
        gaps = page.eval_on_selector_all(
            ".band", "bands => bands.map(band => parseFloat(getComputedStyle(band).paddingTop))"
        )
        assert gaps[0] > 0 and gaps[1] == 0 and gaps[2] > 0


def test_the_keyboard_alone_reaches_the_content_and_the_menu(site, browser):
    with opened(browser, Client(), **screen(390, "light")) as context:
        page = context.new_page()
        page.goto(f"{HOST}/")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Vai al contenuto")
        page.wait_for_function("document.activeElement.getBoundingClientRect().top >= 0")
        assert skip.evaluate("link => link === document.activeElement")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "contenuto"
        page.locator("summary", has_text="Menu").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.pathname") == "/emporion/"
        ring = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(ring) == "solid"


@pytest.mark.parametrize("kind", ["action", "campaign", "article", "standard"])
def test_a_title_of_one_long_word_stays_on_the_page(site, browser, kind):
    slug = PAGES[kind].strip("/").rpartition("/")[2]
    Page.objects.filter(slug=slug).update(title="Precipitevolissimevolissimevolmente 🍎 " * 2)
    with opened(browser, Client(), **screen(390, "light")) as context:
        page = context.new_page()
        page.goto(HOST + PAGES[kind])
        assert page.evaluate("document.documentElement.scrollWidth") == 390
