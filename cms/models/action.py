from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField

from cms.blocks import BANDS
from cms.blocks.base import FEATURES
from cms.blocks.story import ColumnQuote
from cms.blocks.territory import Opening
from cms.models.base import SitePage
from cms.models.gives_to import GivesTo


class ActionPage(GivesTo):
    """One of the things the network does, such as a community market."""

    opening = StreamField(BANDS, verbose_name=_("bands above the text"), blank=True)
    facts_title = models.CharField(_("title"), max_length=60, blank=True)
    hours = StreamField([("row", Opening())], verbose_name=_("opening hours"), blank=True)
    facts = RichTextField(
        _("addresses"),
        features=FEATURES,
        blank=True,
        help_text=_("In a box beside the text, below the hours."),
    )
    story = RichTextField(_("text"), features=["h3", *FEATURES], blank=True)
    story_title = models.CharField(_("heading"), max_length=60, blank=True)
    quote = StreamField([("quote", ColumnQuote())], verbose_name=_("quote"), blank=True, max_num=1)
    body = StreamField(BANDS, verbose_name=_("bands below the text"), blank=True)

    template = "cms/pages/action.html"
    parent_page_types = ["cms.HomePage", "cms.StandardPage"]
    subpage_types = ["cms.StandardPage"]
    content_panels = SitePage.content_panels + [
        FieldPanel("fund"),
        FieldPanel("opening"),
        MultiFieldPanel(
            [FieldPanel("story_title"), FieldPanel("story"), FieldPanel("quote")], _("Text")
        ),
        MultiFieldPanel(
            [FieldPanel("facts_title"), FieldPanel("hours"), FieldPanel("facts")],
            _("Hours and addresses"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("action")
