"""The treasury's own limits of what is given online: typed in euros, kept in cents."""

from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from brand.figures import euros
from donations.fields import EuroField
from donations.money import LARGEST, LEAST


class LimitsForm(WagtailAdminModelForm):
    minimum = EuroField(
        label=capfirst(_("the smallest gift online, in euros")),
        help_text=_(
            "Below about 2 € the costs eat much of it. Stripe takes nothing below half a euro."
        ),
    )
    maximum = EuroField(
        label=capfirst(_("the largest, in euros")),
        help_text=_("Whoever wants to give more is asked to write to you."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        least, most = data.get("minimum"), data.get("maximum")
        if least is not None and least < LEAST:
            sentence = gettext("Stripe takes no payment below %(amount)s: write more.")
            self.add_error("minimum", sentence % {"amount": euros(LEAST)})
        if most is not None and most > LARGEST:
            sentence = gettext("This is more than %(amount)s: is there a zero too many?")
            self.add_error("maximum", sentence % {"amount": euros(LARGEST)})
        if least is not None and most is not None and least > most:
            self.add_error("maximum", gettext("The largest gift is smaller than the smallest one."))
        return data
