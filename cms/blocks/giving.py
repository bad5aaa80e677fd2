"""Blocks about giving: plain links and GET forms, since pages are cached whole."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page

from campaigns.models import WallEntry
from cms import cache, campaign_state, offered
from cms.blocks.base import Band, anchor
from cms.blocks.samples import Sampled
from cms.choosers import CampaignChooserBlock
from cms.funds import FundBlock, suggested
from donations.forms import RHYTHMS
from donations.models import GivingSettings
from donations.money import BadAmount, plain, within_limits
from donations.services import donor_wall, premiums


class EurosBlock(blocks.IntegerBlock):
    """Only what the gift form takes, as the treasury has set it."""

    def clean(self, value: Any) -> Any:
        euros = super().clean(value)
        if euros is not None:
            try:
                within_limits(euros * 100, GivingSettings.load().limits)
            except BadAmount as problem:
                raise ValidationError(str(problem)) from problem
        return euros


class Amount(blocks.StructBlock):
    euros = EurosBlock(label=_("Euros"), min_value=1)
    meaning = blocks.CharBlock(label=_("What it makes possible"), max_length=120)
    meaning_en = blocks.CharBlock(
        label=_("In English"),
        max_length=120,
        required=False,
        help_text=_("For who goes on in English; empty: the words above."),
    )


class Amounts(Band):
    amounts = blocks.ListBlock(Amount(), label=_("Amounts"), min_num=1, max_num=6)
    fund = FundBlock(label=_("Fund"), required=False)
    note = blocks.CharBlock(label=_("Note"), max_length=200, required=False)

    class Meta:
        icon = "sp-euro"
        label = _("Amounts that mean something")
        template = "cms/blocks/amounts.html"
        description = _("Each amount with what it makes possible; leads to the form.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        rows = offered.rows_of(value.get("amounts"))
        context["offered"] = offered.key_of((parent_context or {}).get("page"), rows)
        context["choices"] = [(plain(row.cents), row) for row in rows]
        return context


class DonateCall(Band):
    text = blocks.TextBlock(label=_("Text"))
    button = blocks.CharBlock(label=_("Button"), max_length=40, default="Aggiungi il tuo")
    euros = EurosBlock(label=_("Euros"), min_value=1, required=False)
    fund = FundBlock(label=_("Fund"), required=False)

    class Meta:
        icon = "sp-plus"
        label = _("Call to give")
        template = "cms/blocks/donate.html"
        description = _("A sentence and a field for the amount; leads to the form.")


class GiftForm(Band):
    """The beginning of the form; the fund's own amounts where the editor writes none."""

    text = blocks.TextBlock(label=_("Text"), required=False)
    campaign = CampaignChooserBlock(
        label=_("Campaign"),
        required=False,
        help_text=_("Its thermometer grows; without one, that of the page it stands on."),
    )
    fund = FundBlock(label=_("Fund"), required=False)
    amounts = blocks.ListBlock(
        Amount(),
        label=_("Amounts"),
        max_num=5,
        default=[],
        help_text=_("Without any, those of the fund."),
    )
    rhythm = blocks.ChoiceBlock(
        label=_("How often"),
        choices=[("", _("The donor chooses")), *RHYTHMS],
        required=False,
        default="",
        help_text=_("What is chosen here can still be changed in the form."),
    )
    button = blocks.CharBlock(label=_("Button"), max_length=40, default="Aggiungi il tuo")

    class Meta:
        icon = "sp-euro"
        label = _("Gift form")
        template = "cms/blocks/gift_form.html"
        description = _("Amounts to choose from and a field for another; goes on in the form.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        own = offered.rows_of(value.get("amounts"))
        context["offered"] = offered.key_of((parent_context or {}).get("page"), own)
        context["rhythms"] = RHYTHMS
        context["rhythm"] = dict(RHYTHMS).get(value.get("rhythm") or "")
        rows = own or suggested(value.get("fund"))
        context["choices"] = [(plain(row.cents), row) for row in rows]
        state = (parent_context or {}).get("state")
        campaign = value.get("campaign") or (state.campaign if state else None)
        context["thanked"] = premiums.offered_by(str(campaign.pk)) if campaign else []
        return context


class Thermometer(Sampled, blocks.StructBlock):
    campaign = CampaignChooserBlock(label=_("Campaign"))
    lead = blocks.TextBlock(label=_("Text"))
    fund = FundBlock(label=_("Fund"), required=False)

    class Meta:
        icon = "sp-plus"
        label = _("Thermometer of a campaign")
        template = "cms/blocks/thermometer.html"
        description = _("What a campaign has raised, on a dark ground.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        if value.get("campaign"):
            context["state"] = campaign_state.of(value["campaign"])
            page_id = value["campaign"].landing_page_id
            context["landing"] = page_id and cache.part(f"page:{page_id}", lambda: _live(page_id))
            context["anchor"] = anchor(context["state"].hashtag, parent_context)
        return context


class DonorWall(Band):
    campaign = CampaignChooserBlock(
        label=_("Campaign"),
        required=False,
        help_text=_("Without one, that of the page it stands on."),
    )
    text = blocks.TextBlock(label=_("Text"), required=False)
    number = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=300, default=60)

    class Meta:
        icon = "group"
        label = _("Who gave")
        template = "cms/blocks/donor_wall.html"
        description = _("Names of donors of a campaign who said yes to it, with their words.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        state = (parent_context or {}).get("state")
        campaign = value.get("campaign") or (state.campaign if state else None)
        key = str(campaign.pk) if campaign else ""
        most = value["number"]
        context["names"] = cache.part(
            f"names:{key}:{most}", lambda: donor_wall.of_campaign(key=key, most=most)
        )
        return context


def _live(page_id: int) -> Page | None:
    return Page.objects.live().filter(pk=page_id).first()


class Wall(Band):
    campaign = CampaignChooserBlock(label=_("Campaign"), required=False)
    text = blocks.TextBlock(label=_("Text"), required=False)
    number = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=30, default=9)

    class Meta:
        icon = "sp-published"
        label = _("The wall")
        template = "cms/blocks/wall.html"
        description = _("The latest posts of the site's own wall.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        entries = WallEntry.objects.shown()
        if value.get("campaign"):
            entries = entries.filter(campaign=value["campaign"])
        context["entries"] = entries[: value["number"]]
        return context
