from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField

from cms.blocks import BANDS
from cms.blocks.base import FEATURES
from cms.models.base import SitePage
from cms.models.gives_to import GivesTo


class ActionPage(GivesTo):
    """One of the things the network does, such as a community market."""

    facts_title = models.CharField(_("title"), max_length=60, blank=True)
    facts = RichTextField(
        _("hours and addresses"),
        features=FEATURES,
        blank=True,
        help_text=_("In a box beside the text."),
    )
    story = RichTextField(_("text"), features=["h3", *FEATURES], blank=True)
    story_title = models.CharField(_("heading"), max_length=60, blank=True)
    body = StreamField(BANDS, verbose_name=_("bands"), blank=True)

    template = "cms/pages/action.html"
    parent_page_types = ["cms.HomePage", "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    content_panels = SitePage.content_panels + [
        FieldPanel("fund"),
        MultiFieldPanel([FieldPanel("story_title"), FieldPanel("story")], _("Text")),
        MultiFieldPanel([FieldPanel("facts_title"), FieldPanel("facts")], _("Hours and addresses")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("action")
