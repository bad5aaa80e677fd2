"""What the bank says, and what a person says of each line of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from brand.figures import euros
from donations.models import BankLine, Donation, Payout, RefundRequest
from donations.services import bank_lines, paying_in
from donations.services.bank_lines import Decided, NotThis
from donations.services.by_hand import CannotReverse, CannotSettle, GivenBack
from donations.services.doubles import likely_doubles
from donations.services.giving_back import CannotTakeBack
from donations.services.matching import (
    likely_givers,
    payouts,
    proposals,
    sounds_like_cash,
    sure,
)
from donations.services.matching_refunds import gifts_to_give_back, refunds
from donations.services.payers import named_in
from donations.treasury import export
from donations.treasury.base import TreasuryView
from donations.treasury.by_hand import given_back_first
from donations.treasury.hand_refunds import HandRefund
from donations.treasury.looks import look
from donations.treasury.statement_forms import AsideForm, UndoForm

State = BankLine.State
DECIDE = ("donations.view_bankline", "donations.change_bankline", "donations.add_donation")
# name in the address, label, which lines
VIEWS: tuple[tuple[str, Any, Q], ...] = (
    ("", _("To be recognised"), Q(state=State.OPEN, amount__gt=0)),
    (
        "riconosciute",
        _("Recognised"),
        Q(state__in=[State.GIFT, State.KNOWN, State.PAYOUT, State.CASH, State.BACK]),
    ),
    ("da-parte", _("Set aside"), Q(state=State.ASIDE)),
    ("uscite", _("Money that went out"), Q(state=State.OPEN, amount__lt=0)),
)


class BankLineList(TreasuryView):
    """`?vista=`: one of VIEWS. `?formato=csv` or `xlsx`: that view as a spreadsheet."""

    permissions = ("donations.view_bankline",)
    template_name = "donations/treasury/bank.html"
    page_title = _("Bank")
    tab = "treasury:bank"

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.GET.get("formato") in export.FORMATS:
            return export.bank_lines(request, BankLine.objects.filter(self.view[2]))
        return super().get(request, *args, **kwargs)

    @property
    def view(self) -> tuple[str, Any, Q]:
        asked = self.request.GET.get("vista", "")
        return next((one for one in VIEWS if one[0] == asked), VIEWS[0])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chosen = self.view
        page = self.paged(_rows().filter(chosen[2]))
        found, sent = proposals(list(page)), payouts(list(page))
        went = refunds(list(page))
        surest, twice = sure(found), likely_doubles(list(page))
        sees_donors = self.request.user.has_perm("donations.view_donor")
        named = named_in(list(page)) if sees_donors else {}
        return super().get_context_data(
            page=page,
            query=f"vista={chosen[0]}",
            rows=[
                {
                    "line": line,
                    "look": look(line),
                    "best": next(iter(found.get(line.pk, [])), None),
                    "sent": next(iter(sent.get(line.pk, [])), None),
                    "back": next(iter(went.get(line.pk, [])), None),
                    "cash": sounds_like_cash(line),
                    "twice": twice.get(line.pk),
                    "named": named.get(line.pk),
                    "more": len(found.get(line.pk, [])) - 1,
                }
                for line in page
            ],
            sure=[f"{line}:{one.donation.public_id}" for line, one in surest.items()],
            views=_views(chosen[0]),
            may_import=self.request.user.has_perm("donations.add_bankstatement"),
            may_decide=self.request.user.has_perms(DECIDE),
            **kwargs,
        )


class BankLinePage(TreasuryView):
    permissions = ("donations.view_bankline", "donations.view_donation")
    template_name = "donations/treasury/bank_line.html"
    page_title = _("Line of the statement")
    tab = "treasury:bank"

    @property
    def line(self) -> BankLine:
        if not hasattr(self, "_line"):
            self._line = get_object_or_404(_rows(), pk=self.kwargs["pk"])
        return self._line

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, line = self.request.user, self.line
        waits = line.state == State.OPEN and line.amount > 0
        found = proposals([line]).get(line.pk, [])
        proposed = {one.donation.donor_id for one in found if one.again}
        givers = likely_givers(line) if waits and user.has_perm("donations.view_donor") else []
        return super().get_context_data(
            line=line,
            look=look(line),
            waits=waits,
            twice=likely_doubles([line]).get(line.pk),
            proposals=found,
            payouts=payouts([line]).get(line.pk, []),
            refunds=refunds([line]).get(line.pk, []),
            **self._to_give_back(),
            wrote_the_refund=bank_lines.wrote_the_refund(line),
            in_the_box=paying_in.in_the_box() if waits else 0,
            sounds_like_cash=sounds_like_cash(line),
            givers=[gift for gift in givers if gift.donor_id not in proposed],
            may_decide=user.has_perms(DECIDE),
            may_enter=user.has_perm("donations.view_donor"),
            **{"aside": AsideForm(), "undo": UndoForm()} | kwargs,
        )

    def _to_give_back(self) -> dict[str, Any]:
        """Of money that went out, the gifts of which as much is left. `?cerca=`: others than those
        that the line names."""
        user, line, text = self.request.user, self.line, self.request.GET.get("cerca", "").strip()
        went = line.state == State.OPEN and line.amount < 0
        if not went or not user.has_perms((*DECIDE, *HandRefund.permissions)):
            return {"may_give_back": False}
        found = gifts_to_give_back(line, text[:100])
        return {"may_give_back": True, "to_give_back": found, "looked_for": text[:100]}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`azione`: riconosci (`dono`, `registrato` when it was entered by hand), accredito (its
        number), restituzione (`rimborso`, its number), cassa, parte, annulla."""
        if not request.user.has_perms(DECIDE):
            return permission_denied(request)
        action = request.POST.get("azione", "")
        acts = {"riconosci": self._recognise, "accredito": self._payout}
        acts |= {"restituzione": self._refund}
        acts |= {"cassa": self._cash, "parte": self._aside, "annulla": self._undo}
        if action not in acts:
            return self._back()
        try:
            return acts[action](request)
        except Decided:
            _warn(request, gettext("Somebody has decided already: nothing has changed."))
        except (CannotSettle, NotThis):
            _warn(request, gettext("This gift has been settled meanwhile: nothing has changed."))
        except paying_in.TooMuch as error:
            words = gettext(
                "The cash box holds only %(amount)s: enter the gifts in cash that are missing first."
            )
            _warn(request, words % {"amount": euros(error.held, always_cents=True)})
        except GivenBack:
            _warn(request, given_back_first())
        except (CannotReverse, CannotTakeBack):
            _warn(request, gettext("The gift has been reversed already: nothing has changed."))
        return self._back()

    def _recognise(self, request: HttpRequest) -> HttpResponse:
        gift = get_object_or_404(Donation, public_id=_uuid(request.POST.get("dono", "")))
        known = "registrato" in request.POST
        act = bank_lines.recognise_known if known else bank_lines.recognise_promise
        settled = act(line=self.line, donation=gift, by=request.user)  # type: ignore[arg-type]
        log(instance=settled, action="donations.line_recognised")
        messages.success(
            request,
            gettext("Recognised: it is the gift of %(name)s.") % {"name": settled.donor_name},
        )
        return HttpResponseRedirect(reverse("treasury:bank"))

    def _payout(self, request: HttpRequest) -> HttpResponse:
        number = request.POST.get("accredito", "")
        payout = get_object_or_404(Payout, pk=int(number) if number.isdecimal() else 0)
        bank_lines.recognise_payout(line=self.line, payout=payout, by=request.user)  # type: ignore[arg-type]
        log(instance=self.line, action="donations.line_recognised")
        messages.success(request, gettext("Recognised: it is a payout from Stripe."))
        return HttpResponseRedirect(reverse("treasury:bank"))

    def _refund(self, request: HttpRequest) -> HttpResponse:
        number = request.POST.get("rimborso", "")
        given = get_object_or_404(RefundRequest, pk=int(number) if number.isdecimal() else 0)
        bank_lines.recognise_refund(line=self.line, refund=given, by=request.user)  # type: ignore[arg-type]
        log(instance=given.donation, action="donations.line_recognised")
        messages.success(
            request,
            gettext("Recognised: it is what went back to %(name)s.")
            % {"name": given.donation.donor_name},
        )
        return HttpResponseRedirect(reverse("treasury:bank"))

    def _cash(self, request: HttpRequest) -> HttpResponse:
        bank_lines.recognise_cash(line=self.line, by=request.user)  # type: ignore[arg-type]
        log(instance=self.line, action="donations.line_recognised")
        messages.success(request, gettext("Recognised: it is cash that was paid in."))
        return HttpResponseRedirect(reverse("treasury:bank"))

    def _aside(self, request: HttpRequest) -> HttpResponse:
        form = AsideForm(request.POST)
        if not form.is_valid():
            return self._again(aside=form)
        reason = form.cleaned_data["motivo"]
        bank_lines.set_aside(line=self.line, reason=reason, by=request.user)  # type: ignore[arg-type]
        log(instance=self.line, action="donations.line_aside")
        messages.success(request, gettext("Set aside: it is no gift."))
        return HttpResponseRedirect(reverse("treasury:bank"))

    def _undo(self, request: HttpRequest) -> HttpResponse:
        form = UndoForm(request.POST)
        if not form.is_valid():
            return self._again(undo=form)
        reason = form.cleaned_data["perche"]
        bank_lines.undo(line=self.line, reason=reason, by=request.user)  # type: ignore[arg-type]
        log(instance=self.line, action="donations.line_undone")
        messages.success(request, gettext("Undone: the line waits again."))
        return self._back()

    def _again(self, **forms: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**forms), status=422)

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("treasury:bank_line", args=[self.line.pk]))


