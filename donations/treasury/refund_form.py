"""What the treasury fills in to give money back."""

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brand.figures import euros
from donations.models import Donation, RefundRequest
from donations.money import BadAmount, parse_cents, plain

GOOD_FOR = 24 * 3600


class RefundForm(forms.Form):
    """`left`: cents of `gift` that can go back. `foglio`: what makes one sheet one refund of this gift,
    and what the person was shown to be left when it was handed out. `sure`: the yes, which may be a
    second click, after the first has left less."""

    euro = forms.CharField(
        label=_("How much, in euros"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": _("Write how much goes back, for example 25 or 25,50.")},
    )
    motivo = forms.ChoiceField(
        label=_("Why"),
        choices=RefundRequest.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why the money goes back.")},
    )
    nota = forms.CharField(
        label=_("Note for the treasury"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    foglio = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, gift: Donation, left: int, sure: bool = False, **kwargs: Any
    ) -> None:
        self.left, self.most = left, gift.amount if sure else left
        self.salt = f"donations.refund:{gift.pk}"
        kwargs.setdefault("initial", {"euro": plain(left), "foglio": self._sheet()})
        super().__init__(*args, **kwargs)

    def clean_euro(self) -> int:
        try:
            cents = parse_cents(self.cleaned_data["euro"])
        except BadAmount as error:
            raise ValidationError(str(error)) from error
        if not 0 < cents <= self.most:
            words = gettext("From 0,01 € to %(left)s can go back.")
            raise ValidationError(words % {"left": euros(self.left, always_cents=True)})
        return cents

    def clean_foglio(self) -> tuple[str, int]:
        """The sheet's key, and what it said was left."""
        try:
            key, left = signing.loads(self.cleaned_data["foglio"], salt=self.salt, max_age=GOOD_FOR)
        except (signing.BadSignature, ValueError, TypeError):
            self.data = {**dict(self.data.items()), "foglio": self._sheet()}
            raise ValidationError(
                gettext("This page was open for too long: look at it again.")
            ) from None
        return str(key), int(left)

    def _sheet(self) -> str:
        return signing.dumps([str(uuid.uuid4()), self.left], salt=self.salt)
