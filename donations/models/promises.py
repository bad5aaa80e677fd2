"""Recurring gifts: the promise, and what she who made it asks to change of it."""

import calendar
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from outbox.models import Leased

if TYPE_CHECKING:
    from donations.models import Donation


class Interval(models.TextChoices):
    MONTH = "month", _("Every month")
    QUARTER = "quarter", _("Every three months")
    YEAR = "year", _("Every year")


MANDATE = "mandate:"  # begins the name of the trouble that an account may not be debited any more
LIVE_STATES = ("active", "paused", "failing")
MONTHS: dict[str, int] = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}


class Promises(QuerySet):
    def in_trouble(self) -> "Promises":
        """Those that cannot be charged, and that nobody has dealt with; the oldest first."""
        waiting = self.exclude(trouble="").exclude(trouble=models.F("dealt_with"))
        return waiting.order_by("troubled_at", "pk")


class Mandate(models.Model):
    """What Stripe said, when it was looked at last, of the leave to debit an account. Nothing of
    whose account it is: a promise is found by its means of payment.

    https://docs.stripe.com/api/mandates/object
    """

    mandate_id = models.CharField(max_length=80, unique=True)
    method_id = models.CharField(max_length=80, db_index=True)
    inactive = models.BooleanField()
    looked_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mandate")
        verbose_name_plural = _("mandates")
        default_permissions = ()

    def __str__(self) -> str:
        return self.mandate_id


