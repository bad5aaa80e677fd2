"""What the guard of the gift form saw, and what a person makes of it: an attempt that is held back may go
on, a door is closed or opened again."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncHour
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from wagtail.admin.auth import permission_denied
from wagtail.log_actions import log
from wagtail.models import ModelLogEntry

from donations import proof
from donations.models import ClosedDoor, GiftTry, OpenEvening
from donations.services import doors, guarding
from donations.treasury import evenings
from donations.treasury.base import TreasuryView
from donations.treasury.lifted import CHANGE, VIEW, lift
from donations.treasury.looks import Look, look
from donations.treasury.periods import Period

State, Kind, Proof = GiftTry.State, ClosedDoor.Kind, GiftTry.Proof
HOURS = 24
LASTING = (
    ("1", _("An hour"), timedelta(hours=1)),
    ("24", _("A day"), timedelta(days=1)),
    ("168", _("A week"), timedelta(days=7)),
    ("720", _("Thirty days"), timedelta(days=30)),
)
KINDS = (Kind.ADDRESS, Kind.DEVICE, Kind.NETWORK, Kind.MAIL)


class TryFilter(Period):
    moment = "at"
    field_order = ("codice", "stato", "motivo", "da", "a")

    codice = forms.CharField(
        label=_("Code, as the donor was shown it"), required=False, max_length=12
    )
    stato = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("Whichever")), *State.choices]
    )
    motivo = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[("", _("Whichever")), *(one for one in GiftTry.Reason.choices if one[0])],
    )

    def _codice(self, rows: QuerySet[GiftTry], code: str) -> QuerySet[GiftTry]:
        return rows.filter(key__istartswith=code.strip())

    def _stato(self, rows: QuerySet[GiftTry], state: str) -> QuerySet[GiftTry]:
        return rows.filter(state=state)

    def _motivo(self, rows: QuerySet[GiftTry], reason: str) -> QuerySet[GiftTry]:
        return rows.filter(reason=reason)


class CloseForm(forms.Form):
    cosa = forms.ChoiceField(
        label=_("Whom"),
        choices=[(kind.value, kind.label) for kind in KINDS],
        help_text=_("A network may be a whole town’s telephones: begin with the narrowest."),
    )
    quanto = forms.ChoiceField(
        label=_("For how long"), choices=[(name, label) for name, label, _time in LASTING]
    )
    perche = forms.CharField(
        label=_("Why"),
        max_length=300,
        help_text=_("It stays written, with your name."),
        error_messages={"required": _("Write why: whoever opens it again will ask.")},
    )

    @property
    def lasting(self) -> timedelta:
        chosen = self.cleaned_data["quanto"]
        return next(time for name, _label, time in LASTING if name == chosen)


class AbuseList(TreasuryView):
    """A post opens an evening."""

    permissions = (VIEW,)
    template_name = "donations/treasury/abuse.html"
    page_title = _("Abuse control")
    tab = "treasury:abuse"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = TryFilter(self.request.GET)
        page = self.paged(asked.narrow(GiftTry.objects.all()))
        query = self.request.GET.copy()
        query.pop("p", None)
        return super().get_context_data(
            filter=asked,
            page=page,
            query=query.urlencode(),
            rows=[(row, look(row)) for row in page],
            held=GiftTry.objects.filter(state=State.QUARANTINED).count(),
            doors=ClosedDoor.objects.in_force().select_related("by"),
            hours=_hours(timezone.now()),
            check=_check(timezone.now()),
            evenings=OpenEvening.objects.in_force().select_related("by"),
            may_decide=self.request.user.has_perm(CHANGE),
            **{"evening_form": evenings.form_for(self.request)} | kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            return permission_denied(request)
        form = evenings.EveningForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(evening_form=form), status=422)
        return evenings.begin(request, form)


class TryPage(TreasuryView):
    """A post closes the door to what the attempt came from."""

    permissions = (VIEW,)
    template_name = "donations/treasury/abuse_try.html"
    tab = "treasury:abuse"

    @property
    def row(self) -> GiftTry:
        if not hasattr(self, "_row"):
            rows = GiftTry.objects.select_related("decided_by")
            self._row = get_object_or_404(rows, pk=self.kwargs["pk"])
        return self._row

    def get_page_title(self) -> str | Promise:
        return gettext("Attempt %(code)s") % {"code": self.row.code}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.row
        came = _doors_of(row)
        closed = ClosedDoor.objects.filter(pk__in=came).select_related("by", "lifted_by")
        return super().get_context_data(
            row=row,
            look=look(row),
            doors=closed,
            said=_said(row, closed),
            like_it=_like_it(row),
            waits=row.state == State.QUARANTINED,
            may_decide=self.request.user.has_perm(CHANGE),
            **{"form": CloseForm()} | kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            return permission_denied(request)
        form = CloseForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        typed = form.cleaned_data
        door = doors.shut_out(
            row=self.row,
            kind=typed["cosa"],
            lasting=form.lasting,
            why=typed["perche"],
            by=request.user,  # type: ignore[arg-type]  # only staff comes here
        )
        if door is None:
            form.add_error("cosa", gettext("This attempt does not say it: choose another one."))
            return self.render_to_response(self.get_context_data(form=form), status=422)
        data = {"what": door.kind, "why": door.note, "until": f"{door.until:%Y-%m-%d %H:%M} UTC"}
        log(instance=door, action="donations.door_closed", data=data)
        messages.success(request, gettext("Closed. You open it again from the list."))
        return HttpResponseRedirect(reverse("treasury:abuse_try", args=[pk]))


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    return lift(
        request,
        GiftTry,
        pk,
        by=lambda row, user: doors.release(row=row, by=user),
        action="donations.try_released",
        done=gettext("It may go on: whoever gives sends the page again."),
        over=gettext("It is not held back any more: nothing has changed."),
        then=reverse("treasury:abuse_try", args=[pk]),
    )


@require_POST
def open_door(request: HttpRequest, pk: int) -> HttpResponse:
    return lift(
        request,
        ClosedDoor,
        pk,
        by=lambda door, user: doors.open_again(door=door, by=user),
        action="donations.door_opened",
        done=gettext("Open again."),
        over=gettext("It is open already: nothing has changed."),
        then=reverse("treasury:abuse"),
    )


def _hours(now: datetime) -> list[dict[str, Any]]:
    """The last day by the hour and state; what is not asked for again is counted in its last hour."""
    last = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    begin = last - timedelta(hours=HOURS - 1)
    found: dict[datetime, dict[str, int]] = defaultdict(dict)
    rows = GiftTry.objects.filter(at__gte=begin).order_by().annotate(hour=TruncHour("at"))
    for hour, state, times in rows.values_list("hour", "state").annotate(Sum("times")):
        found[hour][state] = times
    hours = [last - timedelta(hours=back) for back in range(HOURS)]
    shown = [_hour(hour, found.get(hour, {})) for hour in hours]
    most = max((one["stopped"] + one["passed"] for one in shown), default=0) or 1
    return [
        one | {"share": 100 * (one["stopped"] + one["passed"]) / most}
        for one in shown
        if one["stopped"] + one["passed"]
    ]


def _check(now: datetime) -> dict[str, Any]:
    """The browser's work: whether it is asked for now, and of how many forms in the last day."""
    if not settings.PROOF_OF_WORK:
        stands, tone, icon = gettext("Switched off (PROOF_OF_WORK)"), "mute", "sp-cancelled"
    elif not proof.works():
        stands, tone, icon = gettext("Does not work: gifts go on without it"), "warn", "sp-retry"
    elif guarding.braked():
        stands, tone, icon = gettext("On: the brake is on"), "go", "sp-sending"
    else:
        stands, tone, icon = gettext("Ready: on only while the brake is"), "ok", "sp-published"
    rows = GiftTry.objects.exclude(proof="").filter(at__gte=now - timedelta(hours=HOURS)).order_by()
    found = dict(rows.values_list("proof").annotate(Count("pk")))
    kinds = [Proof.SOLVED, Proof.WRONG, Proof.NONE, *([Proof.DOWN] if Proof.DOWN in found else [])]
    counts = [(kind.label, found.get(kind.value, 0)) for kind in kinds]
    return {"look": Look(tone, icon, stands), "counts": counts if found else []}


