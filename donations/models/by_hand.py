"""What the treasurer wrote of a gift that no machine told us of, and why it was taken out again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.models.reversal import Reversible


class HandEntry(Reversible):
    """A gift that has one was entered by hand. It is never edited: a mistake is reversed, with the
    reason, and entered anew."""

    donation = models.OneToOneField(
        "donations.Donation",
        on_delete=models.PROTECT,
        related_name="by_hand",
        verbose_name=_("donation"),
    )
    note = models.TextField(_("note"), blank=True)
    # a gift of before: it came from a file, and nobody was thanked for it by us
    batch = models.ForeignKey(
        "donations.GiftImport",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name=_("import of gifts"),
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("entered by"),
    )
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)

    class Meta:
        verbose_name = _("gift entered by hand")
        verbose_name_plural = _("gifts entered by hand")
        constraints = [
            models.CheckConstraint(
                condition=Q(reversed_at__isnull=True, reversal_reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversal_reason="")),
                name="hand_entry_reversed_with_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.donation_id)
