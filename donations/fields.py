"""Fields about people: each gives its value clean, or says in a sentence what is amiss."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.it import codicefiscale

_NOT_A_NAME = re.compile(r"https?:|www\.|[<>{}@\x00-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class NameField(forms.CharField):
    def __init__(self, *, max_length: int = 80, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> str:
        text = " ".join(super().clean(value).split())
        if _NOT_A_NAME.search(text):
            # names travel in our mails: no stranger's advertising in them
            raise ValidationError(gettext("Write only the name here, without addresses or signs."))
        return text


class WordsField(forms.CharField):
    """A line for others to read: nobody's links or mail addresses in it."""

    def clean(self, value: Any) -> str:
        text = " ".join(super().clean(value).split())
        if _NOT_A_NAME.search(text):
            raise ValidationError(gettext("Write it without links, addresses or signs like < >."))
        return text


class MailField(forms.CharField):
    """Says what is missing instead of "invalid"; gives the address in lower case."""

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        if not text:
            return text
        name, at, domain = text.rpartition("@")
        if not at:
            raise ValidationError(gettext("The @ is missing, for example anna@example.org."))
        if not name:
            raise ValidationError(gettext("The part before the @ is missing."))
        if "." not in domain.strip("."):
            raise ValidationError(
                gettext("The part after the dot is missing, for example anna@example.org.")
            )
        if " " in text:
            raise ValidationError(gettext("There is a space in the address: take it out."))
        try:
            validate_email(text)
        except ValidationError:
            raise ValidationError(
                gettext("This address does not look right: check it, for example anna@example.org.")
            ) from None
        return text.lower()


class FiscalCodeField(forms.CharField):
    """16 characters (with the letters of omocodia) or 11 digits; gives it compact, upper case."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return codicefiscale.validate(text)
        except InvalidLength:
            sentence = gettext(
                "A codice fiscale has 16 characters (11 figures for an organisation)."
            )
        except InvalidChecksum:
            sentence = gettext("A character is wrong: the last one does not match the others.")
        except StdnumError:
            sentence = gettext(
                "This does not look like a codice fiscale: check letters and figures."
            )
        raise ValidationError(sentence)