def _hour(hour: datetime, states: dict[str, int]) -> dict[str, Any]:
    passed = states.get(State.PASSED, 0) + states.get(State.RELEASED, 0)
    slowed, held = states.get(State.SLOWED, 0), states.get(State.QUARANTINED, 0)
    refused = states.get(State.REFUSED, 0)
    return {
        "hour": hour,
        "passed": passed,
        "slowed": slowed,
        "held": held,
        "refused": refused,
        "stopped": slowed + held + refused,
    }


def _doors_of(row: GiftTry) -> list[int]:
    """The doors of what it came from, closed ever."""
    known = {kind.value: getattr(row, kind.value) for kind in KINDS}
    pairs = ClosedDoor.objects.filter(key__in=filter(None, known.values()))
    return [door.pk for door in pairs if known.get(door.kind) == door.key]


def _like_it(row: GiftTry) -> list[dict[str, Any]]:
    """How many others came from the same, and how many cards were refused there."""
    found = []
    for kind in KINDS:
        if key := getattr(row, kind.value):
            rows = GiftTry.objects.filter(**{kind.value: key})
            sums = rows.aggregate(times=Sum("times"), declines=Sum("declines"))
            hint = row.mail_hint if kind == Kind.MAIL else row.address_hint
            found.append({"label": kind.label, "hint": hint, **sums})
    return found


def _said(row: GiftTry, closed: QuerySet[ClosedDoor]) -> list[ModelLogEntry]:
    """Who decided what, and when, about this attempt and its doors."""
    rows = [row, *closed]
    entries = [one for it in rows for one in ModelLogEntry.objects.for_instance(it)]
    return sorted(entries, key=lambda one: one.timestamp, reverse=True)
