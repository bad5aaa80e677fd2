"""Giving money back: how much and why, then a page that says what will happen, then the request. And
what a person says about a refund that did not go, or about a bank's suspicion."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from brand.figures import euros
from donations.models import Donation, FraudWarning, Receipt, RefundRequest
from donations.services import alerting, refunding
from donations.treasury import troubles
from donations.treasury.base import TreasuryView
from donations.treasury.refund_form import RefundForm

State = RefundRequest.State


class Refund(TreasuryView):
    """GET asks how much and why; POST shows what will happen; POST with `conferma` does it."""

    permissions = ("donations.view_donation", "donations.add_refundrequest")
    template_name = "donations/treasury/refund.html"
    page_title = _("Give money back")
    tab = "treasury:donations"
    form_class = RefundForm

    @property
    def gift(self) -> Donation:
        if not hasattr(self, "_gift"):
            gifts = Donation.objects.select_related("donor", "fund", "source")
            self._gift = get_object_or_404(gifts, public_id=self.kwargs["public_id"])
        return self._gift

    @property
    def at_home(self) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("treasury:donation", args=[self.gift.public_id]))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self._nothing_to_give():
            return self.at_home
        form = self.form()
        if "frode" in request.GET:
            form.initial = {**form.initial, "motivo": RefundRequest.Reason.FRAUD}
        return self.render_to_response(self.get_context_data(form=form))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sure = "conferma" in request.POST
        form = self.form(request.POST, sure=sure)
        if "cambia" in request.POST:
            return self.render_to_response(self.get_context_data(form=form))
        if not sure and self._nothing_to_give():
            return self.at_home
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        if sure:
            self.give_back(form)
            return self.at_home
        return self.render_to_response(self.get_context_data(form=form, **self.outcome(form)))

    def form(self, data: Any = None, **kwargs: Any) -> RefundForm:
        return self.form_class(data, gift=self.gift, left=self.left, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(gift=self.gift, left=self.left, **kwargs)

    @property
    def left(self) -> int:
        return refunding.left_of(self.gift)

    def _nothing_to_give(self) -> bool:
        """Said in words, where it is so."""
        held = refunding.is_held(self.gift)
        if self.left and not held:
            return False
        messages.warning(self.request, _held() if held else nothing_left())
        return True

    def outcome(self, form: RefundForm) -> dict[str, Any]:
        """What the page promises before anybody says yes."""
        amount = form.cleaned_data["euro"]
        gift = self.gift
        return {
            "amount": amount,
            "stays": self.left - amount,
            "receipt": gift.receipts.filter(state=Receipt.State.ISSUED).first(),
            "debit": gift.method == Donation.Method.SEPA_DEBIT,
            "reason": RefundRequest.Reason(form.cleaned_data["motivo"]).label,
            "confirming": True,
        }

    def give_back(self, form: RefundForm) -> None:
        given = form.cleaned_data
        key, seen_left = given["foglio"]
        try:
            asked = refunding.ask_back(
                key=key,
                donation=self.gift,
                amount=given["euro"],
                reason=given["motivo"],
                note=given["nota"],
                by=self.request.user,
                seen_left=seen_left,
                note_down=self._note_down,
            )
        except refunding.TooMuch as error:
            left = euros(error.left, always_cents=True)
            words = gettext(
                "Something has changed since you opened the page: %(left)s can go back now. Nothing"
                " was asked of Stripe."
            )
            messages.warning(self.request, words % {"left": left})
            return
        except refunding.NotNow:
            held = refunding.is_held(self.gift)
            messages.warning(self.request, _held() if held else nothing_left())
            return
        refunding.ask_stripe(only=asked)
        asked.refresh_from_db()
        self._say(asked)

    def _note_down(self, asked: RefundRequest) -> None:
        log(instance=self.gift, action="donations.refund_asked", data={"cents": asked.amount})

    def _say(self, asked: RefundRequest) -> None:
        amount = {"amount": euros(asked.amount, always_cents=True)}
        if asked.state == State.REFUSED:
            why = {"why": troubles.refusal(asked.refusal_code, asked.refusal)}
            words = gettext("Stripe does not give %(amount)s back: %(why)s. Nothing has moved.")
            messages.error(self.request, words % (amount | why))
        elif asked.state == State.ASKED and not asked.last_error:  # another click is at it
            words = gettext("Stripe is just being asked for %(amount)s: look again in a moment.")
            messages.info(self.request, words % amount)
        elif asked.state == State.ASKED:
            words = gettext(
                "Stripe does not answer just now. Your request for %(amount)s is kept, and is asked"
                " again by itself, once only."
            )
            messages.warning(self.request, words % amount)
        else:
            words = gettext(
                "Stripe gives %(amount)s back. Ledger, receipt and mail follow by themselves as soon"
                " as it says so."
            )
            messages.success(self.request, words % amount)


def _held() -> str:
    return gettext(
        "A bank disputes this payment and has the money: until it has decided, Stripe gives nothing"
        " back. Answer the dispute, or accept it, at Stripe."
    )


def nothing_left() -> str:
    return gettext("Nothing of this gift can be given back.")


@require_POST
def decide_refund(request: HttpRequest, pk: int) -> HttpResponse:
    """`scelta`: "riprova" (ask Stripe now) or "visto" (I know that it did not go)."""
    if not request.user.has_perms(("donations.view_stripeevent", "donations.add_refundrequest")):
        return permission_denied(request)
    asked = get_object_or_404(RefundRequest, pk=pk)
    choice = request.POST.get("scelta")
    done = {"riprova": refunding.try_again, "visto": refunding.note_seen}.get(str(choice))
    if done:
        _said(request, done(request=asked), asked.donation, "refund_decided", choice)
    if choice == "riprova":
        refunding.ask_stripe(only=asked)
    return HttpResponseRedirect(reverse("treasury:desk"))


@require_POST
def leave_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """The treasury knows the donor: the gift stands."""
    if not request.user.has_perms(("donations.view_stripeevent", "donations.add_refundrequest")):
        return permission_denied(request)
    warning = get_object_or_404(FraudWarning, pk=pk)
    done = request.POST.get("scelta") == "lascia" and alerting.leave(warning=warning)
    _said(request, done, warning.donation, "warning_left", "lascia")
    return HttpResponseRedirect(reverse("treasury:desk"))


def _said(request: HttpRequest, done: bool, gift: Donation, action: str, choice: Any) -> None:
    if done:
        log(instance=gift, action=f"donations.{action}", data={"choice": choice})
        messages.success(request, gettext("Done."))
    else:
        messages.warning(request, gettext("Somebody has decided already: nothing has changed."))
