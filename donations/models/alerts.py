"""What the treasury must hear the same minute; see `donations.services.alerting`."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Alerting(models.Model):
    """`alert`: what is to be told and has not been written yet ("" nothing)."""

    alert = models.CharField(max_length=30, blank=True, editable=False)

    class Meta:
        abstract = True


class FraudWarning(Alerting):
    """The bank that issued a card believes a payment to be a fraud. No money has moved: a dispute
    may follow, and a whole refund before it keeps it away.

    https://docs.stripe.com/api/radar/early_fraud_warnings/object
    """

    warning_id = models.CharField(max_length=80, unique=True)
    donation = models.ForeignKey(
        "donations.Donation",
        on_delete=models.PROTECT,
        related_name="fraud_warnings",
        verbose_name=_("donation"),
    )
    fraud_type = models.CharField(_("kind of fraud"), max_length=60)
    actionable = models.BooleanField(_("can still be acted on"))
    opened_at = models.DateTimeField(_("since"))
    act_by = models.DateTimeField(_("to be decided by"))
    left_at = models.DateTimeField(_("left alone"), null=True, blank=True)

    class Meta:
        verbose_name = _("early fraud warning")
        verbose_name_plural = _("early fraud warnings")
        ordering = ["act_by", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(act_by__gt=models.F("opened_at")), name="fraud_warning_time_to_act"
            )
        ]

    def __str__(self) -> str:
        return self.warning_id
