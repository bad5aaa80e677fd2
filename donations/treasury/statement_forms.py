"""What the treasurer says of a statement and of its lines, and the sentences about what is amiss."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum import iban
from stdnum.exceptions import ValidationError as NumberError

from donations import issuer
from donations.models import BankAccount
from donations.services.statements import LARGEST_FILE
from donations.statements import csv_file

ANOTHER = "altro"
NONE = ""


class UploadForm(forms.Form):
    """`account` is the IBAN chosen, or empty where the file says it."""

    file = forms.FileField(
        label=_("The bank’s file"),
        help_text=_("CSV, or CAMT.053 (XML). The bank’s site lets you download it."),
        error_messages={
            "required": _("Choose the file."),
            "empty": _("This file is empty."),
        },
    )
    conto = forms.ChoiceField(label=_("Account"), required=False)
    iban = forms.CharField(
        label=_("IBAN of another account"),
        required=False,
        max_length=42,
        help_text=_("Only for a CSV of an account that is not in the list."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = dict.fromkeys(BankAccount.objects.values_list("iban", flat=True))
        if own := issuer.account():
            known = {own.iban: None} | known
        field = self.fields["conto"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            *((one, str(iban.format(one))) for one in known),
            (ANOTHER, _("Another one, or the one the file says")),
        ]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(gettext("This file is too large: take a shorter period."))
        return file

    def clean_iban(self) -> str:
        text = self.cleaned_data["iban"]
        if not text:
            return ""
        try:
            return str(iban.validate(text))
        except NumberError:
            raise ValidationError(
                gettext("This IBAN is not right: check each character.")
            ) from None

    @property
    def account(self) -> str:
        chosen = self.cleaned_data.get("conto") or ANOTHER
        return self.cleaned_data["iban"] or ("" if chosen == ANOTHER else chosen)


class ColumnsForm(forms.Form):
    """Which column is which; `columns` is what `csv_file.read` takes."""

    LABELS = {
        "day": _("Day"),
        "amount": _("Amount, with its sign"),
        "credit": _("What came (if it has a column of its own)"),
        "debit": _("What went"),
        "value_day": _("Value date"),
        "text": _("Reference (causale)"),
        "name": _("Who paid"),
        "iban": _("IBAN of who paid"),
        "reference": _("The bank’s number (CRO, TRN)"),
    }

    def __init__(self, *args: Any, header: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.header = header
        choices = [(NONE, _("There is none")), *((str(at), one) for at, one in enumerate(header))]
        for name, label in self.LABELS.items():
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        if not data["day"]:
            self.add_error("day", gettext("Say which column has the day."))
        if not (data["amount"] or data["credit"]):
            self.add_error("amount", gettext("Say which column has the amount."))
        used = [one for one in data.values() if one]
        if len(used) != len(set(used)):
            raise ValidationError(gettext("One column cannot be two things: look at them again."))
        if not self.errors and not csv_file.complete(self.columns, self.header):
            raise ValidationError(gettext("These columns do not say enough."))
        return data

    @property
    def columns(self) -> dict[str, int]:
        return {name: int(at) for name, at in self.cleaned_data.items() if at}


class AsideForm(forms.Form):
    motivo = forms.CharField(
        label=_("Why it is no gift"),
        max_length=200,
        help_text=_("For example: membership fee, rent."),
        error_messages={"required": _("Write why: whoever checks the books will ask.")},
    )


class UndoForm(forms.Form):
    perche = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("It stays in the story of the gift."),
        error_messages={"required": _("Write why: whoever checks the books will ask.")},
    )
