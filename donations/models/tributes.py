"""A gift in somebody's honour or memory, and the card that tells somebody of it."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from outbox.clock import DEFAULT_ZONE, Moment, moment


class Tribute(models.Model):
    """Written with the gift. The card is planned once the gift has come: from then on its mail is an
    Acknowledgement that is due at `due_at` (UTC), the moment at which the clocks here show `at` of
    `day`. Without `email` nobody is told.

    `forgotten_at`: the recipient's name and address and the words to them are gone.
    """

    class Kind(models.TextChoices):
        HONOUR = "honour", _("In honour of")
        MEMORY = "memory", _("In memory of")

    class State(models.TextChoices):
        """Of the card; read from the rows it follows from, see `services.tributes.state_of`."""

        NO_CARD = "no_card", _("Without a card")
        WAITING = "waiting", _("Waits for the gift")
        PLANNED = "planned", pgettext_lazy("tribute card", "Planned")
        LEAVING = "leaving", _("On its way")
        SENT = "sent", pgettext_lazy("tribute card", "Sent")
        STOPPED = "stopped", pgettext_lazy("tribute card", "Stopped")

    donation = models.OneToOneField(
        "donations.Donation",
        on_delete=models.CASCADE,
        related_name="tribute",
        verbose_name=_("donation"),
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    honouree = models.CharField(_("who is honoured"), max_length=80)
    recipient = models.CharField(_("recipient of the card"), max_length=80, blank=True)
    email = models.EmailField(_("mail of the recipient"), blank=True)
    message = models.TextField(_("message"), max_length=500, blank=True)
    day = models.DateField(_("day"), null=True, blank=True)
    at = models.TimeField(_("hour"), null=True, blank=True)
    due_at = models.DateTimeField(_("due"), null=True, blank=True, db_index=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("stopped by"),
    )
    forgotten_at = models.DateTimeField(_("recipient forgotten"), null=True, blank=True)

    class Meta:
        verbose_name = _("gift in honour or memory")
        verbose_name_plural = _("gifts in honour or memory")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["honour", "memory"]), name="tribute_kind_known"
            ),
            models.CheckConstraint(condition=~Q(honouree=""), name="tribute_names_somebody"),
            models.CheckConstraint(
                condition=Q(email="", day=None, at=None, due_at=None)
                | Q(day__isnull=False, at__isnull=False, due_at__isnull=False)
                & (~Q(email="") | Q(forgotten_at__isnull=False)),
                name="tribute_card_has_its_hour",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at=None) | Q(email="", recipient="", message=""),
                name="tribute_forgets_all",
            ),
            models.CheckConstraint(
                condition=Q(stopped_by=None) | Q(stopped_at__isnull=False),
                name="tribute_stopped_at_its_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.donation_id)  # logs are written with it

    @property
    def lines(self) -> list[str]:
        """Of the message, those that say something."""
        return [line for line in self.message.splitlines() if line.strip()]

    @property
    def planned(self) -> Moment | None:
        """What the clocks here show then, and what is odd about that hour."""
        if self.day is None or self.at is None:
            return None
        return moment(day=self.day, at=self.at, zone=DEFAULT_ZONE)

    @property
    def leaves_at(self) -> datetime | None:
        """When it is planned for, while that is still to come."""
        return self.due_at if self.due_at and self.due_at > timezone.now() else None
