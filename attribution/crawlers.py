"""Machines that fetch links (previews, search, monitoring) are not people."""

import re

from django.http import HttpRequest

# every browser a person uses says Mozilla first, inside the apps of the networks too (RFC 9110
# leaves it free; they all do it); an app's own name is there as well, so only machines are named
CRAWLER = re.compile(
    r"(?<![a-z])bot\b|[a-z]{3}bot[/;)]|crawl|spider|slurp|facebookexternalhit|facebookcatalog|"
    r"meta-external|[a-z]-user/|kakaotalk-scrap|\+(https?://|mailto:)|embedly|iframely|summaly|slack-?imgproxy|skypeuripreview|"
    r"google-inspectiontool|googleother|google-read-aloud|mediapartners-google|bingpreview|"
    r"headless|lighthouse|pingdom|uptime|monitor|validator|preview\b|feedfetcher|"
    r"mastodon|pleroma|misskey|akkoma|friendica|gotosocial|lemmy|cardyb",
    re.IGNORECASE,
)


def is_crawler(user_agent: str) -> bool:
    """True for known machines and for what does not name itself as a browser does."""
    return not user_agent.startswith(("Mozilla/", "Opera/")) or bool(CRAWLER.search(user_agent))


# what a browser says of a page it fetches before anybody has asked for it
# (https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header, and what came before)
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_ahead(request: HttpRequest) -> bool:
    """True for a prefetch: perhaps nobody will ever follow the link."""
    said = " ".join(request.headers.get(name, "") for name in PURPOSES).lower()
    return "prefetch" in said or "preview" in said
