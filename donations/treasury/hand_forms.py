"""What the treasurer types of a gift that came by hand, and the sentences about what is amiss."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from attribution.models import Source
from donations.fields import CountryField, FiscalCodeField, MailField, NameField, PhoneField
from donations.form_tokens import token_of
from donations.models import BankLine, Donation, Donor, Fund
from donations.money import BadAmount, parse_large_amount
from donations.person_forms import MailAskedAbout, complete_address, right_kind_of_code
from donations.services import Details
from donations.services.by_hand import BANK, PLACES, HandGift, today
from donations.treasury.known_donors import Known, lookalikes

DAY = "%d/%m/%Y"
DAYS = (DAY, "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d")  # as they may be typed
FIRST_YEAR = 2000  # before it, rather a slip of the finger
Method = Donation.Method


class DayField(forms.DateField):
    """A day that is over or is today, as Italians write it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = AdminDateInput(format=DAY, attrs={"size": "10", "placeholder": _("dd/mm/yyyy")})
        super().__init__(widget=widget, input_formats=DAYS, **kwargs)

    def clean(self, value: Any) -> date:
        day = super().clean(value)
        if day > today():
            raise ValidationError(gettext("This day is still to come: write when it was given."))
        if day.year < FIRST_YEAR:
            raise ValidationError(gettext("This is long ago: check the year."))
        return day


class WhoGave(forms.Form):
    """Who gave, as receipts name them."""

    FIELDS = {
        "nome": "first_name",
        "cognome": "last_name",
        "ente": "organisation",
        "cf": "codice_fiscale",
        "via": "street",
        "cap": "postcode",
        "citta": "city",
        "provincia": "province",
        "paese": "country",
    }

    nome = NameField(label=_("First name"), required=False)
    cognome = NameField(label=_("Last name"), required=False)
    ente = NameField(
        label=_("Organisation"),
        required=False,
        max_length=120,
        help_text=_("If a company or an association gives. The names above are its contact’s."),
    )
    cf = FiscalCodeField(
        label=_("Codice fiscale"),
        required=False,
        max_length=32,
        help_text=_("Of an organisation, the partita IVA will do."),
    )
    via = forms.CharField(label=_("Street and number"), required=False, max_length=160)
    cap = forms.CharField(label=_("Postcode"), required=False, max_length=12)
    citta = forms.CharField(label=_("Town"), required=False, max_length=80)
    provincia = forms.CharField(label=_("Province"), required=False, max_length=40)
    paese = CountryField(label=_("Country"), required=False, initial="IT")

    def written(self) -> dict[str, str]:
        """As a gift keeps it."""
        data = self.cleaned_data
        return {theirs: data[name] for name, theirs in self.FIELDS.items()}

    def clean_paese(self) -> str:
        return self.cleaned_data["paese"] or "IT"


