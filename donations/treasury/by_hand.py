"""The treasurer enters a gift that came by hand, and takes it out again when it was a mistake."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from attribution.models import Source
from brand.figures import euros
from donations.form_tokens import new_token
from donations.models import BankLine, Donation, Donor, HandEntry, ImportedDonor
from donations.money import plain
from donations.services.bank_lines import Decided, enter_from_line
from donations.services.by_hand import (
    PLACES,
    CannotReverse,
    Entered,
    GivenBack,
    day_of,
    enter_gift,
    reverse_gift,
    today,
)
from donations.sums import top
from donations.treasury import known_donors
from donations.treasury.base import TreasuryView
from donations.treasury.hand_forms import DAY, PERSON, HandForm, ReversalForm, typed_in

BANKS = ("riga", "cifra", "giorno")  # of a line: what the bank says, and nobody changes


class EnterGift(TreasuryView):
    permissions = ("donations.view_donation", "donations.add_donation", "donations.view_donor")
    template_name = "donations/treasury/enter_gift.html"
    page_title = _("Enter a gift by hand")
    tab = "treasury:donations"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """`?come=<number>`: from whoever gave that one; the form shows her data, which is logged.
        `?riga=<pk>`: the line of the bank's statement on which it stands. `?ancora`: a gift that
        comes again, for the same campaign."""
        other, line = _gift(request.GET.get("come", "")), _line(request, request.GET)
        initial: dict[str, Any] = {"token": new_token(), "giorno": today(), "paese": "IT"}
        if other:
            initial |= self._seen(other)
            if "ancora" in request.GET and other.source and not other.erased:
                initial["campagna"] = _campaign(other.source)
        return self._page(HandForm(initial=initial | _of_line(line), line=line))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        typed, line = request.POST.copy(), _line(request, request.POST)
        for name, value in _of_line(line).items():
            if name in BANKS:
                typed[name] = str(value)
        if (answer := self._looked_up(typed, line)) is not None:
            return answer
        form = HandForm(typed, line=line)
        if not form.is_valid():
            if "token" in form.errors:
                typed["token"] = new_token()  # the page that comes back can be sent
            return self._page(form, status=422)
        sent_before = Donation.objects.filter(form_token=form.cleaned_data["token"]).exists()
        if not sent_before and (alike := form.lookalikes()):
            return self._page(form, status=422, alike=True, people=alike)
        other = _gift(str(form.cleaned_data["come"] or ""))
        entered = self._entered(form, other, line)
        if entered is None:
            messages.warning(
                request, gettext("Somebody has decided already: nothing has been entered.")
            )
            return HttpResponseRedirect(reverse("treasury:bank"))
        gift = entered.donation
        if entered.made:
            log(instance=gift, action="donations.entered_by_hand")
            messages.success(request, _said(gift))
            if gift.entries.filter(happened_at__isnull=False).exists():
                messages.info(
                    request,
                    gettext(
                        "That month is closed: the row of the ledger is of today, with its day."
                    ),
                )
        else:
            messages.warning(
                request, gettext("This form had been sent before: there is one gift, this one.")
            )
        return HttpResponseRedirect(reverse("treasury:donation", args=[gift.public_id]))

    def _looked_up(self, typed: QueryDict, line: BankLine | None) -> HttpResponse | None:
        """The form again, with everything typed: when a donor is looked for, with those who are found;
        when one is chosen, with what is known of her. None when it is to be entered: the first button
        of a form, which the Enter key presses, is the one that looks."""
        chosen = known_donors.like_gift_of(typed.get("usa", ""))
        text = typed.get("cerca", "").strip()[:100]
        if chosen:
            known = self._seen(chosen)
            theirs = {
                name: known.get(name, "") for name in PERSON
            }  # the gift stays as it was typed
            initial = typed_in(typed) | theirs
            return self._page(HandForm(initial=initial | _of_line(line), line=line))
        if "trova" not in typed or not text:
            return None
        form = HandForm(initial=typed_in(typed) | _of_line(line), line=line)
        return self._found(form, text)

    def _found(self, form: HandForm, text: str) -> HttpResponse:
        found = known_donors.found(text)
        return self._page(form, asked=text, found=found, people=found.people)

    def _seen(self, of: Donation | ImportedDonor) -> dict[str, Any]:
        """Whose data the form shows, which is logged."""
        log(instance=of, action="donations.reveal", data={"what": "form"})
        return _like(of) if isinstance(of, Donation) else _named(of)

    def _entered(
        self, form: HandForm, other: Donation | None, line: BankLine | None
    ) -> Entered | None:
        """None when somebody said meanwhile what the line is."""
        user: Any = self.request.user  # only staff comes here
        token, given = form.cleaned_data["token"], form.given(same_as=other, known=_donor(form))
        if line is None:
            return enter_gift(form_token=token, given=given, by=user)
        try:
            gift = enter_from_line(line=line, form_token=token, given=given, by=user)
        except Decided:
            return None
        return Entered(gift, made=True)

    def _page(self, form: HandForm, *, status: int = 200, **more: Any) -> HttpResponse:
        context = self.get_context_data(form=form, **more)
        response = self.render_to_response(context, status=status)
        response["Cache-Control"] = "no-store"
        return response


class ReverseGift(TreasuryView):
    permissions = ("donations.view_donation", "donations.change_donation")
    template_name = "donations/treasury/reverse_gift.html"
    page_title = _("Reverse a gift")
    tab = "treasury:donations"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perms(self.permissions):
            return super().dispatch(request, *args, **kwargs)
        self.gift = get_object_or_404(Donation, public_id=kwargs["public_id"])
        if not HandEntry.objects.filter(donation=self.gift, reversed_at=None).exists():
            return self._refused()
        if self.gift.refunded_amount:
            return self._given_back()
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"form": ReversalForm()} | kwargs,
            gift=self.gift,
            receipt=self.gift.receipts.filter(state="issued").first(),
        )

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        form = ReversalForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        try:
            reverse_gift(
                donation=self.gift,
                reason=form.cleaned_data["perche"],
                by=request.user,  # type: ignore[arg-type]  # only staff comes here
            )
        except GivenBack:
            return self._given_back()
        except CannotReverse:  # somebody was quicker
            return self._refused()
        log(instance=self.gift, action="donations.reversed")
        messages.success(request, gettext("Reversed: the gift is out of the books."))
        return self._back()

    def _refused(self) -> HttpResponse:
        messages.warning(
            self.request,
            gettext("Only a gift that was entered by hand can be reversed, and only once."),
        )
        return self._back()

    def _given_back(self) -> HttpResponse:
        messages.warning(self.request, given_back_first())
        return self._back()

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("treasury:donation", args=[self.gift.public_id]))


def given_back_first() -> str:
    return gettext(
        "Some of it was given back, so it was there. If it never went back, take that back first."
    )


def _gift(text: str) -> Donation | None:
    try:
        return Donation.objects.select_related("donor").filter(public_id=UUID(text)).first()
    except ValueError:
        return None


def _donor(form: HandForm) -> Donor | None:
    """Chosen among those whom a file named without a gift."""
    return Donor.objects.filter(public_id=form.cleaned_data["chi"]).first()


def _line(request: HttpRequest, asked: Mapping[str, Any]) -> BankLine | None:
    number = str(asked.get("riga", ""))
    if not number.isdecimal() or not request.user.has_perm("donations.change_bankline"):
        return None
    return BankLine.objects.waiting().filter(pk=int(number)).first()


def _of_line(line: BankLine | None) -> dict[str, Any]:
    if line is None:
        return {}
    return {
        "riga": line.pk,
        "cifra": plain(line.amount),
        "giorno": line.day.strftime(DAY),
        "modo": Donation.Method.BANK_TRANSFER,
        "riferimento": line.reference[:80],
    }


def _like(gift: Donation) -> dict[str, Any]:
    """Who gave; of a gift that was reversed, everything, to be entered anew."""
    if gift.erased:
        return {}
    found = {
        "come": gift.public_id,
        "nome": gift.first_name,
        "cognome": gift.last_name,
        "ente": gift.organisation,
        "email": gift.donor.email or "",
        "cf": gift.codice_fiscale,
        "telefono": gift.phone,
        "via": gift.street,
        "cap": gift.postcode,
        "citta": gift.city,
        "provincia": gift.province,
        "paese": gift.country or "IT",
        "fondo": gift.fund.slug,
    }
    if gift.state != Donation.State.REVERSED:
        return found
    return found | {
        "cifra": plain(gift.amount),
        "giorno": day_of(gift),
        # by card or PayPal come only gifts of before: at least it was in the bank
        "modo": gift.method if gift.method in PLACES else Donation.Method.BANK_TRANSFER,
        "riferimento": gift.method_reference,
        "campagna": gift.source.key if gift.source else "",
        "nota": gift.by_hand.note,
        "grazie": gift.acknowledgements.filter(kind="thank_you").exists(),
        "ricevuta": gift.receipts.exists(),
    }


def _named(of: ImportedDonor) -> dict[str, Any]:
    """As the file has it that named her without a gift."""
    written = {name: getattr(of, theirs) for name, theirs in HandForm.FIELDS.items()}
    return written | {
        "chi": of.donor.public_id,
        "email": of.donor.email or "",
        "telefono": of.phone,
        "paese": of.country or "IT",
    }


def _campaign(source: Source) -> str:
    root = top(source)
    return root.key if root.kind == "campaign" else ""


def _said(gift: Donation) -> str:
    amount = euros(gift.amount, always_cents=True)
    receipt = gift.receipts.first()
    if receipt is None:
        return gettext("%(amount)s entered, without a receipt.") % {"amount": amount}
    told = gettext("%(amount)s entered, with receipt %(number)s.")
    return told % {"amount": amount, "number": receipt.label}
