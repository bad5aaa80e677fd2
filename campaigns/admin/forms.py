"""The form behind the composer: a post, its accounts and a text for each network that needs one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateInput, AdminTimeInput

from campaigns.admin.cities import CITIES
from campaigns.channels import registry
from campaigns.models import Account, Post, PostVariant
from outbox.clock import DEFAULT_ZONE, zones

DATE_FORMAT = "%d/%m/%Y"
DATE_INPUTS = [DATE_FORMAT, "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d"]
TIME_INPUTS = ["%H:%M", "%H.%M", "%H:%M:%S"]


def variant_name(channel: str) -> str:
    return f"variant_{channel}"


def unix_lines(data: Any) -> Any:
    """Browsers send two signs for the end of a line: networks would count both, and every saved
    text would look changed."""
    if data is None:
        return None
    plain = data.copy()
    for name in plain:
        if hasattr(plain, "getlist"):
            plain.setlist(name, [value.replace("\r\n", "\n") for value in plain.getlist(name)])
    return plain


def date_widget() -> AdminDateInput:
    return AdminDateInput(format=DATE_FORMAT, attrs={"size": "10"})


def time_widget() -> AdminTimeInput:
    return AdminTimeInput(format="%H:%M", attrs={"size": "5"})


def text_widget() -> forms.Textarea:
    return forms.Textarea(attrs={"rows": 9, "class": "sp-text"})


def zone_choices(current: str) -> list[tuple[str, str]]:
    """Europe's clocks by their cities, and the post's own when it lies elsewhere."""
    names = {name for name in (DEFAULT_ZONE, current) if name} | (CITIES.keys() & zones())
    labels = {name: str(CITIES.get(name) or name.replace("_", " ")) for name in names}
    return sorted(labels.items(), key=lambda item: item[1])


class BasePostForm(WagtailAdminModelForm):
    """The `variant_*` fields are added below, one for each network of the registry."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(unix_lines(data), *args, **kwargs)
        for channel, text in self._own_texts().items():
            self.initial.setdefault(variant_name(channel), text)
        if "accounts" in self.fields:
            chosen = [account.pk for account in self.instance.accounts.all()]
            self.fields["accounts"].queryset = Account.objects.filter(
                active=True
            ) | Account.objects.filter(pk__in=chosen)
        if "planned_date" in self.fields:
            self._dress_when()

    def _own_texts(self) -> dict[str, str]:
        return {variant.channel: variant.text for variant in self.instance.variants.all()}

    def _dress_when(self) -> None:
        self.fields["planned_date"].input_formats = DATE_INPUTS
        self.fields["planned_time"].input_formats = TIME_INPUTS
        self.fields["planned_date"].error_messages["invalid"] = _("Write the day like 04/10/2026.")
        self.fields["planned_time"].error_messages["invalid"] = _("Write the time like 09:00.")
        zone = self.data.get("zone") or self.instance.zone
        self.fields["zone"].widget = forms.Select(choices=zone_choices(zone))

    def save(self, commit: bool = True) -> Any:
        self._keep_variants()
        return super().save(commit=commit)

    def sketch(self) -> Post:
        """The post as far as the form can be understood; never saved."""
        self.defer_required_fields()
        self.is_valid()
        self.instance.accounts.set(self.cleaned_data.get("accounts", []))
        self._keep_variants()
        return self.instance

    def _keep_variants(self) -> None:
        """A text that is empty or only repeats the common one is none of its own: later changes of
        the common text shall reach that network too. Rows that stay keep their identity."""
        old = {variant.channel: variant for variant in self.instance.variants.all()}
        kept = [row for channel, row in old.items() if variant_name(channel) not in self.fields]
        common = self.cleaned_data.get("text", "").strip()
        for channel in registry.CHANNELS:
            text = self.cleaned_data.get(variant_name(channel), "")
            if text.strip() not in ("", common):
                row = old.get(channel) or PostVariant(channel=channel)
                row.text = text
                kept.append(row)
        self.instance.variants.set(kept)


VARIANTS = {
    variant_name(key): forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "sp-text sp-text--v"}),
    )
    for key in registry.CHANNELS
}

PostForm = type("PostForm", (BasePostForm,), dict(VARIANTS))
