from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms import share
from cms.blocks import BANDS
from cms.blocks.base import anchor
from cms.models.base import SitePage
from media.cards import CardSpec


class HomePage(SitePage):
    """The statement is a sum in column: up to three addends and their total."""

    addends = models.TextField(
        _("addends"),
        default="Una spesa\nun’ora\nuna mano",
        help_text=_("One a line, at most three."),
    )
    total = models.CharField(_("total"), max_length=40, default="una valle più vicina")
    button = models.CharField(_("button"), max_length=40, default="Aggiungi il tuo")
    body = StreamField(BANDS, verbose_name=_("bands"), blank=True)

    template = "cms/pages/home.html"
    parent_page_types = ["wagtailcore.Page"]
    max_count = 1
    content_panels = SitePage.content_panels + [
        MultiFieldPanel(
            [FieldPanel("addends"), FieldPanel("total"), FieldPanel("button")],
            _("The sum at the top"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("home page")

    def clean(self) -> None:
        super().clean()
        if not 1 <= len(self.lines) <= 3:
            raise ValidationError({"addends": _("Write one to three lines.")})

    @property
    def lines(self) -> list[str]:
        return [line.strip() for line in self.addends.splitlines() if line.strip()]

    @property
    def actions_anchor(self) -> str:
        """Where the page shows what the network does; empty when it does not."""
        for band in self.body:
            if band.block_type == "actions":
                return anchor(band.value["heading"], block_id=band.id)
        return ""

    def share_spec(self, request: Any = None) -> CardSpec:
        return CardSpec(
            kind="statement",
            lines=tuple(self.lines),
            headline=self.total,
            **share.brand(request),  # type: ignore[arg-type]
        )
