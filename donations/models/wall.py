"""The wall of a campaign's donors: who wants to be named there, and with which words."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from donations.models.giving import Donation


class WallEntries(models.QuerySet["DonorWallEntry"]):
    def standing(self) -> Self:
        """Of gifts that stand, not withdrawn."""
        stands = [Donation.State.SETTLED, Donation.State.PARTLY_REFUNDED]
        return self.filter(donation__state__in=stands, withdrawn_at=None)

    def shown(self) -> Self:
        """With the newest first."""
        rows = self.standing()
        unseen = [DonorWallEntry.State.HIDDEN, DonorWallEntry.State.UNREAD]
        return rows.exclude(state__in=unseen).order_by("-donation__settled_at")

    def waiting(self) -> Self:
        """What a person has to read before it is shown: words, or a name made up for the wall."""
        states = [DonorWallEntry.State.UNREAD, DonorWallEntry.State.WAITING]
        return self.standing().filter(state__in=states).order_by("-donation__settled_at")


class DonorWallEntry(models.Model):
    """Written with the gift, shown once it has come. The name of whoever gave stands at once; the
    words, and a name that she made up for the wall, when somebody has read them. Whoever wants to be
    counted there without a name is `anonymous`, and no name is kept here. The yes to it is a Consent
    of the gift; `withdrawn_at` is the no."""

    class State(models.TextChoices):
        UNREAD = "unread", _("Name to read")
        NAME = "name", _("Name only")
        WAITING = "waiting", _("Words to read")
        SHOWN = "shown", _("With its words")
        HIDDEN = "hidden", _("Off the wall")

    donation = models.OneToOneField(
        Donation, on_delete=models.CASCADE, related_name="on_wall", verbose_name=_("donation")
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    anonymous = models.BooleanField(_("without a name"), default=False)
    words = models.CharField(_("words"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.NAME)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    objects = WallEntries.as_manager()

    class Meta:
        verbose_name = _("name on the donor wall")
        verbose_name_plural = _("names on the donor wall")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(anonymous=True, name="") | (Q(anonymous=False) & ~Q(name="")),
                name="wall_entry_named_or_anonymous",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["waiting", "shown"]) | ~Q(words=""),
                name="wall_entry_waits_with_words",
            ),
        ]

    def __str__(self) -> str:
        return str(self.donation_id)  # logs are written with it

    @property
    def signed(self) -> str:
        """What stands there for the name, in the reader's language."""
        return gettext("Anonymous") if self.anonymous else self.name

    @property
    def read(self) -> str:
        """The words, once they may be shown."""
        return self.words if self.state == self.State.SHOWN else ""
