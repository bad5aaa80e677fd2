"""In whose honour or memory a gift is, and the card: as the gift form and the donor's page ask."""

import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.fields import MailField, NameField
from donations.models import Tribute
from donations.services.tributes import Wish
from outbox.clock import DEFAULT_ZONE, moment

HONOUR, MEMORY = "onore", "memoria"
KINDS = {HONOUR: Tribute.Kind.HONOUR.value, MEMORY: Tribute.Kind.MEMORY.value}
MORNING = time(9)
AHEAD = timedelta(days=366)
OF_THE_CARD = ("per_chi", "per_mail", "biglietto", "giorno", "ora")
TRIBUTE = ("dedica", "dedicato", *OF_THE_CARD)
# what mail programs make a link of: a name with a dot and letters of one size at once behind it
_LINK = re.compile(
    r"https?:|www\.|@|[<>{}]|\w\.(?:[a-z]{2,}|[A-Z]{2,})\b"
    r"|\w\.(?i:com|net|org|it|eu|info|biz|io|me|ru|xyz|link|shop|top|online|site)\b"
)
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class GuestNameField(NameField):
    """A name that travels to somebody who never asked for our mail."""

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if _LINK.search(text):
            raise ValidationError(gettext("Write only the name here, without addresses or signs."))
        return text


class MessageField(forms.CharField):
    """Plain words on some lines; nobody's links or mail addresses in it."""

    widget = forms.Textarea

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).replace("\r\n", "\n").replace("\r", "\n")
        lines = [" ".join(_UNSEEN.sub(" ", line).split()) for line in text.split("\n")]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        if _LINK.search(text):
            raise ValidationError(
                gettext(
                    "Write it without links, addresses or signs like < >, and with a space after "
                    "each full stop."
                )
            )
        return text


class TributeFields(forms.Form):
    """`cleaned_data["wish"]`: a Wish, or None when nobody is named."""

    dedica = forms.ChoiceField(
        label=_("The gift is"),
        required=False,
        initial=HONOUR,
        choices=[(HONOUR, _("In honour of somebody")), (MEMORY, _("In memory of somebody"))],
        error_messages={"invalid_choice": _("Choose whether in honour or in memory.")},
    )
    dedicato = GuestNameField(label=_("Of whom"), required=False)
    per_chi = GuestNameField(label=_("Who gets the card"), required=False)
    per_mail = MailField(
        label=_("Their mail"), required=False, widget=forms.EmailInput, max_length=254
    )
    biglietto = MessageField(label=_("Your words for them"), required=False, max_length=500)
    giorno = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("This is no day we can read: write it as 31/12/2026.")},
    )
    ora = forms.TimeField(
        label=_("Hour"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("This is no hour we can read: write it as 09:30.")},
    )

    @staticmethod
    def tribute_typed(tribute: Tribute | None) -> dict[str, Any]:
        """As the form has it."""
        if tribute is None:
            return {}
        kinds = {value: name for name, value in KINDS.items()}
        return {
            "dedica": kinds[tribute.kind],
            "dedicato": tribute.honouree,
            "per_chi": tribute.recipient,
            "per_mail": tribute.email,
            "biglietto": tribute.message,
            "giorno": tribute.day,
            "ora": tribute.at,
        }

    @property
    def memory_chosen(self) -> bool:
        return self["dedica"].value() == MEMORY

    @property
    def tribute_open(self) -> bool:
        names = [name for name in TRIBUTE if name != "dedica"]
        return any(self[name].value() for name in names) or any(
            name in self.errors for name in TRIBUTE
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["wish"] = self._wish(data)
        return data

    def _wish(self, data: dict[str, Any]) -> Wish | None:
        typed = any(data.get(name) for name in OF_THE_CARD)
        if not data.get("dedicato"):
            if typed and "dedicato" not in self.errors:
                sentence = gettext("Write of whom, or empty the lines of the card.")
                self.add_error("dedicato", sentence)
            return None
        if typed and not data.get("per_mail") and "per_mail" not in self.errors:
            sentence = gettext("Write where the card goes, or empty the other lines of the card.")
            self.add_error("per_mail", sentence)
        day, at = self._when(data)
        return Wish(
            kind=KINDS[data.get("dedica") or HONOUR],
            honouree=data["dedicato"],
            recipient=data.get("per_chi", ""),
            email=data.get("per_mail", ""),
            message=data.get("biglietto", ""),
            day=day,
            at=at,
        )

    def _when(self, data: dict[str, Any]) -> tuple[Any, Any]:
        """By the clocks here. A day without an hour is its morning; today's may be past: at once."""
        day, at = data.get("giorno"), data.get("ora")
        now = timezone.now().astimezone(ZoneInfo(DEFAULT_ZONE))
        if day is None:
            if at and "giorno" not in self.errors:
                self.add_error("giorno", gettext("Choose the day too."))
            return None, None
        if not now.date() <= day <= now.date() + AHEAD:
            self.add_error("giorno", gettext("Choose a day from today on, within a year."))
            return None, None
        if at is None:
            return day, max(MORNING, _minute(now)) if day == now.date() else MORNING
        if moment(day=day, at=at, zone=DEFAULT_ZONE).utc < now - timedelta(minutes=1):
            self.add_error("ora", gettext("This hour is past: choose one to come."))
        return day, at


def _minute(now: datetime) -> time:
    return now.time().replace(second=0, microsecond=0)
