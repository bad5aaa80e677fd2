"""Giving back a gift that came by hand: what was given back, when and how; a page that says what will
happen; then the row. And taking it back, when the money never left."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from brand.figures import euros
from donations.models import BankLine, HandEntry, RefundRequest
from donations.money import plain
from donations.services import dating, giving_back, paying_in, refunding
from donations.services.bank_lines import Decided, NotThis, give_back_from_line
from donations.services.by_hand import moment
from donations.treasury.base import TreasuryView
from donations.treasury.hand_forms import DAY
from donations.treasury.refund_form import HandRefundForm, NeverWentForm
from donations.treasury.refunds import Refund, nothing_left

Way = RefundRequest.Way


def refund(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """By hand what came by hand, the rest through Stripe."""
    by_hand = HandEntry.objects.filter(donation__public_id=kwargs["public_id"]).exists()
    view = HandRefund if by_hand else Refund
    return view.as_view()(request, **kwargs)


class HandRefund(Refund):
    """`?riga=<pk>`: the line of the bank's statement on which the money went out."""

    form_class = HandRefundForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(hand=True, line=self.line, **kwargs)

    @property
    def line(self) -> BankLine | None:
        if not hasattr(self, "_line"):
            asked = self.request.POST if self.request.method == "POST" else self.request.GET
            self._line = _line(self.request, asked)
        return self._line

    def form(self, data: Any = None, **kwargs: Any) -> HandRefundForm:
        line = self.line
        if data is not None and line:
            data = data.copy()
            for name, value in _of(line).items():
                data[name] = str(value)
        form = super().form(data, line=line, **kwargs)
        assert isinstance(form, HandRefundForm)
        if line:
            form.initial = {**form.initial, **_of(line)}
        return form

    def outcome(self, form: Any) -> dict[str, Any]:
        day, way = form.cleaned_data["giorno"], Way(form.cleaned_data["modo"])
        begin = dating.open_from()
        return super().outcome(form) | {
            "day": day,
            "way": way.label,
            "cash": way == Way.CASH,
            "closed": begin is not None and moment(day) < begin,
            "told": bool(self.gift.donor.email),
        }

    def give_back(self, form: Any) -> None:
        given = form.cleaned_data
        key, seen_left = given["foglio"]
        said = {
            "key": key,
            "donation": self.gift,
            "reason": given["motivo"],
            "note": given["nota"],
            "by": self.request.user,
            "seen_left": seen_left,
            "note_down": self.note_down,
        }
        try:
            if self.line:
                made = give_back_from_line(line=self.line, **said)
            else:
                made = giving_back.give_back(
                    amount=given["euro"],
                    day=given["giorno"],
                    way=given["modo"],
                    **said,
                )
        except refunding.TooMuch as error:
            left = euros(error.left, always_cents=True)
            words = gettext(
                "Something has changed since you opened the page: %(left)s can go back now. Nothing"
                " was written."
            )
            messages.warning(self.request, words % {"left": left})
        except paying_in.TooMuch as error:
            held = euros(error.held, always_cents=True)
            words = gettext("The cash box holds only %(amount)s: nothing was written.")
            messages.warning(self.request, words % {"amount": held})
        except (Decided, NotThis):
            words = gettext("Somebody has decided already: nothing has changed.")
            messages.warning(self.request, words)
        except refunding.NotNow:
            messages.warning(self.request, nothing_left())
        else:
            words = gettext("Written: %(amount)s went back. Ledger and receipt follow at once.")
            amount = euros(made.amount, always_cents=True)
            messages.success(self.request, words % {"amount": amount})

    def note_down(self, asked: RefundRequest) -> None:
        log(instance=self.gift, action="donations.given_back", data={"cents": asked.amount})


class ReverseRefund(TreasuryView):
    permissions = Refund.permissions
    template_name = "donations/treasury/reverse_refund.html"
    page_title = _("It never went back")
    tab = "treasury:donations"

    @property
    def refund(self) -> RefundRequest:
        if not hasattr(self, "_refund"):
            rows = RefundRequest.objects.select_related("donation__donor")
            rows = rows.exclude(way=Way.STRIPE)
            self._refund = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._refund

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.refund.state != RefundRequest.State.DONE:
            return self._refused()
        return self.render_to_response(self.get_context_data(form=NeverWentForm()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gift = self.refund.donation
        return super().get_context_data(
            refund=self.refund,
            gift=gift,
            receipt=gift.receipts.filter(state="issued").first(),
            again=gift.receipts.exists(),
            stays=gift.net + self.refund.amount,
            line=BankLine.objects.filter(refund=self.refund).first(),
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = NeverWentForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            giving_back.take_back(
                refund=self.refund,
                reason=form.cleaned_data["perche"],
                by=request.user,  # type: ignore[arg-type]  # only staff comes here
            )
        except giving_back.CannotTakeBack:  # somebody was quicker
            return self._refused()
        log(instance=self.refund.donation, action="donations.refund_reversed")
        messages.success(request, gettext("Taken back: the gift counts again."))
        return self._back()

    def _refused(self) -> HttpResponse:
        words = gettext("This has been taken back already: nothing has changed.")
        messages.warning(self.request, words)
        return self._back()

    def _back(self) -> HttpResponse:
        address = reverse("treasury:donation", args=[self.refund.donation.public_id])
        return HttpResponseRedirect(address)


def _line(request: HttpRequest, asked: Mapping[str, Any]) -> BankLine | None:
    number = str(asked.get("riga", ""))
    if not number.isdecimal() or not request.user.has_perm("donations.change_bankline"):
        return None
    rows = BankLine.objects.filter(amount__lt=0)
    return rows.filter(pk=int(number)).first()


def _of(line: BankLine) -> dict[str, Any]:
    """What the bank says, and nobody changes."""
    return {
        "riga": line.pk,
        "euro": plain(-line.amount),
        "giorno": line.day.strftime(DAY),
        "modo": Way.BANK.value,
    }
