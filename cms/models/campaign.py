from typing import Any
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from campaigns.models import WallEntry
from cms import campaign_state, share
from cms.blocks import BANDS
from cms.models.base import SitePage
from cms.models.gives_to import GivesTo
from media.cards import CardSpec

ON_THE_WALL = 9


class CampaignPage(GivesTo):
    """A campaign's face: hashtag, days, thermometer, wall."""

    campaign = models.ForeignKey(
        "campaigns.Campaign",
        verbose_name=_("campaign"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    wall_title = models.CharField(_("heading of the wall"), max_length=60, default="Il muro")
    wall_text = models.TextField(_("words above the wall"), max_length=300, blank=True)
    body = StreamField(BANDS, verbose_name=_("bands"), blank=True)

    template = "cms/pages/campaign.html"
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.StandardPage"]
    content_panels = SitePage.content_panels + [
        FieldPanel("campaign"),
        FieldPanel("fund"),
        FieldPanel("wall_title"),
        FieldPanel("wall_text"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("campaign page")

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self.state = campaign_state.of(self.campaign)  # the card shows it too
        context = super().get_context(request, *args, **kwargs)
        context["now"] = timezone.localtime()
        context["state"] = self.state
        context["give_address"] = self._give_address()
        context["entries"] = WallEntry.objects.shown().filter(campaign=self.campaign)[:ON_THE_WALL]
        return context

    def _give_address(self) -> str:
        """Where the button at the top of the page leads: the gift is this campaign's, like one from
        the buttons below."""
        asked = {"campagna": str(self.campaign.pk)}
        if self.fund and self.fund.active:
            asked["fondo"] = self.fund.slug
        return f"{reverse('donations:give')}?{urlencode(asked)}"

    def share_spec(self, request: Any = None) -> CardSpec:
        state = getattr(self, "state", None) or campaign_state.of(self.campaign)
        if not state.goal:
            return super().share_spec(request)  # type: ignore[no-any-return]
        # rounded down to the goal's hundredth, so that not every gift draws a card
        step = max(state.goal // 100, 100)
        return CardSpec(
            kind="thermometer",
            hashtag=state.hashtag,
            headline=self.title,
            raised_cents=max(state.raised // step * step, 0),
            goal_cents=state.goal,
            **share.brand(request),  # type: ignore[arg-type]
        )
