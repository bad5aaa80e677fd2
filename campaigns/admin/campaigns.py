"""Campaigns: an ordinary form, with the goal in euros."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.viewsets.model import ModelViewSet

from campaigns.admin.forms import DATE_INPUTS, TIME_INPUTS, date_widget, time_widget, zone_choices
from campaigns.models import Campaign

CENTS = 100


class GoalField(forms.DecimalField):
    """Euros in the form, cents in the row."""

    def __init__(self, **kwargs: Any) -> None:
        options: dict[str, Any] = {"decimal_places": 2, "max_digits": 12, "min_value": Decimal(1)}
        super().__init__(required=False, localize=True, **options | kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            value = Decimal(value) / CENTS
        return super().prepare_value(value)

    def clean(self, value: Any) -> int | None:
        euros = super().clean(value)
        return None if euros is None else int(euros * CENTS)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.clean(data) != initial
        except forms.ValidationError:
            return True


class CampaignForm(WagtailAdminModelForm):
    goal = GoalField(label=_("Goal in euros"), help_text=_("Leave it empty without a goal."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("start_date", "end_date"):
            self.fields[name].input_formats = DATE_INPUTS
        for name in ("start_time", "end_time"):
            self.fields[name].input_formats = TIME_INPUTS
        zone = self.data.get("zone") or self.instance.zone
        self.fields["zone"].widget = forms.Select(choices=zone_choices(zone))


class CampaignViewSet(ModelViewSet):
    model = Campaign
    name = "campaigns_campaigns"
    url_prefix = "campagne"
    icon = "tag"
    menu_label = _("Campaigns")
    menu_name = "campaigns"
    menu_order = 230
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["name", "hashtags", "start_date", "end_date"]
    search_fields = ["name", "hashtags"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel("name"), FieldPanel("slug"), FieldPanel("hashtags")],
                heading=_("The campaign"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel(
                        [
                            FieldPanel("start_date", widget=date_widget()),
                            FieldPanel("start_time", widget=time_widget()),
                            FieldPanel("end_date", widget=date_widget()),
                            FieldPanel("end_time", widget=time_widget()),
                        ]
                    ),
                    FieldPanel("zone"),
                ],
                heading=_("When"),
            ),
            FieldPanel("goal", heading=_("Goal in euros")),
            FieldPanel("landing_page"),
            FieldPanel("late_minutes"),
            FieldPanel("workflow"),
        ],
        base_form_class=CampaignForm,
    )
