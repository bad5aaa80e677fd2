"""What a gift can be for, and the amounts that mean something: kept by the treasurer."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.defaultfilters import yesno
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.forms import BaseChildFormSet
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    TitleFieldPanel,
)
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import DeleteView
from wagtail.admin.viewsets.model import ModelViewSet

from donations.fields import EuroField
from donations.models import Fund, GivingSettings, SuggestedAmount
from donations.money import parse_amount

SHOWN = 5  # as many as the form has room for


class OnlineField(EuroField):
    """Only what the gift form takes."""

    def parsed(self, text: str) -> int:
        return parse_amount(text, GivingSettings.load().limits)


class AmountForm(WagtailAdminModelForm):
    amount = OnlineField(label=_("Amount in euros"))

    class Meta:
        model = SuggestedAmount
        fields = ("amount", "meaning", "one", "many", "meaning_en", "one_en", "many_en")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        self._both(data, "one", "many")
        self._both(data, "one_en", "many_en")
        if data.get("many_en") and not data.get("many"):
            sentence = gettext(
                "Write the Italian words too: whoever does not read English needs them."
            )
            self.add_error("many", sentence)
        return data

    def _both(self, data: dict[str, Any], one: str, many: str) -> None:
        if bool(data.get(one)) != bool(data.get(many)):
            missing = many if data.get(one) else one
            self.add_error(missing, gettext("Write both: how one is called, and how several are."))


class FundForm(WagtailAdminModelForm):
    def clean_active(self) -> bool:
        active = bool(self.cleaned_data["active"])
        if not active and self.instance.is_the_last_open():
            raise ValidationError(
                gettext("It is the only fund open to gifts: open another one before closing this.")
            )
        return active


class AmountsFormSet(BaseChildFormSet):
    """One row a fund is given by the piece: the form has one field for how many."""

    def clean(self) -> None:
        super().clean()
        counted = [
            form
            for form in self.forms
            if form.is_valid() and form.cleaned_data.get("many") and form not in self.deleted_forms
        ]
        for form in counted[1:]:
            form.add_error("many", gettext("Only one amount of a fund can be given by the piece."))


class AmountsPanel(InlinePanel):
    def get_form_options(self) -> dict[str, Any]:
        options: dict[str, Any] = super().get_form_options()
        options["formsets"][self.relation_name] |= {"form": AmountForm, "formset": AmountsFormSet}
        return options


class FundDelete(DeleteView):
    """Only where no gift was made, and something is left to give to."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        fund = self.get_object()
        if self.user_has_permission("delete") and (why := self.why_not(fund)):
            return self.refused(fund, why)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def why_not(self, fund: Fund) -> str:
        """Empty when it can go."""
        if fund.in_use():
            return gettext(
                "Gifts were made to “%(fund)s”: it stays in the books. You can close it."
            )
        if fund.is_the_last_open():
            return gettext("“%(fund)s” is the only fund open to gifts: open another one first.")
        return ""

    def refused(self, fund: Fund, why: str) -> HttpResponse:
        messages.error(self.request, why % {"fund": fund})
        return redirect("treasury_funds:edit", fund.pk)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().form_valid(form)
                return answer
        except ProtectedError:  # somebody gave in between
            return self.refused(self.object, self.why_not(self.object))


def is_open(fund: Fund) -> str:
    return capfirst(str(yesno(fund.active)))


class FundViewSet(ModelViewSet):
    model = Fund
    name = "treasury_funds"
    url_prefix = "tesoreria/fondi"
    icon = "sp-euro"
    copy_view_enabled = False
    delete_view_class = FundDelete
    # in words: Wagtail's own column is an icon whose text is "True" or "False"
    list_display = ["name", Column("active", label=capfirst(_("open to gifts")), accessor=is_open)]
    list_filter = ["active"]
    search_fields = ["name", "name_en", "description"]
    edit_handler = ObjectList(
        [
            TitleFieldPanel("name", targets=["slug"], placeholder=False, classname=""),
            FieldPanel("slug", help_text=_("The end of /dona/?fondo=…: links in use have it.")),
            FieldPanel("description"),
            FieldRowPanel([FieldPanel("active"), FieldPanel("position")]),
            MultiFieldPanel(
                [
                    FieldPanel(
                        "name_en",
                        help_text=_(
                            "For donors who read the form, the mails and their page in English. Where "
                            "nothing is written, they read the Italian words."
                        ),
                    ),
                    FieldPanel("description_en"),
                ],
                heading=_("In English"),
                classname="collapsed",
            ),
            AmountsPanel(
                "suggested_amounts",
                [
                    FieldRowPanel([FieldPanel("amount"), FieldPanel("meaning")]),
                    FieldRowPanel([FieldPanel("one"), FieldPanel("many")]),
                    FieldPanel("meaning_en"),
                    FieldRowPanel([FieldPanel("one_en"), FieldPanel("many_en")]),
                ],
                heading=_("Amounts that mean something"),
                label=_("Amount"),
                max_num=SHOWN,
            ),
        ],
        base_form_class=FundForm,
    )
