"""Fields about people: each gives its value clean, or says in a sentence what is amiss."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.exceptions import InvalidChecksum, InvalidLength
from stdnum.exceptions import ValidationError as StdnumError
from stdnum.it import codicefiscale

from brand.bilingual import Words
from donations import countries
from donations.models import Fund
from donations.money import BadAmount, parse_cents, plain
from donations.widgets import LongSelect

_NOT_A_NAME = re.compile(r"https?:|www\.|[<>{}@\x00-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


# domains that no provider of mail has, as people type them in a hurry
SLIPS = {
    slip: right
    for right, slips in {
        "gmail.com": "gmial.com gmai.com gmail.con gmail.cm gmail.om gmal.com gamil.com gmil.com "
        "gmaill.com gnail.com gmail.it",
        "hotmail.it": "hotmial.it hotmai.it hotmal.it homail.it hotmail.i hotamil.it",
        "hotmail.com": "hotmial.com hotmai.com hotmail.con hotmal.com homail.com hotamil.com",
        "libero.it": "libero.con libero.com libero.i liber.it lbero.it libro.it",
        "virgilio.it": "virgilio.con virgilio.com vigilio.it virglio.it",
        "yahoo.it": "yaho.it yahooo.it yhaoo.it",
        "yahoo.com": "yahoo.con yaho.com yahooo.com",
        "outlook.it": "outlok.it outloook.it",
        "outlook.com": "outlook.con outlok.com outloook.com",
        "icloud.com": "icloud.con iclod.com icloud.it",
        "tiscali.it": "tiscali.con tiscali.com",
        "alice.it": "alice.con alice.com",
    }.items()
    for slip in slips.split()
}


class CountryField(forms.ChoiceField):
    """ISO 3166-1, of two capitals; in the reader's language and its order."""

    widget = LongSelect

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=countries.choices, **kwargs)

    def valid_value(self, value: Any) -> bool:
        """Django goes through all of them, for every form that is sent."""
        return countries.is_code(str(value))


class EuroField(forms.Field):
    """Euros as Italians write them in the form, cents in the row."""

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        try:
            return self.parsed(str(value)) if value else None
        except BadAmount as problem:
            raise ValidationError(str(problem)) from problem

    def parsed(self, text: str) -> int:
        """Raises BadAmount."""
        return parse_cents(text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


class WordsSelect(forms.Select):
    """Marks what is not in the reader's language."""

    def create_option(self, name: str, value: Any, label: Any, *rest: Any, **more: Any) -> Any:
        option = super().create_option(name, value, label, *rest, **more)
        if isinstance(label, Words) and label.mark:
            option["attrs"]["lang"] = label.mark
        return option


class FundField(forms.ModelChoiceField):
    widget = WordsSelect

    def label_from_instance(self, fund: Fund) -> Words:  # type: ignore[override]
        return fund.called


class NameField(forms.CharField):
    def __init__(self, *, max_length: int = 80, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> str:
        text = " ".join(super().clean(value).split())
        if _NOT_A_NAME.search(text):
            # names travel in our mails: no stranger's advertising in them
            raise ValidationError(gettext("Write only the name here, without addresses or signs."))
        if text and not any(sign.isalpha() for sign in text):
            raise ValidationError(gettext("There is no letter in it: write the name in letters."))
        return text


class WordsField(forms.CharField):
    """A line for others to read: nobody's links or mail addresses in it."""

    def clean(self, value: Any) -> str:
        text = " ".join(super().clean(value).split())
        if _NOT_A_NAME.search(text):
            raise ValidationError(gettext("Write it without links, addresses or signs like < >."))
        return text


def meant(email: str) -> str:
    """The address that was probably meant, of one whose domain is a usual slip; else ""."""
    name, _at, domain = email.rpartition("@")
    right = SLIPS.get(domain)
    return f"{name}@{right}" if name and right else ""


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


class PhoneField(forms.CharField):
    """However people write it; gives digits in their groups, and the plus of another country."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Telephone"), required=False, max_length=60, **kwargs)

    def clean(self, value: Any) -> str:
        text = " ".join(re.sub(r"[-./()]", " ", super().clean(value)).split())
        digits = sum(sign.isdigit() for sign in text)
        if text and not (
            re.fullmatch(r"\+?[0-9 ]+", text) and 5 <= digits <= 15 and len(text) <= 30
        ):
            raise ValidationError(
                gettext("Write the number in figures, for example 0342 123456, or leave it empty.")
            )
        return text


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
