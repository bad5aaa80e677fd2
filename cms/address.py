"""Where the site stands, for Wagtail: canonical addresses, the sitemap and share tags follow its
own row, which must say what SITE_URL says.
"""

from urllib.parse import urlsplit

from django.conf import settings
from wagtail.models import Site


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
