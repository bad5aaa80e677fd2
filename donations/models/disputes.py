"""What the donors' banks contest, as Stripe tells it: the treasurer's duty, with its deadline."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.models.alerts import Alerting


class Dispute(Alerting):
    """One dispute at Stripe. The money it moves stands in the journal, never here."""

    class Status(models.TextChoices):
        """https://docs.stripe.com/api/disputes/object#dispute_object-status"""

        WARNING_NEEDS_RESPONSE = "warning_needs_response", _("The bank asks for an explanation")
        WARNING_UNDER_REVIEW = "warning_under_review", _("The bank reads the explanation")
        NEEDS_RESPONSE = "needs_response", _("Waits for an answer")
        UNDER_REVIEW = "under_review", _("The bank decides")
        LOST = "lost", _("Lost")
        APPEAL_NEEDS_RESPONSE = "appeal_needs_response", _("Lost, an appeal waits for an answer")
        APPEAL_UNDER_REVIEW = "appeal_under_review", _("Lost, the bank decides on the appeal")
        WON = "won", _("Won")
        WARNING_CLOSED = "warning_closed", _("Closed, no money moved")
        PREVENTED = "prevented", _("Prevented")

    OURS = (
        Status.WARNING_NEEDS_RESPONSE,
        Status.NEEDS_RESPONSE,
        Status.APPEAL_NEEDS_RESPONSE,
    )
    ENDED = (Status.LOST, Status.WON, Status.WARNING_CLOSED, Status.PREVENTED)
    ONCE_LOST = (Status.LOST, Status.APPEAL_NEEDS_RESPONSE, Status.APPEAL_UNDER_REVIEW)
    FINAL = (Status.WON, Status.WARNING_CLOSED, Status.PREVENTED)
    # https://docs.stripe.com/error-codes#charge-disputed; an inquiry may be answered by a refund
    NO_REFUND = (
        Status.NEEDS_RESPONSE,
        Status.UNDER_REVIEW,
        Status.LOST,
        Status.APPEAL_NEEDS_RESPONSE,
        Status.APPEAL_UNDER_REVIEW,
    )

    dispute_id = models.CharField(max_length=80, unique=True)
    donation = models.ForeignKey(
        "donations.Donation",
        on_delete=models.PROTECT,
        related_name="disputes",
        verbose_name=_("donation"),
    )
    amount = models.PositiveIntegerField(_("amount"))
    reason = models.CharField(_("reason"), max_length=60)
    status = models.CharField(_("state"), max_length=30, choices=Status.choices, db_index=True)
    answer_by = models.DateTimeField(_("to be answered by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["answer_by", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_above_zero")]

    def __str__(self) -> str:
        return self.dispute_id

    @property
    def is_open(self) -> bool:
        return self.status not in self.ENDED

    def follows(self, status: str) -> bool:
        """Whether `status` may come after what we know: an old look must not undo a newer one.
        What is lost can still be appealed (`appeal_…`); what is won stays won."""
        if self.status in self.FINAL:
            return False
        if self.status == self.Status.LOST or self.status.startswith("appeal"):
            return status in self.ENDED or status.startswith("appeal")
        return True
