"""Past gifts from a CSV: loaded, looked at line by line, then entered."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.log_actions import log

from attribution.models import Source
from donations.history import files, judging
from donations.models import Fund, GiftImport
from donations.services import importing
from donations.services.by_hand import OF_BEFORE
from donations.tasks import import_gifts
from donations.treasury.base import TreasuryView
from donations.treasury.by_hand import EnterGift
from outbox.bell import Bell

EVERY = 3  # seconds after which a page that shows work asks again
LABELS = {
    "giorno": _("Day of the gift"),
    "cifra": _("Amount in euros"),
    "nome": _("First name"),
    "cognome": _("Last name"),
    "ente": _("Organisation"),
    "email": _("Mail"),
    "cf": _("Codice fiscale"),
    "via": _("Street and number"),
    "cap": _("Postcode"),
    "citta": _("Town"),
    "provincia": _("Province"),
    "paese": _("Country"),
    "telefono": _("Telephone"),
    "modo": _("How it came"),
    "riferimento": _("Number of the cheque, transfer (CRO or TRN) or cash slip"),
    "fondo": _("Fund"),
    "campagna": _("Campaign"),
    "nota": _("Note"),
}
OTHERS = ("altro_fondo", "altro_modo", "altra_campagna", "ricevute", "probabili")
bell = Bell(import_gifts)


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "A CSV with one gift a line and headings above. A line without day and amount is a donor."
        ),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty.")},
    )


class ColumnsForm(forms.Form):
    altro_fondo = forms.ModelChoiceField(
        label=_("Fund, where the file does not say"),
        queryset=Fund.objects.all(),
        empty_label=None,
    )
    altro_modo = forms.ChoiceField(
        label=_("How it came, where the file does not say"),
        choices=[(one.value, one.label) for one in OF_BEFORE],
        help_text=_(
            "Card and PayPal: through another service than our Stripe. Booked in the bank."
        ),
    )
    altra_campagna = forms.ModelChoiceField(
        label=_("Campaign, where the file does not say"),
        queryset=Source.objects.filter(kind="campaign").order_by("label"),
        required=False,
        empty_label=_("None"),
        help_text=_("Its thermometer grows by these gifts."),
    )
    ricevute = forms.BooleanField(
        label=_("Issue receipts"),
        required=False,
        help_text=_("Numbered in this year. Usually not: whoever gave has had one."),
    )
    probabili = forms.BooleanField(
        label=_("Enter also what is probably in the books already"), required=False
    )

    def __init__(self, *args: Any, headings: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [("", _("not in the file"))]
        choices += [(str(at), heading or str(at + 1)) for at, heading in enumerate(headings)]
        for name, label in LABELS.items():
            self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices)
        self.order_fields([*LABELS, *OTHERS])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("giorno", "cifra"):
            if not data.get(name):
                self.add_error(name, gettext("Say which column it is: no gift is without it."))
        return data

    def save(self, batch: GiftImport) -> None:
        data = self.cleaned_data
        batch.columns = {name: int(data[name]) for name in LABELS if data[name]}
        batch.fund, batch.method = data["altro_fondo"], data["altro_modo"]
        batch.campaign = data["altra_campagna"]
        batch.receipts, batch.take_likely = data["ricevute"], data["probabili"]
        names = ["columns", "fund", "method", "campaign", "receipts", "take_likely"]
        batch.save(update_fields=names)


class Imports(TreasuryView):
    permissions = EnterGift.permissions
    template_name = "donations/treasury/imports.html"
    page_title = _("Import past gifts")
    tab = "treasury:donations"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = GiftImport.objects.all()
        return super().get_context_data(**{"form": FileForm()} | kwargs, rows=rows)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FileForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        file = form.cleaned_data["file"]
        try:
            data = file.read(files.MOST_BYTES + 1)
            batch = importing.load(name=file.name, data=data, by=request.user)  # type: ignore[arg-type]
        except files.Unreadable as problem:
            form.add_error("file", str(problem))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        except importing.SameFile as same:
            messages.warning(request, gettext("This file is here already: nothing has changed."))
            batch = same.batch
        else:
            log(instance=request.user, action="donations.import_loaded")
        return HttpResponseRedirect(reverse("treasury:import", args=[batch.pk]))


class ImportPage(TreasuryView):
    permissions = EnterGift.permissions
    template_name = "donations/treasury/import.html"
    tab = "treasury:donations"

    @property
    def batch(self) -> GiftImport:
        if not hasattr(self, "_batch"):
            self._batch = get_object_or_404(GiftImport, pk=self.kwargs["pk"])
        return self._batch

    def get_page_title(self) -> str:
        return self.batch.name

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """While it works the answer says when to ask again: no script is needed for that."""
        response = super().get(request, *args, **kwargs)
        if self.batch.state == GiftImport.State.RUNNING:
            response["Refresh"] = str(EVERY)
        return response

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """`scelta`: "prova" (look at it so), "importa", "lascia"."""
        choice, batch = request.POST.get("scelta"), self.batch
        if choice == "lascia":
            return self._forget()
        form = self._form(request.POST)
        if batch.state != GiftImport.State.OPEN or not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        form.save(batch)
        if choice == "importa" and importing.start(batch=batch):
            log(instance=request.user, action="donations.import_begun")
            bell.ring()
        return HttpResponseRedirect(reverse("treasury:import", args=[pk]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.batch
        form = kwargs.pop("form", None) or self._form(None)
        working = batch.state == GiftImport.State.RUNNING
        good = {"giorno", "cifra"} <= batch.columns.keys() and not form.errors and not working
        found = importing.dry_run(batch) if good else []
        here = self.request.GET.get("esito", "")
        counts = Counter(one.verdict for one in found)
        taken = sum(judging.takes(one, likely=batch.take_likely) for one in found)
        shown = [one for one in found if not here or one.verdict == here]
        return super().get_context_data(
            batch=batch,
            form=form,
            percent=100 * batch.cursor // max(batch.lines, 1),
            open=batch.state == GiftImport.State.OPEN,
            counts=[(name, label, counts[name]) for name, label in judging.VERDICTS.items()],
            here=here,
            taken=taken,
            alone=counts[judging.ALONE],
            cents=sum(
                one.line.amount for one in found if judging.takes(one, likely=batch.take_likely)
            ),
            page=self.paged(shown),
            query=f"esito={here}",
            **kwargs,
        )

    def _form(self, typed: Any) -> ColumnsForm:
        batch = self.batch
        headings = importing.table_of(batch).headings
        initial: dict[str, Any] = {name: str(at) for name, at in batch.columns.items()}
        initial |= {
            "altro_fondo": batch.fund or Fund.objects.first(),
            "altro_modo": batch.method,
            "altra_campagna": batch.campaign,
            "ricevute": batch.receipts,
            "probabili": batch.take_likely,
        }
        return ColumnsForm(typed, headings=headings, initial=initial)

    def _forget(self) -> HttpResponse:
        if importing.forget(batch=self.batch):
            messages.success(self.request, gettext("The file is gone: nothing of it was entered."))
            return HttpResponseRedirect(reverse("treasury:imports"))
        messages.warning(self.request, gettext("It was begun already: its gifts can be reversed."))
        return HttpResponseRedirect(reverse("treasury:import", args=[self.batch.pk]))
