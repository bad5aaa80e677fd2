"""The door's one question, and what a donor may correct of herself."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from donations.fields import MailField
from donations.person_forms import MailAskedAbout, PersonForm
from donations.services import Details


class DoorForm(MailAskedAbout):
    email = MailField(
        label=_("Mail"),
        widget=forms.EmailInput,
        max_length=254,
        error_messages={
            "required": _("Write the mail address you gave with."),
            "max_length": _("This is too long: shorten it, please."),
        },
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.ask_about_mail(data.get("email", ""))
        return data

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """For the summary: the id to go to, the field's label, what is amiss."""
        bound = self["email"]
        return [("email", str(bound.label), str(error)) for error in bound.errors]


class DetailsForm(PersonForm):
    FIELDS = {
        "nome": "first_name",
        "cognome": "last_name",
        "cf": "codice_fiscale",
        "via": "street",
        "cap": "postcode",
        "citta": "city",
        "provincia": "province",
        "paese": "country",
        "telefono": "phone",
    }

    @classmethod
    def typed(cls, details: Details) -> dict[str, Any]:
        """As the form has them."""
        return {name: getattr(details, theirs) for name, theirs in cls.FIELDS.items()}

    def details(self, *, email: str) -> Details:
        data = self.cleaned_data
        return Details(email, **{theirs: data[name] for name, theirs in self.FIELDS.items()})

    def clean_paese(self) -> str:
        return self.cleaned_data["paese"] or "IT"
