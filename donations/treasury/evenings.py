"""An evening at which many give from one place, on the page of the abuse control."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.log_actions import log

from donations.models import OpenEvening
from donations.services import evenings
from donations.treasury.lifted import lift
from donations.visitors import Visitor, visitor_at
from people.limits import address_of
from people.models import User

LASTING = (("2", _("Two hours")), ("4", _("Four hours")), ("8", _("Eight hours")))


class EveningForm(forms.Form):
    """Begins with the address of whoever looks at the page: she may sit in the hall."""

    indirizzo = forms.CharField(
        label=_("Public address of the place"),
        max_length=45,
        help_text=_(
            "Everybody on the Wi-Fi of a hall has the same one. It says where you are now: open this "
            "page from that Wi-Fi, or write the address."
        ),
        error_messages={"required": _("Write the address of the place.")},
    )
    quanto = forms.ChoiceField(label=_("For how long"), choices=LASTING, initial="4")
    perche = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stays written, with your name."),
        error_messages={"required": _("Write why: whoever looks at it later will ask.")},
    )

    def clean_indirizzo(self) -> Visitor:
        place = visitor_at(self.cleaned_data["indirizzo"])
        if place is None:
            raise forms.ValidationError(
                gettext("This is no public address: one looks like 203.0.113.7, or has colons.")
            )
        return place

    @property
    def lasting(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["quanto"]))


def form_for(request: HttpRequest) -> EveningForm:
    here = address_of(request)
    return EveningForm(initial={"indirizzo": here if visitor_at(here) else ""})


def begin(request: HttpRequest, form: EveningForm) -> HttpResponse:
    typed: dict[str, Any] = form.cleaned_data
    assert isinstance(request.user, User)  # has permissions, so somebody is logged in
    evening = evenings.begin(
        place=typed["indirizzo"], lasting=form.lasting, why=typed["perche"], by=request.user
    )
    data = {"why": evening.note, "until": f"{evening.until:%Y-%m-%d %H:%M} UTC"}
    log(instance=evening, action="donations.evening_opened", data=data)
    messages.success(request, gettext("Open: many may give from there now."))
    return HttpResponseRedirect(reverse("treasury:abuse"))


@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    return lift(
        request,
        OpenEvening,
        pk,
        by=lambda evening, user: evenings.end(evening=evening, by=user),
        action="donations.evening_ended",
        done=gettext("Ended: the usual limits hold there again."),
        over=gettext("It is over already: nothing has changed."),
        then=reverse("treasury:abuse"),
    )
