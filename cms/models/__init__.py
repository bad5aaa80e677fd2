from cms.models.action import ActionPage
from cms.models.campaign import CampaignPage
from cms.models.donate import DonatePage
from cms.models.home import HomePage
from cms.models.news import ArticlePage, NewsIndexPage
from cms.models.standard import StandardPage

__all__ = [
    "ActionPage",
    "ArticlePage",
    "CampaignPage",
    "DonatePage",
    "HomePage",
    "NewsIndexPage",
    "StandardPage",
]
