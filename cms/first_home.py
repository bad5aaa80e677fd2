"""The first page of a site: it takes the place of the one that Wagtail makes."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from wagtail.models import Page, Site

from brand.models import BrandSettings
from cms import address
from cms.models import HomePage


def begin() -> None:
    """Without the demonstration: a home page that says that the site has just begun, in the site's
    language, until somebody writes it. Nothing happens where there are pages of ours already."""
    if Page.objects.filter(depth__gt=2).exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        lead = gettext("This site has just begun: its pages are being written.")
    name = BrandSettings.load().name
    make(name, title=name, summary=lead)


@transaction.atomic
def make(site_name: str, **fields: Any) -> HomePage:
    """The site's home page; the one that is there already, if there is one."""
    found = HomePage.objects.first()
    if found:
        return found
    root = Page.objects.get(depth=1)
    welcome = Page.objects.filter(depth=2, slug="home").first()
    if welcome:  # Wagtail's own first page
        welcome.slug = "benvenuto"
        welcome.save()
    home = HomePage(slug="home", **fields)
    root.add_child(instance=home)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    site.hostname, site.port = address.wanted()
    site.root_page, site.site_name = home, site_name
    site.save()
    if welcome:
        welcome.refresh_from_db()
        welcome.delete()
    return home
