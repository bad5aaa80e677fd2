"""Who somebody is, as every form asks it: names, code, address, mail, and what is amiss with them."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.fields import CountryField, FiscalCodeField, NameField, PhoneField, meant

ADDRESS = ("via", "cap", "citta", "provincia")


def complete_address(form: forms.Form, data: dict[str, Any]) -> None:
    """All of it or nothing: half an address helps nobody."""
    if not any(data.get(name) for name in ADDRESS):
        return
    for name, sentence in (
        ("via", gettext("Write the street too, or leave the whole address empty.")),
        ("cap", gettext("Write the postcode too, or leave the whole address empty.")),
        ("citta", gettext("Write the town too, or leave the whole address empty.")),
    ):
        if not data.get(name) and name not in form.errors:
            form.add_error(name, sentence)
    code, country = data.get("cap", ""), data.get("paese") or "IT"
    if code and country == "IT" and not re.fullmatch(r"[0-9]{5}", code):
        form.add_error("cap", gettext("An Italian postcode has five figures."))


def right_kind_of_code(form: forms.Form, data: dict[str, Any]) -> None:
    """Eleven figures are a body's, sixteen signs a person's: the receipt's words follow it."""
    code = data.get("cf", "")
    if len(code) == 11 and not data.get("ente") and "ente" not in form.errors:
        sentence = gettext("This is the code of an organisation: write its name too.")
        form.add_error("ente", sentence)
    elif len(code) == 16 and data.get("ente"):
        sentence = gettext(
            "This is the code of a person: write that of the organisation, or its partita IVA, "
            "eleven figures; or leave it empty."
        )
        form.add_error("cf", sentence)


class MailAskedAbout(forms.Form):
    """A mail address whose domain is a usual slip is asked about, in the field `email`; the page
    sends `mail_seen` back as `mail_vista`."""

    mail_seen = ""  # the address that we have asked about

    def ask_about_mail(self, email: str) -> None:
        """Once: whoever sends it again as it is has said yes to it."""
        right = meant(email)
        if right and self.data.get("mail_vista", "") != email:
            sentence = gettext("Did you mean %(mail)s? If it is right as it is, send it again.")
            self.add_error("email", sentence % {"mail": right})
        self.mail_seen = email if right else ""


class PersonForm(forms.Form):
    """Who she is, as the gift form and her own page ask."""

    nome = NameField(label=_("First name"), error_messages={"required": _("Write your name.")})
    cognome = NameField(
        label=_("Last name"), error_messages={"required": _("Write your last name.")}
    )
    cf = FiscalCodeField(label=_("Codice fiscale"), required=False, max_length=32)
    via = forms.CharField(label=_("Street and number"), required=False, max_length=160)
    cap = forms.CharField(label=_("Postcode"), required=False, max_length=12)
    citta = forms.CharField(label=_("Town"), required=False, max_length=80)
    provincia = forms.CharField(label=_("Province"), required=False, max_length=40)
    paese = CountryField(label=_("Country"), required=False, initial="IT")
    telefono = PhoneField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.CharField):
                field.error_messages["max_length"] = _("This is too long: shorten it, please.")

    @property
    def address_open(self) -> bool:
        names = [*ADDRESS, "paese", "telefono"]
        return any(self[name].value() for name in (*ADDRESS, "telefono")) or any(
            name in self.errors for name in names
        )

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """For the summary: the id to go to, the field's label, what is amiss."""
        return [
            (name, str(self[name].label), str(self.errors[name][0]))
            for name in self.fields
            if name in self.errors
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        complete_address(self, data)
        return data
