import math
from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import PageManager, PageQuerySet
from wagtail.search import index

from brand.linked_data import Node, body_name
from cms.blocks import COLUMN
from cms.models.base import SitePage

PER_PAGE = 12
WORDS_A_MINUTE = 200


class ArticleQuerySet(PageQuerySet):
    def latest_live(self, number: int) -> "ArticleQuerySet":
        """The newest articles with what a list shows of them."""
        found = self.live().public().select_related("action", "picture")
        return found.order_by("-date", "-pk")[:number]


class NewsIndexPage(SitePage):
    template = "cms/pages/news_index.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.ArticlePage"]

    class Meta:
        verbose_name = _("news and press")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        articles = ArticlePage.objects.child_of(self).live().public().select_related("action")
        paginator = Paginator(articles.order_by("-date", "-pk"), PER_PAGE)
        context["articles"] = paginator.get_page(request.GET.get("pagina"))
        return context


class ArticlePage(SitePage):
    date = models.DateField(_("date"))
    action = models.ForeignKey(
        "cms.ActionPage",
        verbose_name=_("action"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
    )
    author = models.CharField(_("by"), max_length=80, blank=True)
    body = StreamField(COLUMN, verbose_name=_("text"), blank=True)

    shared_as = "article"
    objects = PageManager.from_queryset(ArticleQuerySet)()
    template = "cms/pages/article.html"
    parent_page_types = ["cms.NewsIndexPage"]
    subpage_types: list[str] = []
    content_panels = SitePage.content_panels + [
        FieldPanel("date"),
        FieldPanel("action"),
        FieldPanel("author"),
        FieldPanel("body"),
    ]
    search_fields = SitePage.search_fields + [index.SearchField("body")]

    class Meta:
        verbose_name = _("article")

    @property
    def minutes(self) -> int:
        words = strip_tags(str(self.body)).split()
        return max(1, math.ceil(len(words) / WORDS_A_MINUTE))

    def described(self, image: str) -> Node:
        """https://schema.org/NewsArticle"""
        changed = self.last_published_at
        node = {
            "@type": "NewsArticle",
            "headline": self.title,
            "datePublished": self.date.isoformat(),
            "dateModified": changed and timezone.localtime(changed).isoformat(timespec="seconds"),
            "description": self.description,
            "image": image,
            "url": self.full_url,
            "author": {"@type": "Person", "name": self.author} if self.author else body_name(),
            "publisher": body_name(),
        }
        return {name: value for name, value in node.items() if value}

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        latest = type(self).objects.latest_live(3)
        context["others"] = [article for article in latest if article.pk != self.pk][:2]
        return context
