"""What a person adds to the mails: thanks in person, and a mail sent once more."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ThanksInPerson(models.Model):
    """A gift so `large`, or the first after so long a silence, that somebody should telephone; written
    with its settlement, once."""

    class State(models.TextChoices):
        OPEN = "open", _("To do")
        DONE = "done", _("Done")
        NOT_NEEDED = "not_needed", _("Not needed")

    donation = models.OneToOneField(
        "donations.Donation",
        on_delete=models.CASCADE,
        related_name="thanks_in_person",
        verbose_name=_("donation"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.OPEN, db_index=True
    )
    large = models.BooleanField(_("large gift"), default=True)
    silent_since = models.DateTimeField(_("last gift before"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    class Meta:
        verbose_name = _("thanks in person")
        verbose_name_plural = _("thanks in person")
        default_permissions = ("change",)
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="thanks_in_person_decided_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(large=True) | Q(silent_since__isnull=False),
                name="thanks_in_person_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.donation_id)


class SentAgain(models.Model):
    """A mail that somebody sent once more: a copy of what the donor got the first time. `first`: where
    that was no acknowledgement of a gift."""

    acknowledgement = models.ForeignKey(
        "donations.Acknowledgement", on_delete=models.PROTECT, null=True, related_name="sent_again"
    )
    first = models.ForeignKey(
        "mail.Message", on_delete=models.PROTECT, null=True, related_name="copies"
    )
    mail = models.OneToOneField(
        "mail.Message", on_delete=models.PROTECT, related_name="sent_again", verbose_name=_("mail")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("sent by"),
    )

    class Meta:
        verbose_name = _("mail sent again")
        verbose_name_plural = _("mails sent again")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledgement=None) ^ Q(first=None), name="sent_again_has_its_first"
            ),
        ]

    def __str__(self) -> str:
        return str(self.mail_id)
