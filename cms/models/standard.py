from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import BANDS
from cms.models.base import SitePage


class StandardPage(SitePage):
    body = StreamField(BANDS, verbose_name=_("bands"), blank=True)

    template = "cms/pages/standard.html"
    parent_page_types = [
        "cms.HomePage",
        "cms.StandardPage",
        "cms.ActionPage",
        "cms.CampaignPage",
    ]
    content_panels = SitePage.content_panels + [FieldPanel("body")]

    class Meta:
        verbose_name = _("standard page")
