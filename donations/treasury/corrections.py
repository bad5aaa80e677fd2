"""The treasurer corrects who gave: the receipt is voided, and the right one takes its place."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from donations.models import Donation, Receipt
from donations.services.correcting import CannotCorrect, correct
from donations.treasury.base import TreasuryView
from donations.treasury.hand_forms import CorrectionForm


class CorrectGift(TreasuryView):
    permissions = ("donations.view_donation", "donations.change_donation", "donations.view_donor")
    template_name = "donations/treasury/correct_gift.html"
    page_title = _("Correct who gave")
    tab = "treasury:donations"

    @property
    def gift(self) -> Donation:
        if not hasattr(self, "_gift"):
            gifts = Donation.objects.select_related("donor")
            self._gift = get_object_or_404(gifts, public_id=self.kwargs["public_id"])
        return self._gift

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form shows her data, which is logged."""
        log(instance=self.gift, action="donations.reveal", data={"what": "form"})
        fields = CorrectionForm.FIELDS.items()
        initial = {name: getattr(self.gift, theirs) for name, theirs in fields}
        return self._page(CorrectionForm(initial=initial))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        form = CorrectionForm(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            new = correct(
                donation=self.gift, written=form.written(), tell=form.cleaned_data["mail"]
            )
        except CannotCorrect:
            messages.warning(request, gettext("Nothing was changed: it says so already."))
        else:
            log(instance=self.gift, action="donations.corrected")
            messages.success(request, _said(new))
        return HttpResponseRedirect(reverse("treasury:donation", args=[public_id]))

    def _page(self, form: CorrectionForm, *, status: int = 200) -> HttpResponse:
        receipt = self.gift.receipts.filter(state=Receipt.State.ISSUED).first()
        context = self.get_context_data(form=form, gift=self.gift, receipt=receipt)
        return self.render_to_response(context, status=status)


def _said(new: Receipt | None) -> str:
    if new is None or new.replaces is None:
        return gettext("Corrected. There was no receipt to issue again.")
    told = gettext("Corrected: receipt %(new)s takes the place of %(old)s.")
    return told % {"new": new.label, "old": new.replaces.label}
