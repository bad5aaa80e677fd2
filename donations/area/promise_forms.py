"""What she may change of a recurring gift. Each form carries a key: sent twice, it is one change."""

import uuid
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models import GivingSettings, PromiseChange, RecurringDonation
from donations.money import BadAmount, parse_amount, plain


class ChangeForm(forms.Form):
    chiave = forms.UUIDField(widget=forms.HiddenInput)

    @staticmethod
    def new() -> dict[str, Any]:
        return {"chiave": uuid.uuid4()}


class AmountForm(ChangeForm):
    """`cleaned_data["cents"]`"""

    cifra = forms.CharField(
        label=_("New amount, in euros"),
        max_length=30,
        error_messages={"required": _("Write how much you give from now on.")},
    )

    @staticmethod
    def typed(promise: RecurringDonation) -> dict[str, Any]:
        return {"cifra": plain(promise.amount)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "cifra" in data:
            try:
                data["cents"] = parse_amount(data["cifra"], GivingSettings.load().limits)
            except BadAmount as error:
                self.add_error("cifra", str(error))
        return data


class PauseForm(ChangeForm):
    """`cleaned_data["until"]`: the first moment of the day on which gifts begin again."""

    giorno = forms.DateField(
        label=_("Until"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Choose the day on which your gift begins again."),
            "invalid": _("This is no day we can read: write it as 31/12/2026."),
        },
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if day := data.get("giorno"):
            data["until"] = timezone.make_aware(datetime.combine(day, time.min))
        return data


class EndForm(ChangeForm):
    motivo = forms.ChoiceField(
        label=_("Why, if you like to say it"),
        required=False,
        choices=PromiseChange.Reason.choices,
    )