class RecurringDonation(models.Model):
    """The promise to give again and again. Each charge is a Donation of its own; what stands here is
    what Stripe's subscription said when it was looked at last (`services.promises`)."""

    class State(models.TextChoices):
        STARTED = "started", _("On the payment page")
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        FAILING = "failing", _("The last charge did not go through")
        ENDED = "ended", _("Ended")

    class EndReason(models.TextChoices):
        DONOR = "donor", _("Cancelled by the donor")
        UNPAID = "unpaid", _("The charges did not go through any more")
        AT_STRIPE = "at_stripe", _("Ended at Stripe")
        OFFICE = "office", _("Ended by us, as the donor asked")

    LIVE = (State.ACTIVE, State.PAUSED, State.FAILING)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    donor = models.ForeignKey(
        "donations.Donor",
        on_delete=models.PROTECT,
        related_name="promises",
        verbose_name=_("donor"),
    )
    fund = models.ForeignKey(
        "donations.Fund", on_delete=models.PROTECT, related_name="promises", verbose_name=_("fund")
    )
    source = models.ForeignKey(
        "attribution.Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("came from"),
    )
    amount = models.PositiveIntegerField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    interval = models.CharField(_("how often"), max_length=8, choices=Interval.choices)
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.STARTED, db_index=True
    )
    language = models.CharField(_("language"), max_length=10, default="it")
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("since"), null=True, blank=True)
    next_charge = models.DateTimeField(_("next charge"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(
        _("why it ended"), max_length=10, choices=EndReason.choices, blank=True
    )

    # how it is paid, and what is amiss with that
    method = models.CharField(_("means of payment"), max_length=16, blank=True)
    method_reference = models.CharField(_("last digits"), max_length=8, blank=True)
    card_expires = models.DateField(_("card good until"), null=True, blank=True)
    method_id = models.CharField(max_length=80, blank=True, db_index=True)  # Stripe's
    open_invoice = models.CharField(max_length=80, blank=True)  # Stripe's, not paid yet
    repair_url = models.URLField(max_length=2000, blank=True)  # where it can be paid
    # why it cannot be charged, by a name that tells one time from the next; "" when it can
    trouble = models.CharField(max_length=100, blank=True, db_index=True)
    troubled_at = models.DateTimeField(null=True, blank=True)
    dealt_with = models.CharField(max_length=100, blank=True)  # the trouble somebody took care of

    customer_id = models.CharField(max_length=80, blank=True, db_index=True)
    subscription_id = models.CharField(max_length=80, unique=True, null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    objects = Promises.as_manager()

    class Meta:
        verbose_name = _("recurring gift")
        verbose_name_plural = _("recurring gifts")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_above_zero"),
            models.CheckConstraint(condition=Q(currency="EUR"), name="promise_in_euro"),
            models.CheckConstraint(
                condition=Q(interval__in=Interval.values), name="promise_has_its_interval"
            ),
            models.CheckConstraint(
                condition=Q(state="ended", ended_at__isnull=False)
                | (~Q(state="ended") & Q(ended_at__isnull=True, end_reason="")),
                name="promise_ended_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="started") | Q(subscription_id__isnull=False),
                name="promise_kept_at_stripe",
            ),
            models.CheckConstraint(
                condition=Q(trouble="", troubled_at=None)
                | (~Q(trouble="") & Q(troubled_at__isnull=False, state__in=LIVE_STATES)),
                name="promise_in_trouble_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)  # logs are written with it

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def mandate_is_over(self) -> bool:
        return self.trouble.startswith(MANDATE)

    @property
    def first(self) -> "Donation":
        """The gift that the form made."""
        return self.donations.order_by("pk")[0]

    @property
    def first_charge(self) -> datetime | None:
        """The next one that is really asked for: what falls due during a pause never is."""
        due, until = self.next_charge, self.paused_until
        if due is None or (self.state == self.State.PAUSED and until is None):
            return None
        steps = 0
        while until and self.charge_after(steps) < until:
            steps += 1
        return self.charge_after(steps)

    @property
    def skipped_charge(self) -> datetime | None:
        """Of a pause that is only one charge skipped: when that would have fallen due."""
        if self.state != self.State.PAUSED or not self.paused_until:
            return None
        kinds = PromiseChange.Kind
        pauses = self.changes.filter(kind__in=[kinds.PAUSE, kinds.SKIP, kinds.RESUME], state="done")
        last = pauses.order_by("pk").last()
        return self.next_charge if last and last.kind == kinds.SKIP else None

    def charge_after(self, steps: int) -> datetime:
        """The next charge, or so many after it: on the day of the month on which the promise began,
        or the last one of a month that lacks it (docs.stripe.com/billing/subscriptions/
        billing-cycle), counted as Stripe counts, in UTC."""
        assert self.next_charge
        due = self.next_charge.astimezone(UTC)
        if not steps:
            return due
        months = due.month - 1 + steps * MONTHS[self.interval]
        year, month = due.year + months // 12, months % 12 + 1
        day = (self.started_at or due).astimezone(UTC).day
        return due.replace(
            year=year, month=month, day=min(day, calendar.monthrange(year, month)[1])
        )

    @property
    def given(self) -> int:
        """Cents that came with it, and stay."""
        received = self.donations.filter(settled_at__isnull=False)
        sums = received.aggregate(sum=models.Sum(models.F("amount") - models.F("refunded_amount")))
        return sums["sum"] or 0

    @property
    def on_its_way(self) -> int:
        """Cents that a bank is debiting already: ending the promise does not stop them."""
        underway = self.donations.filter(state="processing")
        return underway.aggregate(sum=models.Sum("amount"))["sum"] or 0

    @property
    def a_year(self) -> int:
        """Cents that come in a year as long as it is kept."""
        return self.amount * 12 // MONTHS[self.interval]


class Changes(QuerySet):
    def due(self) -> "Changes":
        """To be asked of Stripe, each promise's in their order."""
        asked = self.filter(state=PromiseChange.State.ASKED)
        earlier = PromiseChange.objects.filter(
            promise=models.OuterRef("promise"),
            state=PromiseChange.State.ASKED,
            pk__lt=models.OuterRef("pk"),
        )
        return asked.filter(~models.Exists(earlier))


class PromiseChange(Leased):
    """One change of a promise. The row is committed before the call, and the call is the same however
    often it is made."""

    class Kind(models.TextChoices):
        AMOUNT = "amount", _("Another amount")
        PAUSE = "pause", _("A pause")
        SKIP = "skip", _("One charge skipped")
        RESUME = "resume", _("The end of the pause")
        CARD = "card", _("Another card or account")
        PAY = "pay", _("The charge that did not go through, asked for again")
        CANCEL = "cancel", _("The end")

    class State(models.TextChoices):
        ASKED = "asked", _("To be asked of Stripe")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Refused by Stripe")

    class Reason(models.TextChoices):
        NONE = "", _("I would rather not say")
        MONEY = "money", _("I cannot afford it just now")
        ELSEWHERE = "elsewhere", _("I give elsewhere, or in another way")
        UNHAPPY = "unhappy", _("I am not happy with what you do")
        OTHER = "other", _("Something else")

    key = models.CharField(max_length=110, unique=True, editable=False)
    call = models.PositiveSmallIntegerField(default=1)  # a failure Stripe keeps needs a new one
    promise = models.ForeignKey(
        RecurringDonation,
        on_delete=models.PROTECT,
        related_name="changes",
        verbose_name=_("recurring gift"),
    )
    kind = models.CharField(_("what"), max_length=8, choices=Kind.choices)
    amount = models.PositiveIntegerField(_("amount"), null=True, blank=True)
    was = models.PositiveIntegerField(_("amount before"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    payment_method = models.CharField(max_length=80, blank=True)
    invoice = models.CharField(max_length=80, blank=True)  # Stripe's, to be paid at once
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked by"),
        help_text=_("Empty: the donor herself."),
    )
    # how the donor asked for it, where one of the staff did it; "" for whatever else
    note = models.CharField(_("how the donor asked"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ASKED)

    objects = Changes.as_manager()

    class Meta:
        verbose_name = _("change of a recurring gift")
        verbose_name_plural = _("changes of recurring gifts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="amount", amount__gt=0) | (~Q(kind="amount") & Q(amount=None)),
                name="promise_change_of_amount_has_it",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["pause", "skip"], until__isnull=False)
                | (~Q(kind__in=["pause", "skip"]) & Q(until__isnull=True)),
                name="promise_pause_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(kind="card") ^ Q(payment_method=""), name="promise_change_of_card"
            ),
            models.CheckConstraint(
                condition=Q(kind="pay") ^ Q(invoice=""), name="promise_change_pays_an_invoice"
            ),
            models.CheckConstraint(
                condition=Q(state="done") ^ Q(done_at__isnull=True),
                name="promise_change_done_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def idempotency_key(self) -> str:
        return f"{self.key}:{self.call}"
