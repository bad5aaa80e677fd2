"""Blocks about the territory: counters, actions, news, pillars, volunteers."""

from typing import Any
from urllib.parse import urljoin

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from cms.blocks.base import Band, named


class Counter(blocks.StructBlock):
    number = blocks.IntegerBlock(label=_("Number"), min_value=0)
    what = blocks.CharBlock(label=_("Of what"), max_length=120)


class Counters(Band):
    counters = blocks.ListBlock(Counter(), label=_("Counters"), min_num=1, max_num=6)
    quiet = blocks.BooleanBlock(
        label=_("Heading only for those who listen"),
        required=False,
        help_text=_("The figures stand alone; screen readers still say the heading."),
    )

    class Meta:
        icon = "sp-plus"
        label = _("Counters")
        template = "cms/blocks/counters.html"
        description = _("Figures in column, as in a sum.")


class Action(blocks.StructBlock):
    page = blocks.PageChooserBlock(label=_("Page"), page_type="cms.ActionPage")
    image = ImageChooserBlock(label=_("Picture"))
    text = blocks.TextBlock(label=_("Text"))


class Actions(Band):
    actions = blocks.ListBlock(Action(), label=_("Actions"), min_num=1, max_num=3)

    class Meta:
        icon = "grip"
        label = _("Actions")
        template = "cms/blocks/actions.html"
        description = _("Up to three actions, stepping down like terraces.")


class Opening(blocks.StructBlock):
    days = blocks.CharBlock(label=_("Days"), max_length=60)
    hours = blocks.CharBlock(label=_("Hours"), max_length=40)

    class Meta:
        icon = "time"
        label = _("Days and hours")


class News(Band):
    class Meta:
        icon = "list-ul"
        label = _("Latest news")
        template = "cms/blocks/news.html"
        description = _("The five latest articles, the newest with its picture.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        articles = list(apps.get_model("cms", "ArticlePage").objects.latest_live(5))
        context |= {"first": articles[:1], "rest": articles[1:]}
        context["index"] = urljoin(articles[0].url or "", "..") if articles else ""
        return context


class Pillar(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=60)
    text = blocks.TextBlock(label=_("Text"))
    partners = blocks.ListBlock(
        named(blocks.CharBlock(max_length=80), _("Partner")), label=_("Partners")
    )


class Pillars(Band):
    pillars = blocks.ListBlock(Pillar(), label=_("Pillars"), min_num=1, max_num=4)
    closing = blocks.CharBlock(label=_("Closing sentence"), max_length=200, required=False)

    class Meta:
        icon = "group"
        label = _("Pillars and partners")
        template = "cms/blocks/pillars.html"
        description = _("Who stands behind the network, by pillar.")


class Skill(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Drawing"))
    name = blocks.CharBlock(label=_("Name"), max_length=40)
    text = blocks.TextBlock(label=_("Text"))


class Volunteers(Band):
    lead = blocks.TextBlock(label=_("Introduction"))
    skills = blocks.ListBlock(Skill(), label=_("Skills"), min_num=1, max_num=6)
    email = blocks.EmailBlock(label=_("Who to write to"))
    button = blocks.CharBlock(label=_("Button"), max_length=40, default="Mi metto in gioco")

    class Meta:
        icon = "user"
        label = _("Call for volunteers")
        template = "cms/blocks/volunteers.html"
        description = _("Volunteers are called by what they can do.")
