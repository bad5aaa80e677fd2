"""What Stripe told us, word for word, and what became of it."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from outbox.models import Leased


class StripeEvent(Leased):
    """One event, stored once. `payload` is the body that was signed."""

    class State(models.TextChoices):
        RECEIVED = "received", _("Received")
        PROCESSED = "processed", _("Done")
        PARKED = "parked", _("Waiting for its gift")
        IGNORED = "ignored", _("Not for us")
        FAILED = "failed", _("Needs a person")

    event_id = models.CharField(max_length=80, unique=True)
    type = models.CharField(_("type"), max_length=80)
    object_id = models.CharField(_("object"), max_length=120, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.RECEIVED
    )
    payload = models.BinaryField()
    happened_at = models.DateTimeField(_("happened"), db_index=True)
    received_at = models.DateTimeField(_("received"))
    donation = models.ForeignKey(
        "donations.Donation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="stripe_events",
        verbose_name=_("donation"),
    )

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class SweepMark(models.Model):
    """One row: up to when Stripe's list of events has been read to its end.

    The list comes newest first, so that the newest event we know proves nothing about older ones.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    read_until = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="sweep_mark_is_one_row")]

    def __str__(self) -> str:
        return f"{self.read_until:%Y-%m-%d %H:%M}"

    @classmethod
    def get(cls) -> datetime | None:
        return cls.objects.values_list("read_until", flat=True).first()

    @classmethod
    def move(cls, to: datetime) -> None:
        """Only forwards: of two sweeps at once the slower one may be the older one."""
        _mark, made = cls.objects.get_or_create(pk=1, defaults={"read_until": to})
        if not made:
            cls.objects.filter(read_until__lt=to).update(read_until=to)
