"""What Stripe sends to our bank, and of what it is made. The money itself stands in the journal."""

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from donations.models.ledger import JournalEntry


class Payouts(QuerySet):
    def unexplained(self) -> "Payouts":
        """Their lines and the journal do not say the same: a person is needed."""
        return self.filter(difference__isnull=False).exclude(difference=0)

    def on_the_way(self) -> "Payouts":
        return self.filter(status__in=(Payout.Status.PENDING, Payout.Status.IN_TRANSIT))


class Payout(models.Model):
    """One payout. `difference`: the payout less what the journal knows of its lines, in cents; worked
    out anew whenever one of them changes, none until Stripe has told the lines."""

    class Status(models.TextChoices):
        """https://docs.stripe.com/api/payouts/object#payout_object-status"""

        PENDING = "pending", _("Being prepared")
        IN_TRANSIT = "in_transit", _("On its way to the bank")
        PAID = "paid", _("In the bank")
        FAILED = "failed", _("Sent back by the bank")
        CANCELED = "canceled", _("Called off")

    RANK = (Status.PENDING, Status.IN_TRANSIT, Status.PAID)  # what is beyond them is the end
    BACK = (Status.FAILED, Status.CANCELED)

    payout_id = models.CharField(max_length=80, unique=True)
    amount = models.IntegerField(_("amount"))  # below zero: Stripe takes it from the bank
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, db_index=True)
    automatic = models.BooleanField(_("on schedule"), default=True)
    created_at = models.DateTimeField(_("made"))
    arrives_on = models.DateField(_("in the bank on"), db_index=True)
    failure = models.CharField(_("why it came back"), max_length=200, blank=True)
    complete = models.BooleanField(_("Stripe has told its lines"), default=False)
    difference = models.IntegerField(_("difference"), null=True)

    objects = Payouts.as_manager()

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        ordering = ["-arrives_on", "-pk"]
        default_permissions = ("view", "change")
        indexes = [
            models.Index(
                fields=["difference"],
                condition=Q(difference__isnull=False) & ~Q(difference=0),
                name="payout_unexplained",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(complete=True) | Q(difference__isnull=True),
                name="payout_difference_of_known_lines",
            )
        ]

    def __str__(self) -> str:
        return self.payout_id

    @property
    def explained(self) -> bool:
        return self.difference == 0

    def follows(self, status: str) -> bool:
        """Whether `status` may come after what we know: an old look must not undo a newer one."""
        if self.status in self.BACK:
            return False
        order = [*self.RANK, *self.BACK]
        return order.index(self.Status(status)) > order.index(self.Status(self.status))


class PayoutLine(models.Model):
    """One balance transaction of a payout, as Stripe tells it."""

    class Kind(models.TextChoices):
        CHARGE = "charge", _("Gift")
        REFUND = "refund", _("Refund")
        REFUND_BACK = "refund_back", _("Refund that came back")
        DISPUTE = "dispute", _("Dispute")
        DISPUTE_BACK = "dispute_back", _("Dispute: the money came back")
        FEE = "fee", _("Stripe’s fee")
        PAYOUT_BACK = "payout_back", _("Payout that came back")
        OTHER = "other", _("Something else")

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    transaction_id = models.CharField(max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    type = models.CharField(max_length=60)  # in Stripe's words
    source = models.CharField(max_length=80, blank=True)  # ch_…, re_…, du_…, po_…
    description = models.CharField(max_length=200, blank=True)
    amount = models.IntegerField(_("amount"))
    fee = models.IntegerField(_("fee"))
    net = models.IntegerField(_("net"))
    created_at = models.DateTimeField(_("when"))
    donation = models.ForeignKey(
        "donations.Donation",
        on_delete=models.PROTECT,
        null=True,
        related_name="payout_lines",
        verbose_name=_("donation"),
    )

    class Meta:
        ordering = ["created_at", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(net=models.F("amount") - models.F("fee")), name="payout_line_net"
            )
        ]

    def __str__(self) -> str:
        return self.transaction_id

    def origins(self) -> list[str]:
        """Of the rows of the journal that may speak of it."""
        kinds = PayoutLine.Kind
        by_source = {
            kinds.CHARGE: ("gift", "second"),
            kinds.REFUND: ("refund",),
            kinds.REFUND_BACK: ("returned",),
            kinds.PAYOUT_BACK: ("failed",),
        }
        by_itself = ("withdrawn", "reinstated", "fee")
        found = [f"{self.source}:{end}" for end in by_source.get(kinds(self.kind), ())]
        return found + [f"{self.transaction_id}:{end}" for end in by_itself]


class Explanation(models.Model):
    """This row of the journal is in this payout: by one of its lines, or by nobody but a correction
    of its whole. A row is paid out once."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="explanations")
    line = models.ForeignKey(
        PayoutLine, on_delete=models.PROTECT, null=True, related_name="explanations"
    )
    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="explanation")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.entry.origin


class Correction(models.Model):
    """Why the treasury wrote a row of its own, where the books and Stripe did not agree."""

    entry = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, related_name="correction")
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_a_reason")
        ]

    def __str__(self) -> str:
        return self.entry.origin
