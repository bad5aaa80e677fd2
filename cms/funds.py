"""How a page names the fund its buttons give to: by key, so that it may be renamed or closed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from cms import cache
from donations.models import Fund, GivingSettings
from donations.offered import Amounts, Offer


def must_be_open(fund: Fund | None) -> None:
    if fund and not fund.active:
        raise ValidationError(
            gettext("“%(fund)s” is closed to gifts: choose another fund, or none.") % {"fund": fund}
        )


def suggested(fund: Fund | None) -> Amounts:
    """Of the fund, else of the first one in the form."""
    chosen = fund if fund and fund.active else Fund.objects.filter(active=True).first()
    if not chosen:
        return []
    limits = GivingSettings.load().limits
    taken = chosen.suggested_amounts.filter(amount__range=(limits.minimum, limits.maximum))
    return [Offer(row.amount, row.meant) for row in taken[:5]]


class FundChoice(forms.ModelChoiceField):
    def label_from_instance(self, fund: Fund) -> str:
        return fund.name if fund.active else gettext("%(fund)s (closed)") % {"fund": fund}


class FundBlock(blocks.ChooserBlock):
    """Without one, the donor chooses in the form. Closed ones show, so that one sees what to mend."""

    target_model = Fund
    widget = forms.Select

    @cached_property
    def field(self) -> forms.ModelChoiceField:
        return FundChoice(
            queryset=Fund.objects.all(),
            widget=self.widget(),
            required=self._required,
            empty_label=_("The donor chooses"),
            help_text=self._help_text,
        )

    def bulk_to_python(self, values: list[Any]) -> list[Fund | None]:
        """Pages are drawn from this; what is checked and saved is asked for afresh."""
        funds = cache.part("funds", lambda: Fund.objects.in_bulk())
        return [funds.get(value) for value in values]

    def get_form_state(self, value: Any) -> Any:
        return blocks.FieldBlock.get_form_state(self, value)

    def clean(self, value: Any) -> Any:
        fund = super().clean(value)
        must_be_open(fund)
        return fund
