"""What thank-you gifts there are, and where they are handed out: kept by who runs the campaign."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import DeleteView, EditView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from attribution.services import bump
from brand.figures import euros
from donations.models import PickUpPlace, Premium, PremiumClaim
from donations.money import BadAmount, parse_large_amount
from donations.treasury.funds import EuroField

State = PremiumClaim.State


class ValueField(EuroField):
    """From a cent up."""

    def to_python(self, value: Any) -> Any:
        try:
            return parse_large_amount(str(value)) if value else None
        except BadAmount as problem:
            raise ValidationError(str(problem)) from problem


class PremiumForm(WagtailAdminModelForm):
    minimum = EuroField(
        label=_("From which gift on, in euros"), help_text=_("Without the costs of the payment.")
    )
    fair_value = ValueField(
        label=_("Value of a piece, in euros"),
        required=False,
        help_text=_("Only for your accounts: it stands on no receipt and in no mail."),
    )

    def clean_pieces(self) -> int:
        pieces = int(self.cleaned_data["pieces"])
        if pieces < self.instance.taken:
            raise ValidationError(too_few(self.instance.taken))
        return pieces

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if not data.get("places") and not data.get("by_post"):
            words = gettext("Say how it gets there: choose a place, or tick “sent by post”.")
            self.add_error("by_post", words)
        return data

    def save(self, commit: bool = True) -> Premium:
        """Somebody may be taking a piece at this moment: what is taken stays as it is."""
        if commit and self.instance.pk:
            rows = Premium.objects.select_for_update()
            self.instance.taken = rows.values_list("taken", flat=True).get(pk=self.instance.pk)
        saved: Premium = super().save(commit=commit)
        bump()  # pages say what there is
        return saved


def too_few(taken: int) -> str:
    words = gettext("%(number)s are taken already: there cannot be fewer pieces than that.")
    return words % {"number": taken}


class PremiumIndex(IndexView):
    def get_base_queryset(self) -> QuerySet[Premium]:
        rows = Premium.objects.select_related("campaign")
        return rows.annotate(**{state: _in(state) for state in PremiumClaim.LIVE})

    def order_queryset(self, queryset: QuerySet[Premium]) -> QuerySet[Premium]:
        return queryset.order_by("-active", "-campaign", "position", "name")


def _in(state: str) -> Count:
    return Count("claims", filter=Q(claims__state=state))


class PremiumEdit(EditView):
    def form_valid(self, form: PremiumForm) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().form_valid(form)
                return answer
        except IntegrityError:  # a piece was taken in between
            form.add_error("pieces", too_few(Premium.objects.get(pk=form.instance.pk).taken))
            self.produced_error_message = None
            refused: HttpResponse = self.form_invalid(form)
            return refused


class UsedDelete(DeleteView):
    """Only where nobody has asked for it: a list that packers hold names it."""

    why: str | Promise = _(
        "“%(what)s” has been asked for: it stays in the lists. You can take it off the form."
    )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        thing = self.get_object()
        if self.user_has_permission("delete") and thing.claims.exists():
            return self.refused(thing)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def refused(self, thing: Premium | PickUpPlace) -> HttpResponse:
        messages.error(self.request, str(self.why) % {"what": thing})
        return redirect(self.edit_url_name, thing.pk)

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                answer: HttpResponse = super().form_valid(form)
                bump()
                return answer
        except IntegrityError:  # somebody asked for it in between
            return self.refused(self.object)


def _number(state: str) -> Any:
    return lambda row: getattr(row, state)


def is_offered(row: Premium | PickUpPlace) -> str:
    return gettext("Yes") if row.active else gettext("No")


OFFERED = Column("active", label=capfirst(_("offered in the form")), accessor=is_offered)


class PremiumViewSet(ModelViewSet):
    model = Premium
    name = "premiums"
    url_prefix = "omaggi/cosa"
    icon = "sp-plus"
    copy_view_enabled = False
    index_view_class = PremiumIndex
    edit_view_class = PremiumEdit
    delete_view_class = UsedDelete
    list_display = [
        "name",
        "campaign",
        Column("minimum", label=_("From which gift on"), accessor=lambda row: euros(row.minimum)),
        Column("left", label=_("Left"), accessor="left"),
        Column("reserved", label=_("Wait for the gift"), accessor=_number("reserved")),
        Column("confirmed", label=_("To prepare"), accessor=_number("confirmed")),
        Column("packed", label=_("Prepared"), accessor=_number("packed")),
        Column("delivered", label=_("Delivered"), accessor=_number("delivered")),
        OFFERED,
    ]
    list_filter = ["active"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("campaign"),
                    FieldRowPanel([FieldPanel("name"), FieldPanel("name_en")]),
                    FieldRowPanel([FieldPanel("description"), FieldPanel("description_en")]),
                    FieldPanel("picture"),
                ],
                heading=_("What it is"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("minimum"), FieldPanel("pieces")]),
                    FieldRowPanel([FieldPanel("per_donor"), FieldPanel("fair_value")]),
                ],
                heading=_("For which gifts, and how many there are"),
            ),
            MultiFieldPanel(
                [FieldPanel("places"), FieldPanel("by_post")], heading=_("How it gets there")
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("open_until"), FieldPanel("position")]), "active"],
                heading=_("In the form"),
            ),
        ],
        base_form_class=PremiumForm,
    )


class PlaceViewSet(ModelViewSet):
    model = PickUpPlace
    name = "pick_up_places"
    url_prefix = "omaggi/punti"
    icon = "home"
    copy_view_enabled = False
    delete_view_class = UsedDelete
    list_display = ["name", "address", "hours", OFFERED]
    edit_handler = ObjectList(
        [FieldPanel("name"), FieldPanel("address"), FieldPanel("hours"), FieldPanel("active")]
    )