class HandForm(WhoGave, MailAskedAbout):
    """`given()` is what it says, once it is valid. `line`: of the bank's statement, which says amount
    and day."""

    token = forms.CharField(widget=forms.HiddenInput)
    riga = forms.IntegerField(required=False, widget=forms.HiddenInput)
    come = forms.UUIDField(required=False, widget=forms.HiddenInput)
    chi = forms.UUIDField(required=False, widget=forms.HiddenInput)
    altro = forms.BooleanField(label=_("It is somebody else"), required=False)
    cifra = forms.CharField(
        label=_("Amount in euros"),
        max_length=30,
        error_messages={"required": _("Write the amount, for example 25 or 25,50.")},
    )
    giorno = DayField(
        label=_("Day of the gift"),
        error_messages={
            "required": _("Write the day, for example 03/11/2026."),
            "invalid": _("Write the day like this: 03/11/2026."),
        },
    )
    modo = forms.ChoiceField(
        label=_("How it came"), choices=[(one.value, one.label) for one in PLACES]
    )
    riferimento = forms.CharField(
        label=_("Number of the cheque, transfer (CRO or TRN) or cash slip"),
        required=False,
        max_length=80,
        help_text=_("It stands on the receipt and in the ledger."),
    )
    fondo = forms.ModelChoiceField(
        label=_("Fund"), queryset=Fund.objects.all(), to_field_name="slug", empty_label=None
    )
    campagna = forms.ModelChoiceField(
        label=_("Campaign"),
        queryset=Source.objects.filter(kind="campaign").order_by("label"),
        to_field_name="key",
        required=False,
        empty_label=_("None"),
        help_text=_("Its thermometer grows by this gift."),
    )
    email = MailField(label=_("Mail"), required=False, max_length=254)
    telefono = PhoneField()
    ricevuta = forms.BooleanField(
        label=_("Issue the receipt"),
        required=False,
        initial=True,
        help_text=_(
            "Numbered at once. In cash it is not good for tax benefits, and does not speak of them."
        ),
    )
    grazie = forms.BooleanField(
        label=_("Thank by mail"),
        required=False,
        initial=True,
        help_text=_("If there is an address; the receipt goes along."),
    )
    nota = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For the treasury only."),
    )

    GIFT = ("cifra", "giorno", "modo", "riferimento", "fondo", "campagna")
    DONOR = (
        *("nome", "cognome", "ente", "email", "telefono"),
        *("cf", "via", "cap", "citta", "provincia", "paese"),
    )
    PAPERS = ("ricevuta", "grazie", "nota")

    def __init__(self, *args: Any, line: BankLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        if line is None:
            return
        for name in ("cifra", "giorno"):
            self.fields[name].widget.attrs["readonly"] = True
        method = self.fields["modo"]
        assert isinstance(method, forms.ChoiceField)
        method.choices = [(one.value, one.label) for one, place in PLACES.items() if place == BANK]

    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields in the order they are asked, under their headings."""
        headings = (gettext("The gift"), gettext("Who gave"), gettext("Papers"))
        groups = (self.GIFT, self.DONOR, self.PAPERS)
        return [
            (heading, [self[name] for name in names])
            for heading, names in zip(headings, groups, strict=True)
        ]

    def clean_token(self) -> UUID:
        return token_of(self.cleaned_data["token"])

    def clean_cifra(self) -> int:
        try:
            return parse_large_amount(self.cleaned_data["cifra"])
        except BadAmount as problem:
            raise ValidationError(str(problem)) from problem

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not {"nome", "cognome", "ente"} & self.errors.keys():
            self._name(data)
        complete_address(self, data)
        right_kind_of_code(self, data)
        self.ask_about_mail(data.get("email", ""))
        return data

    def _name(self, data: dict[str, Any]) -> None:
        """A person has both names; a match has its company; only a box of cash has nobody."""
        method, named = data.get("modo"), data["nome"] or data["cognome"]
        if data["ente"]:
            return
        if method == Method.COMPANY_MATCH:
            self.add_error("ente", gettext("Write which company adds its own money."))
        elif named and not data["nome"]:
            self.add_error("nome", gettext("Write the first name too."))
        elif named and not data["cognome"]:
            self.add_error("cognome", gettext("Write the last name too."))
        elif not named and method != Method.CASH:
            self.add_error("nome", gettext("Write who gave: only cash may come from nobody known."))
        elif not named and data.get("ricevuta"):
            self.add_error(
                "ricevuta", gettext("A receipt needs a name: write it, or take the tick away.")
            )

    def lookalikes(self) -> list[Known]:
        """Who may be the person written here, while nobody has chosen her nor said that she is not."""
        data = self.cleaned_data
        return [] if data["come"] or data["chi"] or data["altro"] else lookalikes(self._details())

    def _details(self) -> Details:
        data = self.cleaned_data
        return Details(email=data["email"], phone=data["telefono"], **self.written())

    def given(self, *, same_as: Donation | None, known: Donor | None = None) -> HandGift:
        data = self.cleaned_data
        return HandGift(
            amount=data["cifra"],
            method=data["modo"],
            day=data["giorno"],
            fund=data["fondo"],
            donor=self._details(),
            reference=data["riferimento"],
            note=data["nota"],
            source=data["campagna"],
            receipt=data["ricevuta"],
            thanks=data["grazie"],
            same_as=same_as,
            known=known,
        )


PERSON = (*HandForm.DONOR, "come", "chi", "altro")  # fields that say who gave


def typed_in(data: QueryDict) -> dict[str, Any]:
    """What was typed, for a form that is not judged yet; a tick that was taken away stays away."""
    ticks = {
        name
        for name, field in HandForm.base_fields.items()
        if isinstance(field, forms.BooleanField)
    }
    return {
        name: name in data if name in ticks else data.get(name, "") for name in HandForm.base_fields
    }


class ReversalForm(forms.Form):
    perche = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("It stays in the story of the gift. For example: typed 500 instead of 50."),
        error_messages={"required": _("Write why: whoever checks the books will ask.")},
    )


class CorrectionForm(WhoGave):
    mail = forms.BooleanField(
        label=_("Send the new receipt by mail"),
        required=False,
        initial=True,
        help_text=_("If there is an address. The mail says that the old one no longer holds."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not {"nome", "cognome", "ente"} & self.errors.keys() and not data["ente"]:
            for name in ("nome", "cognome"):
                if not data[name]:
                    self.add_error(name, gettext("Write both names, or the organisation."))
        complete_address(self, data)
        right_kind_of_code(self, data)
        return data
