"""Machines that fetch links (previews, search, monitoring) are not people."""

import re

CRAWLER = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|facebookexternalhit|facebookcatalog|mastodon|pleroma|"
    r"misskey|akkoma|friendica|bluesky|cardyb|embedly|whatsapp|telegram|twitter|linkedin|slack|"
    r"discord|skype|signal|curl|wget|python|aiohttp|httpx|java/|okhttp|go-http|ruby|php|libwww|"
    r"headless|lighthouse|monitor|uptime|pingdom|validator|fetch|scan|feed",
    re.IGNORECASE,
)


def is_crawler(user_agent: str) -> bool:
    """True for known machines and for a browser that does not name itself."""
    return not user_agent or bool(CRAWLER.search(user_agent))
