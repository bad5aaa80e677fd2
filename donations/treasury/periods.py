"""How the treasury narrows its lists, most of them from one day to another."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

YEARS = range(1900, 2200)  # beyond them databases and zones have no times


def _known(day: date) -> None:
    if day.year not in YEARS:
        raise ValidationError(_("There are no books of that day: look at the year."))


class DayField(forms.DateField):
    """As the placeholder says, whatever the reader's language; and as computers write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["%d/%m/%Y", "%Y-%m-%d"],
            validators=[_known],
            widget=forms.DateInput(attrs={"placeholder": _("dd/mm/yyyy"), "autocomplete": "off"}),
            **kwargs,
        )


class SearchField(forms.CharField):
    """By whatever one has at hand of a gift or of who gave it."""

    def __init__(self) -> None:
        label = _("Name, mail, telephone, town, receipt, tag…")
        field = forms.TextInput(attrs={"type": "search", "placeholder": label})
        super().__init__(label=label, required=False, max_length=120, widget=field)


class Filter(forms.Form):
    """Every field may be empty; what cannot be read narrows nothing and says so. A field `x` of a
    form below this one has a method `_x` that narrows by it. `chips`: the fields whose choice the
    page shows as chips too."""

    chips: tuple[str, ...] = ()
    notes = False  # whether whoever asks may read what was noted of donors

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value not in (None, ""):
                rows = getattr(self, f"_{name}")(rows, value)
        return rows

    @property
    def narrows(self) -> bool:
        return any(self.data.get(name) for name in self.fields)

    @property
    def search(self) -> BoundField | None:
        """Stands above the others, which are folded away until one of them is chosen."""
        return self["cerca"] if "cerca" in self.fields else None

    @property
    def others(self) -> list[BoundField]:
        return [field for field in self.visible_fields() if field.name != "cerca"]

    @property
    def chosen(self) -> int:
        """How many of `others` narrow, and are told by no chip."""
        told = [field.name for field in self.others if field.name not in self.chips]
        return sum(1 for name in told if self.data.get(name))


class Period(Filter):
    moment = ""  # the time that the days are about

    da = DayField(label=_("From the day"))
    a = DayField(label=_("To the day"))

    def clean(self) -> None:
        begin, end = self.cleaned_data.get("da"), self.cleaned_data.get("a")
        if begin and end and begin > end:
            self.add_error("a", _("The last day comes before the first."))

    def presets(self) -> list[dict[str, Any]]:
        """The periods books are read by, one click each; the other filters stay."""
        today = timezone.localdate()
        month, year = today.replace(day=1), today.replace(month=1, day=1)
        before, last = month - timedelta(days=1), year - timedelta(days=1)
        spans = [
            (_("This month"), month, today),
            (_("Last month"), before.replace(day=1), before),
            (_("This year"), year, today),
            (_("Last year"), last.replace(month=1, day=1), last),
        ]
        return [self._preset(label, begin, end) for label, begin, end in spans]

    def _preset(self, label: str | Promise, begin: date, end: date) -> dict[str, Any]:
        query = QueryDict(mutable=True)
        for name in self.fields:
            if value := self.data.get(name):
                query[name] = value
        query["da"], query["a"] = f"{begin:%d/%m/%Y}", f"{end:%d/%m/%Y}"
        asked = (self.cleaned_data.get("da"), self.cleaned_data.get("a"))
        return {"label": label, "query": query.urlencode(), "here": asked == (begin, end)}

    def _da(self, rows: QuerySet[Any], day: date) -> QuerySet[Any]:
        return rows.filter(**{f"{self.moment}__gte": start(day)})

    def _a(self, rows: QuerySet[Any], day: date) -> QuerySet[Any]:
        return rows.filter(**{f"{self.moment}__lt": start(day + timedelta(days=1))})


def start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
