"""What the treasury fills in to give money back."""

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brand.figures import euros
from donations.models import BankLine, Donation, RefundRequest
from donations.money import BadAmount, parse_cents, plain
from donations.services import paying_in
from donations.services.by_hand import day_of, today
from donations.treasury.hand_forms import DAY, DayField, ReversalForm

GOOD_FOR = 24 * 3600
Way = RefundRequest.Way


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
        choices=[(one.value, one.label) for one in RefundRequest.OF_STRIPE],
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


class HandRefundForm(RefundForm):
    """Of a gift that came by hand. `line`: of the bank's statement, which says how much, when and
    how."""

    field_order = ("euro", "giorno", "modo", "motivo", "nota")
    riga = forms.IntegerField(required=False, widget=forms.HiddenInput)
    giorno = DayField(
        label=_("Day on which it went back"),
        error_messages={
            "required": _("Write the day, for example 03/11/2026."),
            "invalid": _("Write the day like this: 03/11/2026."),
        },
    )
    modo = forms.ChoiceField(
        label=_("How it went back"),
        choices=[(one.value, one.label) for one in (Way.BANK, Way.CASH)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where the money came from.")},
    )

    def __init__(
        self,
        *args: Any,
        gift: Donation,
        left: int,
        sure: bool = False,
        line: BankLine | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, gift=gift, left=left, sure=sure, **kwargs)
        self.gift, self.sure, self.line = gift, sure, line
        cash = gift.method == Donation.Method.CASH
        way = Way.CASH if cash else Way.BANK
        self.initial = {"giorno": today(), "modo": way.value, **self.initial}
        reason, how = self.fields["motivo"], self.fields["modo"]
        assert isinstance(reason, forms.ChoiceField) and isinstance(how, forms.ChoiceField)
        reason.choices = [(one.value, one.label) for one in RefundRequest.BY_HAND]
        if line:
            how.choices = [(Way.BANK.value, Way.BANK.label)]
            for name in ("euro", "giorno"):
                self.fields[name].widget.attrs["readonly"] = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day, came = data.get("giorno"), day_of(self.gift)
        if day and day < came:
            words = gettext("The gift came on %(day)s: it cannot have gone back before.")
            self.add_error("giorno", words % {"day": came.strftime(DAY)})
        if data.get("motivo") == RefundRequest.Reason.OTHER and not data.get("nota"):
            self.add_error("nota", gettext("Write why: whoever checks the books will ask."))
        if data.get("modo") == Way.CASH and not self.sure:
            self._box(data.get("euro") or 0)
        return data

    def _box(self, cents: int) -> None:
        held = paying_in.in_the_box()
        if cents > held:
            words = gettext("The books say that the cash box holds only %(amount)s.")
            self.add_error("modo", words % {"amount": euros(held, always_cents=True)})


class NeverWentForm(ReversalForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["perche"].help_text = _(
            "It stays in the story of the gift. For example: the transfer never left."
        )