@require_POST
def recognise_sure(request: HttpRequest) -> HttpResponse:
    """`sicure`: “line:gift”, as they stood on the page; each is one transaction of its own."""
    if not request.user.has_perms(DECIDE):
        return permission_denied(request)
    done = 0
    for pair in request.POST.getlist("sicure")[:100]:
        line, _colon, gift = pair.partition(":")
        done += _recognised(request, line, gift)
    left = len(request.POST.getlist("sicure")) - done
    if done:
        messages.success(
            request,
            ngettext("%(number)s gift recognised.", "%(number)s gifts recognised.", done)
            % {"number": done},
        )
    if left:
        _warn(request, gettext("Some lines had been decided meanwhile, and stay as they are."))
    return HttpResponseRedirect(reverse("treasury:bank"))


def _recognised(request: HttpRequest, pk: str, public_id: str) -> bool:
    """What is not sure any more is left to a person."""
    line = BankLine.objects.filter(pk=int(pk) if pk.isdecimal() else 0).first()
    one = sure(proposals([line])).get(line.pk) if line else None
    if line is None or one is None or str(one.donation.public_id) != public_id:
        return False
    act = bank_lines.recognise_known if one.known else bank_lines.recognise_promise
    try:
        gift = act(line=line, donation=one.donation, by=request.user)  # type: ignore[arg-type]
    except (Decided, NotThis, CannotSettle):
        return False
    log(instance=gift, action="donations.line_recognised")
    return True


def _rows() -> QuerySet[BankLine]:
    return BankLine.objects.select_related(
        "account", "statement", "donation__fund", "payout", "refund__donation", "decided_by"
    )


def _views(here: str) -> list[dict[str, Any]]:
    counted = {f"n{at}": Count("pk", filter=lines) for at, (_n, _l, lines) in enumerate(VIEWS)}
    numbers = BankLine.objects.aggregate(**counted)
    return [
        {"value": name, "label": label, "number": numbers[f"n{at}"], "here": name == here}
        for at, (name, label, _lines) in enumerate(VIEWS)
    ]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _warn(request: HttpRequest, sentence: str) -> None:
    messages.warning(request, sentence)
