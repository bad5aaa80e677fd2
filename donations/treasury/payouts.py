"""What Stripe sent to the bank, payout by payout, and what nobody has explained of it yet."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log

from brand.figures import euros
from donations.models import Account, Correction, Payout, PayoutLine
from donations.services import payouts
from donations.treasury import export
from donations.treasury.base import TreasuryView
from donations.treasury.export.bank import COLUMNS
from donations.treasury.in_transit import waiting
from donations.treasury.looks import look, reconciled

Kind = PayoutLine.Kind


class PayoutList(TreasuryView):
    """`?formato=csv` or `xlsx`: all of them as a spreadsheet."""

    permissions = ("donations.view_payout",)
    template_name = "donations/treasury/payouts.html"
    page_title = _("Payouts")
    tab = "treasury:payouts"

    def get(  # type: ignore[override]  # a file is an answer too
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if request.GET.get("formato") in export.FORMATS:
            return export.payouts(request, Payout.objects.all())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = self.paged(Payout.objects.all())
        sums = _sums(page.object_list)
        rows = [
            {"row": row, "look": look(row), "reconciled": reconciled(row), **sums[row.pk]}
            for row in page
        ]
        stripe = Account.objects.get(code=Account.STRIPE)
        return super().get_context_data(
            page=page, rows=rows, query="", waiting_at_stripe=waiting(), stripe=stripe, **kwargs
        )


def _sums(rows: Iterable[Payout]) -> dict[int, dict[str, int]]:
    found = {
        row.pk: dict.fromkeys(("gifts", "fees", "back", "disputed", "rest"), 0) for row in rows
    }
    lines = PayoutLine.objects.filter(payout__in=found).order_by()
    for key, kind, amount, fee in lines.values_list("payout", "kind").annotate(
        amounts=Sum("amount"), fees=Sum("fee")
    ):
        name = next((name for name, kinds in COLUMNS.items() if kind in kinds), "rest")
        found[key][name] += amount
        found[key]["fees"] -= fee
    return found


class ExplainForm(forms.Form):
    """`riga` and `centesimi`: of which line, and of how much of it, the person was shown."""

    conto = forms.ModelChoiceField(
        label=pgettext_lazy("ledger", "Account"),
        queryset=Account.objects.filter(code__in=payouts.MAY_BE),
        to_field_name="code",
        empty_label=_("Choose what it is"),
        error_messages={"required": _("Choose the account: it says what the money is.")},
    )
    perche = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stays in the ledger, with your name."),
        error_messages={"required": _("Write why: whoever checks the books will ask.")},
    )
    riga = forms.IntegerField(required=False, widget=forms.HiddenInput)
    centesimi = forms.IntegerField(widget=forms.HiddenInput)


class PayoutPage(TreasuryView):
    """A post explains a difference by a row of the ledger."""

    permissions = ("donations.view_payout",)
    template_name = "donations/treasury/payout.html"
    tab = "treasury:payouts"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.has_perms(self.permissions):
            self.row = get_object_or_404(Payout, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str | Promise:
        day = f"{self.row.arrives_on:%d/%m/%Y}"
        return gettext("Payout of %(day)s") % {"day": day}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = self.row.lines.select_related("donation").order_by("created_at", "pk")
        unexplained = payouts.unexplained(self.row) if self.row.complete else []
        sent: ExplainForm | None = kwargs.pop("form", None)
        return super().get_context_data(
            row=self.row,
            look=look(self.row),
            reconciled=reconciled(self.row),
            groups=_groups(self.row),
            parts=[self._part(one, sent) for one in unexplained],
            page=self.paged(lines),
            query="",
            corrections=Correction.objects.filter(
                entry__explanation__payout=self.row
            ).select_related("entry__debit", "entry__credit", "by"),
            may_explain=self.request.user.has_perm("donations.change_payout"),
            sees_gifts=self.request.user.has_perm("donations.view_donation"),
            **kwargs,
        )

    def _part(self, part: payouts.Part, sent: ExplainForm | None) -> dict[str, Any]:
        line = part.line.pk if part.line else None
        form = ExplainForm(initial={"riga": line, "centesimi": part.cents}, auto_id=f"{line}-%s")
        if sent is not None and sent.cleaned_data.get("riga") == line:
            form = sent
        return {"part": part, "trouble": _trouble(part), "form": form}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm("donations.change_payout"):
            return permission_denied(request)
        form = ExplainForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        typed = form.cleaned_data
        try:
            payouts.correct(
                payout=self.row,
                line=typed["riga"],
                cents=typed["centesimi"],
                account=typed["conto"].code,
                reason=typed["perche"],
                by=request.user,  # type: ignore[arg-type]  # only staff comes here
            )
        except payouts.CannotCorrect:
            messages.warning(
                request, gettext("The difference is not what it was: nothing has been written.")
            )
        else:
            log(instance=self.row, action="donations.payout_explained")
            amount = euros(abs(typed["centesimi"]), always_cents=True)
            said = gettext("%(amount)s explained, in a row of the ledger with your name.")
            messages.success(request, said % {"amount": amount})
        return HttpResponseRedirect(reverse("treasury:payout", args=[pk]))


def _groups(row: Payout) -> list[dict[str, Any]]:
    """Its lines by what they are, in the order people think of them."""
    found = {
        kind: {"number": number, "amount": amount, "fee": -fee, "net": amount - fee}
        for kind, number, amount, fee in row.lines.order_by()
        .values_list("kind")
        .annotate(Count("pk"), Sum("amount"), Sum("fee"))
    }
    return [{"label": kind.label, **found[kind]} for kind in Kind if kind in found]


def _trouble(part: payouts.Part) -> str:
    """What is known of it, in words; the figure stands beside them."""
    if part.line is None:
        return gettext("Stripe’s own lines do not make the amount it sent.")
    line, known = part.line, part.line.donation_id is not None
    if line.kind == Kind.CHARGE and not known:
        return gettext(
            "A payment that is not in our ledger: of another site on the same Stripe account, or one"
            " of ours whose news has not come yet."
        )
    if line.kind == Kind.CHARGE:
        return gettext("A gift of ours with another fee, or another amount, than booked.")
    if line.kind == Kind.FEE:
        return gettext("A fee that Stripe takes for itself, not for a gift.")
    if line.kind == Kind.OTHER:
        return gettext("Stripe moved this money and names no gift, refund or dispute.")
    return gettext("Our ledger does not have it, or has it with another amount.")
