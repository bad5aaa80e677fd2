"""Where the site stands, for Wagtail: canonical addresses, the sitemap and share tags follow its
own row, which must say what SITE_URL says. And what below it is not a page's to take.
"""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Page, Site

# The first part of every address of the product's own; a test holds them to config/urls.py.
# Each answer is somebody's own there, or counts something
OWN = {
    "_util", "admin", "documenti", "dona", "healthz", "posta-di-prova", "privacy", "readyz", "s",
    "static", "stripe", "uploads",
}  # fmt: skip
FIXED = OWN | {"brand.css", "muro", "robots.txt", "sitemap.xml"}


def taken(slug: str, parent: Page) -> bool:
    """Whether a page of this slug would never be seen there."""
    return slug in FIXED and Site.objects.filter(root_page=parent).exists()


def hidden() -> list[Page]:
    """Pages that stand under an address of the product's own: from before it was one, or moved."""
    pages = Page.objects.filter(slug__in=FIXED)
    return [page for page in pages if taken(page.slug, page.get_parent())]


def wanted() -> tuple[str, int]:
    """Host and port of SITE_URL."""
    parts = urlsplit(settings.SITE_URL)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def stands() -> bool:
    """Whether the default site answers there. True where there is none yet."""
    site = Site.objects.filter(is_default_site=True).first()
    return site is None or (site.hostname, site.port) == wanted()


def spoken(root: str | None) -> str | None:
    """A root as Wagtail makes it of its row, where https stands at port 443 alone: at SITE_URL's
    host and port it is SITE_URL."""
    host, port = wanted()
    return settings.SITE_URL if root == Site(hostname=host, port=port).root_url else root


def keep_in_line() -> None:
    """Moves the default site to SITE_URL, unless another one stands there already."""
    host, port = wanted()
    if Site.objects.filter(hostname=host, port=port).exists():
        return
    for site in Site.objects.filter(is_default_site=True):
        site.hostname, site.port = host, port
        site.save()  # with its signals: kept pages and addresses are made anew
