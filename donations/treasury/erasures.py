"""A person is erased: a page that says what goes, what names nobody and what stays, and why; then a
typed word, and it is done. And what is left to do by hand at Stripe."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from donations.models import CustomerRemoval, Donor, Erasure
from donations.services import erased, erasing, erasure_requests
from donations.treasury.base import TreasuryView
from donations.treasury.donors import mail_of, names

SEES = ("donations.view_donor", "donations.view_donation", "donations.add_erasure")


class EraseForm(forms.Form):
    """`live`: how many recurring gifts go on."""

    motivo = forms.ChoiceField(
        label=_("Why"), choices=Erasure.Reason.choices, widget=forms.RadioSelect
    )
    termina = forms.BooleanField(
        required=False, label=_("End the recurring gifts too: nothing is charged any more")
    )
    parola = forms.CharField(max_length=20)

    def __init__(self, *args: Any, live: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not live:
            del self.fields["termina"]
        self.fields["parola"].label = gettext("Write %(word)s to confirm") % {"word": word()}
        self.fields["parola"].widget.attrs["autocomplete"] = "off"

    def clean_parola(self) -> str:
        typed: str = self.cleaned_data["parola"].strip()
        if typed.casefold() != word().casefold():
            raise forms.ValidationError(gettext("Write %(word)s.") % {"word": word()})
        return typed

    def clean_termina(self) -> bool:
        if not self.cleaned_data["termina"]:
            raise forms.ValidationError(
                gettext("As long as they go on, their donor cannot be erased.")
            )
        return True


def word() -> str:
    return pgettext("typed to confirm", "ERASE")


class EraseDonor(TreasuryView):
    """GET shows what would happen; POST does it."""

    permissions = SEES
    template_name = "donations/treasury/erase_donor.html"
    page_title = _("Erase this person")
    tab = "treasury:donors"

    @cached_property
    def donor(self) -> Donor:
        donors = Donor.objects.select_related("kept")
        return get_object_or_404(donors, public_id=self.kwargs["public_id"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        may = request.user.has_perms(self.permissions)
        if may and self.donor.kept:
            return redirect("treasury:erase", self.donor.kept.public_id)
        if may and self.donor.erased_at:
            messages.info(request, gettext("This person was erased already."))
            return self._back()
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seen = erasing.preview(donor=self.donor)
        form = EraseForm(request.POST, live=len(seen.live))
        if not form.is_valid():
            context = self.get_context_data(form=form, seen=seen)
            return self.render_to_response(context, status=422)
        try:
            done = erasing.erase(
                donor=self.donor,
                reason=form.cleaned_data["motivo"],
                by=request.user,
                end_promises=bool(form.cleaned_data.get("termina")),
            )
        except erasing.Erased:
            messages.info(request, gettext("This person was erased already."))
        except (erasing.StillPromised, erasing.PageIsOpen):
            messages.warning(request, gettext("Something has changed: look at the page again."))
            return redirect("treasury:erase", self.donor.public_id)
        else:
            log(instance=self.donor, action="donations.erased", data={"reason": done.reason})
            messages.success(request, _done(done))
        return self._back()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        seen = kwargs.pop("seen", None) or erasing.preview(donor=self.donor)
        asked = erasure_requests.waiting().filter(donor__in=seen.person.keys).first()
        why = Erasure.Reason.PAGE if asked else Erasure.Reason.ASKED
        form = kwargs.pop("form", None) or EraseForm(live=len(seen.live), initial={"motivo": why})
        return super().get_context_data(
            donor=self.donor,
            name=names([self.donor])[self.donor.pk],
            mails=[mail for one in seen.person.donors if (mail := mail_of(one))],
            seen=seen,
            asked=asked,
            word=word(),
            form=form,
            **kwargs,
        )

    def _back(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("treasury:donor", args=[self.donor.public_id]))


def _done(done: Erasure) -> str:
    said = gettext("Erased. Below stands what is kept, and until when.")
    if done.answer_id:
        said += " " + gettext("The mail that says so is leaving.")
    return said


@require_POST
def decide_customer(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "riprova" (ask Stripe again) or "fatta" (somebody deleted it there)."""
    if not request.user.has_perms(("donations.view_stripeevent", "donations.add_erasure")):
        return permission_denied(request)
    row = get_object_or_404(CustomerRemoval, pk=pk)
    choice = request.POST.get("scelta")
    if choice in ("riprova", "fatta"):
        if erased.decide(removal=row, again=choice == "riprova"):
            log(instance=row, action="donations.customer_decided", data={"choice": choice})
            messages.success(request, gettext("Noted."))
        else:
            messages.warning(request, gettext("Somebody has decided already."))
    return HttpResponseRedirect(reverse("treasury:desk"))
