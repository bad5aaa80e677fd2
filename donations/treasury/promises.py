"""The recurring gifts, the page of one with all that happened, and what they bring month by month."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from brand.figures import euros
from donations.models import Donation, Fund, Interval, PromiseChange, RecurringDonation
from donations.models.promises import MONTHS
from donations.services import reporting
from donations.services.finding import gifts_found
from donations.treasury import export
from donations.treasury.base import TreasuryList, TreasuryView
from donations.treasury.looks import look
from donations.treasury.periods import Filter, SearchField
from donations.treasury.promise_changes import ChangePromise, open_to
from donations.treasury.step import Step
from donations.treasury.timeline import mail_step
from mail.models import Message

LOOK_BACK = 12  # months
LIVE = "vivi"


class PromiseFilter(Filter):
    cerca = SearchField()
    stato = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("Whichever")),
            (LIVE, gettext_lazy("All that go on")),
            *RecurringDonation.State.choices[1:],
        ],
    )
    ritmo = forms.ChoiceField(
        label=gettext_lazy("How often"),
        required=False,
        choices=[("", gettext_lazy("Whichever")), *Interval.choices],
    )
    fondo = forms.ModelChoiceField(
        label=gettext_lazy("Fund"),
        required=False,
        queryset=Fund.objects.all(),
        to_field_name="slug",
        empty_label=gettext_lazy("Whichever"),
    )

    def _cerca(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        charges = Donation.objects.exclude(promise=None).order_by()
        return rows.filter(pk__in=gifts_found(charges, text, notes=self.notes).values("promise"))

    def _stato(self, rows: QuerySet[Any], state: str) -> QuerySet[Any]:
        if state == LIVE:
            return rows.filter(state__in=RecurringDonation.LIVE)
        return rows.filter(state=state)

    def _ritmo(self, rows: QuerySet[Any], interval: str) -> QuerySet[Any]:
        return rows.filter(interval=interval)

    def _fondo(self, rows: QuerySet[Any], fund: Fund) -> QuerySet[Any]:
        return rows.filter(fund=fund)


class PromiseList(TreasuryList):
    permissions = ("donations.view_recurringdonation",)
    template_name = "donations/treasury/promises.html"
    page_title = gettext_lazy("Recurring gifts")
    tab = "treasury:promises"
    filter_class = PromiseFilter

    def all_rows(self) -> QuerySet[RecurringDonation]:
        begun = RecurringDonation.objects.exclude(state=RecurringDonation.State.STARTED)
        return begun.select_related("donor", "fund")

    def sheet(self) -> HttpResponseBase:
        return export.promises(self.request, self.rows)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        brought = _brought([row.pk for row in context["page"]])
        live = RecurringDonation.objects.filter(state__in=RecurringDonation.LIVE)
        return context | {
            "rows": [(row, *brought.get(row.pk, ("–", 0)), look(row)) for row in context["page"]],
            "live": live.count(),
            "failing": live.filter(state=RecurringDonation.State.FAILING).count(),
            "a_month": a_month(live),
            "months": months(),
        }


def a_month(promises: QuerySet[RecurringDonation]) -> int:
    """Cents that they bring in a month, on the average of a year."""
    sums = promises.order_by().values_list("interval").annotate(sum=Sum("amount"))
    return sum(cents * 12 // MONTHS[interval] for interval, cents in sums) // 12


def months() -> list[dict[str, Any]]:
    """The last twelve, newest first: what came in, as the ledger has it (what goes back counts in the
    month in which it does), and how many began and ended."""
    months = _last_months()
    scope = reporting.Scope(months[-1], timezone.localdate())
    sums = reporting.by_month(scope, donation__promise__isnull=False)
    nothing = reporting.Sums()
    begun, ended = _numbers("started_at"), _numbers("ended_at", started_at__isnull=False)
    return [
        {
            "month": month,
            "number": sums.get(month, nothing).number,
            "cents": sums.get(month, nothing).net,
            "begun": begun.get(month, 0),
            "ended": ended.get(month, 0),
        }
        for month in months
    ]


def _numbers(moment: str, **wanted: Any) -> dict[date, int]:
    rows = RecurringDonation.objects.filter(**{f"{moment}__isnull": False}, **wanted)
    by_month = rows.annotate(month=TruncMonth(moment)).order_by().values("month")
    return {row["month"].date(): row["number"] for row in by_month.annotate(number=Count("pk"))}


def _last_months() -> list[date]:
    today = timezone.localdate()
    found = []
    for back in range(LOOK_BACK):
        total = today.year * 12 + today.month - 1 - back
        found.append(date(total // 12, total % 12 + 1, 1))
    return found


def _brought(promises: list[int]) -> dict[int, tuple[str, int]]:
    """Who gives, as she wrote it with the newest charge, and how many charges went through."""
    gifts = Donation.objects.filter(promise__in=promises).order_by()
    paid = Count("pk", filter=Q(settled_at__isnull=False))
    rows = list(gifts.values_list("promise").annotate(newest=Max("pk"), number=paid))
    newest = Donation.objects.in_bulk([pk for _promise, pk, _number in rows])
    return {promise: (newest[pk].donor_name, number) for promise, pk, number in rows}


class PromisePage(TreasuryView):
    permissions = ("donations.view_recurringdonation",)
    template_name = "donations/treasury/promise.html"
    tab = "treasury:promises"

    @property
    def promise(self) -> RecurringDonation:
        if not hasattr(self, "_promise"):
            rows = RecurringDonation.objects.select_related("donor", "fund", "source__parent")
            begun = rows.exclude(state=RecurringDonation.State.STARTED)
            self._promise = get_object_or_404(begun, public_id=self.kwargs["public_id"])
        return self._promise

    def get_page_title(self) -> str:
        return _brought([self.promise.pk])[self.promise.pk][0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(
            promise=self.promise,
            name=self.get_page_title(),
            look=look(self.promise),
            steps=timeline(self.promise, user=user),
            may_ask=user.has_perm("donations.view_donor"),
            acts=open_to(self.promise) if user.has_perms(ChangePromise.permissions) else [],
            **kwargs,
        )


def timeline(promise: RecurringDonation, *, user: Any) -> list[Step]:
    """All that happened to it, latest first; only what `user` may see."""
    steps = [*_begun(promise), *_changed(promise)]
    if user.has_perm("donations.view_donation"):
        steps += _charged(promise)
    if user.has_perm("mail.view_message"):
        kinds = Q(acknowledgement__kind__startswith="promise_")
        kinds |= Q(acknowledgement__kind__startswith="payment_")
        kinds |= Q(acknowledgement__kind__in=["card_expiring", "mandate_ended"])
        found = Message.objects.filter(kinds, acknowledgement__donation__promise=promise)
        steps += [mail_step(message) for message in found.prefetch_related("attachments")]
    return sorted(steps, key=lambda step: (step.at, step.rank), reverse=True)


def _begun(promise: RecurringDonation) -> list[Step]:
    rhythm = {
        "amount": euros(promise.first.amount, always_cents=True),
        "every": str(promise.get_interval_display()).lower(),
    }
    title = _("Promised %(amount)s, %(every)s") % rhythm
    source = promise.source
    note = _("Came from “%(source)s”") % {"source": source.full_name} if source else ""
    steps = [Step(promise.created_at, _("Site"), title, "go", "sp-sending", note)]
    if promise.ended_at:
        why = str(promise.get_end_reason_display())
        steps.append(
            Step(promise.ended_at, "Stripe", _("Ended"), "mute", "sp-cancelled", why, rank=1)
        )
    return steps


CHANGES = {
    PromiseChange.State.ASKED: ("warn", "sp-retry"),
    PromiseChange.State.DONE: ("ok", "sp-published"),
    PromiseChange.State.REFUSED: ("bad", "sp-rejected"),
}


def _changed(promise: RecurringDonation) -> list[Step]:
    steps = []
    for row in promise.changes.select_related("by"):
        tone, icon = CHANGES[PromiseChange.State(row.state)]
        who = row.by.get_full_name() or row.by.get_username() if row.by else _("Donor’s own page")
        notes = []
        if row.amount and row.was:
            before, after = (euros(cents, always_cents=True) for cents in (row.was, row.amount))
            notes.append(_("from %(was)s to %(now)s") % {"was": before, "now": after})
        if row.until:
            day = timezone.localtime(row.until)
            notes.append(_("until %(day)s") % {"day": f"{day.day}/{day.month}/{day.year}"})
        if row.note:
            notes.append(_("as the donor asked: %(how)s") % {"how": row.note})
        if row.reason:
            notes.append(str(row.get_reason_display()))
        title = f"{row.get_kind_display()}: {str(row.get_state_display()).lower()}"
        note = " · ".join(notes)
        steps.append(
            Step(row.asked_at, who, title, tone, icon, note, trouble=row.last_error, rank=1)
        )
    return steps


def _charged(promise: RecurringDonation) -> list[Step]:
    steps = []
    for gift in promise.donations.all():
        shown = look(gift)
        title = f"{euros(gift.amount, always_cents=True)}: {shown.label.lower()}"
        at = gift.settled_at or gift.created_at
        steps.append(
            Step(at, "Stripe", title, shown.tone, shown.icon, part="gift", row=gift, rank=2)
        )
    return steps
