"""What Stripe told us, word for word, and what became of it."""

from datetime import datetime

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from outbox.models import Leased


class StripeEvent(Leased):
    """One event, stored once. `payload` is the body that was signed; from `redacted_at` on only what
    the books need of it (`donations.erasure.payloads`)."""

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
    redacted_at = models.DateTimeField(null=True, editable=False)
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
        indexes = [
            models.Index(  # the few that are not done with, among all that ever came
                fields=["happened_at"],
                condition=Q(state__in=["received", "parked", "failed"]),
                name="event_to_look_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class SweepMark(models.Model):
    """One row: up to when Stripe's list of events has been read to its end, and since when, and in
    which words, Stripe refuses to show it to us.

    The list comes newest first, so that the newest event we know proves nothing about older ones.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    read_until = models.DateTimeField(null=True)
    refused_since = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="sweep_mark_is_one_row"),
            models.CheckConstraint(
                condition=Q(refused_since__isnull=True, refusal="")
                | (Q(refused_since__isnull=False) & ~Q(refusal="")),
                name="sweep_mark_refused_with_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.read_until:%Y-%m-%d %H:%M}" if self.read_until else "never"

    @classmethod
    def get(cls) -> datetime | None:
        return cls.objects.values_list("read_until", flat=True).first()

    @classmethod
    def move(cls, to: datetime) -> None:
        """Only forwards: of two sweeps at once the slower one may be the older one. What was read
        to its end is not refused any more."""
        cls.objects.get_or_create(pk=1)
        older = Q(read_until__lt=to) | Q(read_until__isnull=True)
        cls.objects.filter(older).update(read_until=to, refused_since=None, refusal="")

    @classmethod
    def refuse(cls, why: str, *, at: datetime) -> None:
        """The mark stays where it is; a person is needed until the list can be read again."""
        cls.objects.get_or_create(pk=1)
        first = Coalesce("refused_since", Value(at))
        cls.objects.update(refused_since=first, refusal=why[:200] or "?")
