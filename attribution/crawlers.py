"""Machines that fetch links (previews, search, monitoring) are not people."""

import re

# every browser a person uses says Mozilla first, inside the apps of the networks too (RFC 9110
# leaves it free; they all do it); an app's own name is there as well, so only machines are named
CRAWLER = re.compile(
    r"(?<![a-z])bot\b|[a-z]{3}bot[/;)]|crawl|spider|slurp|facebookexternalhit|facebookcatalog|"
    r"meta-externalagent|embedly|iframely|summaly|slack-?imgproxy|skypeuripreview|"
    r"google-inspectiontool|googleother|google-read-aloud|mediapartners-google|bingpreview|"
    r"headless|lighthouse|pingdom|uptime|monitor|validator|preview\b|feedfetcher|"
    r"mastodon|pleroma|misskey|akkoma|friendica|gotosocial|lemmy|cardyb",
    re.IGNORECASE,
)


def is_crawler(user_agent: str) -> bool:
    """True for known machines and for what does not name itself as a browser does."""
    return not user_agent.startswith(("Mozilla/", "Opera/")) or bool(CRAWLER.search(user_agent))
