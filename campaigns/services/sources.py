"""The campaign's branch of the tree of sources: campaign → post → delivery."""

import attribution.services as attribution
from attribution.models import ShortLink, Source
from attribution.services import Totals
from campaigns.models import Campaign, Delivery, Post


def campaign_source(*, campaign: Campaign) -> Source:
    """What gifts to the campaign are credited to, whichever way they came."""
    return attribution.source(kind="campaign", key=str(campaign.pk), label=campaign.name)


def post_source(*, post: Post) -> Source:
    parent = campaign_source(campaign=post.campaign)
    return attribution.source(kind="post", key=str(post.pk), label=str(post), parent=parent)


def delivery_link(*, delivery: Delivery, parent: Source, target: str) -> ShortLink:
    """The delivery's own source and short link, made once and kept for good."""
    source = attribution.source(
        kind="delivery", key=str(delivery.pk), label=str(delivery.account), parent=parent
    )
    delivery.source = source
    return attribution.link(source=source, target=target)


def raised(*, campaign: Campaign) -> Totals:
    """Visits, gifts, cents and donors of the whole campaign, as of now."""
    return attribution.totals(campaign_source(campaign=campaign))
