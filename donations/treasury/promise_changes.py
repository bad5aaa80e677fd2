"""What a donor asks for on the telephone is done here in her place: the same changes as on her own
page, with who did it and how she asked."""

from typing import Any, NamedTuple
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput
from wagtail.log_actions import log

from donations.area.promise_forms import AmountForm, ChangeForm, EndForm, PauseForm
from donations.models import PromiseChange, RecurringDonation
from donations.services import InvalidAmount, changing
from donations.treasury.base import TreasuryView
from donations.treasury.hand_forms import DAY, DAYS

Kind, State = PromiseChange.Kind, PromiseChange.State


class Asked(forms.Form):
    nota = forms.CharField(
        label=_("How the donor asked for it"),
        max_length=200,
        help_text=_("For example: on the telephone, by letter. It stays in the story of the gift."),
        error_messages={"required": _("Write how the donor asked for it, in a few words.")},
    )


class ByAmount(AmountForm, Asked):
    field_order = ["chiave", "cifra", "nota"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cifra"].error_messages["required"] = gettext("Write the new amount.")


class ByPause(PauseForm, Asked):
    field_order = ["chiave", "giorno", "nota"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = self.fields["giorno"]
        day.widget = AdminDateInput(
            format=DAY, attrs={"size": "10", "placeholder": gettext("dd/mm/yyyy")}
        )
        day.input_formats = DAYS  # type: ignore[attr-defined]
        day.error_messages["required"] = gettext("Choose the day on which the gift begins again.")


class ByWord(ChangeForm, Asked):
    pass


class ByEnd(EndForm, Asked):
    field_order = ["chiave", "motivo", "nota"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motivo"].label = gettext("Why, if the donor said it")
        self.fields["motivo"].choices = [  # type: ignore[attr-defined]
            ("", gettext("Not said")),
            *PromiseChange.Reason.choices[1:],
        ]


class Act(NamedTuple):
    name: str  # in its address
    kind: PromiseChange.Kind
    form: type[ChangeForm]
    title: str | Lazy
    button: str | Lazy
    help: str | Lazy
    paused: bool | None = None  # None: whether it is paused or not


ACTS = (
    Act(
        "importo",
        Kind.AMOUNT,
        ByAmount,
        _("Another amount"),
        _("Change the amount"),
        _("It counts from the next charge on."),
    ),
    Act(
        "pausa",
        Kind.PAUSE,
        ByPause,
        _("A pause"),
        _("Pause it"),
        _("What would fall due before that day is not taken, nor made up for later."),
        False,
    ),
    Act(
        "salta",
        Kind.SKIP,
        ByWord,
        _("Skip the next charge"),
        _("Skip it"),
        _("The next charge is not taken; the one after it is."),
        False,
    ),
    Act(
        "riprendi",
        Kind.RESUME,
        ByWord,
        _("End the pause"),
        _("Go on now"),
        _("It is charged again from the next due day on."),
        True,
    ),
    Act(
        "ferma",
        Kind.CANCEL,
        ByEnd,
        _("End the gift"),
        _("End it"),
        _(
            "Nothing more is taken. It cannot be taken back: the donor would have to begin a new one."
        ),
    ),
)


def open_to(promise: RecurringDonation) -> list[Act]:
    """What can be done of it as it stands."""
    if not promise.is_live:
        return []
    paused = promise.state == RecurringDonation.State.PAUSED
    return [act for act in ACTS if act.paused in (None, paused)]


class ChangePromise(TreasuryView):
    permissions = ("donations.view_recurringdonation", "donations.change_recurringdonation")
    template_name = "donations/treasury/promise_change.html"
    tab = "treasury:promises"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = [act for act in ACTS if act.name == kwargs["act"]]
        if not found:
            raise Http404
        self.act = found[0]
        return super().dispatch(request, *args, **kwargs)

    @property
    def promise(self) -> RecurringDonation:
        if not hasattr(self, "_promise"):
            rows = RecurringDonation.objects.select_related("donor", "fund")
            begun = rows.exclude(state=RecurringDonation.State.STARTED)
            self._promise = get_object_or_404(begun, public_id=self.kwargs["public_id"])
        return self._promise

    def get_page_title(self) -> str:
        return str(self.act.title)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.act not in open_to(self.promise):
            return self._not_now()
        initial = ChangeForm.new()
        if self.act.kind == Kind.AMOUNT:
            initial |= AmountForm.typed(self.promise)
        return self._page(self.act.form(initial=initial))

    def post(self, request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
        form = self.act.form(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        said = form.cleaned_data
        key = changing.key_of(self.promise, self.act.kind, said["chiave"])
        new = not PromiseChange.objects.filter(key=key).exists()
        try:
            row = changing.ask(
                key=key,
                promise=self.promise,
                kind=self.act.kind,
                amount=said.get("cents"),
                until=said.get("until"),
                reason=said.get("motivo", ""),
                by=request.user,
                note=said["nota"],
            )
        except changing.NotNow:
            return self._not_now()
        except changing.BadDay:
            form.add_error("giorno", gettext("Choose a day from tomorrow on, within a year."))
        except changing.Same:
            form.add_error("cifra", gettext("This is the amount that is given already."))
        except InvalidAmount:
            form.add_error("cifra", gettext("We cannot take this amount: choose another one."))
        else:
            if new:
                log(
                    instance=self.promise,
                    action="donations.promise_changed",
                    data={"kind": str(self.act.kind)},
                )
            changing.ask_stripe(only=row)
            row.refresh_from_db()
            self._say(row)
            return self._back()
        return self._page(form, status=422)

    def _say(self, row: PromiseChange) -> None:
        if row.state == State.DONE:
            told = bool(self.promise.donor.email)
            words = gettext("Done: the donor has a mail about it.") if told else gettext("Done.")
            messages.success(self.request, words)
        elif row.state == State.REFUSED:
            messages.error(
                self.request, gettext("Stripe refuses it: why stands below. Nothing has changed.")
            )
        else:
            messages.warning(
                self.request,
                gettext("Noted. Stripe does not answer just now: it is asked again by itself."),
            )

    def _not_now(self) -> HttpResponse:
        messages.error(
            self.request,
            gettext("This cannot be done any more: see below how the gift stands now."),
        )
        return self._back()

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("treasury:promise", args=[self.promise.public_id]))

    def _page(self, form: ChangeForm, *, status: int = 200) -> HttpResponse:
        context = self.get_context_data(form=form, act=self.act, promise=self.promise)
        return self.render_to_response(context, status=status)
