"""The demonstration site: an invented "+++"-style network. Run again, it doubles nothing."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.models import Page

from brand.models import BrandSettings, Kind, LegalSettings, SocialProfile
from campaigns.demo import make_campaign
from campaigns.models import Campaign
from cms import demo_pictures, demo_texts, first_home, warm
from cms.models import (
    ActionPage,
    ArticlePage,
    CampaignPage,
    DonatePage,
    NewsIndexPage,
    StandardPage,
)
from donations import demo as donations_demo


def load() -> None:
    identity()
    pictures, funds = demo_pictures.load(), donations_demo.funds()
    home = first_home.make(
        "segni positivi",
        title="Insieme, in valle",
        summary=demo_texts.LEAD,
        picture=pictures["valle"],
    )
    actions = [_child(home, ActionPage, **fields) for fields in demo_texts.actions(pictures, funds)]
    news = _child(home, NewsIndexPage, **demo_texts.NEWS)
    for days, action, fields in demo_texts.articles(pictures):
        day = timezone.localdate() - timedelta(days=days)
        _child(news, ArticlePage, date=day, action=actions[action], **fields)
    campaign = make_campaign()
    page = _child(home, CampaignPage, campaign=campaign, **demo_texts.campaign(pictures, funds))
    if campaign.landing_page_id is None:
        Campaign.objects.filter(pk=campaign.pk).update(landing_page=page)
        campaign.refresh_from_db()
    _child(home, DonatePage, **demo_texts.DONATE)
    _child(home, StandardPage, **demo_texts.NETWORK)
    home.refresh_from_db()
    if not home.body:
        home.body = demo_texts.home_bands(pictures, actions, campaign, funds)
        home.save_revision().publish()
        warm.everything()


def identity() -> None:
    """Only where nobody has written an identity yet."""
    legal, brand = LegalSettings.load(), BrandSettings.load()
    if not legal.body:
        for name, value in demo_texts.LEGAL.items():
            setattr(legal, name, value)
        legal.kind = Kind.ETS
        legal.save()
    if not brand.email:
        for name, value in demo_texts.BRAND.items():
            setattr(brand, name, value)
        brand.profiles = [SocialProfile(label=label, url=url) for label, url in demo_texts.PROFILES]
        brand.save()


@transaction.atomic
def _child(parent: Page, model: Any, **fields: Any) -> Any:
    found = model.objects.child_of(parent).filter(slug=fields["slug"]).first()
    if found:
        return found
    page = model(**fields)
    parent.refresh_from_db()
    parent.add_child(instance=page)
    page.save_revision().publish()
    return page
