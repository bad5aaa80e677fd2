"""A gift that its donor is going to bring by bank transfer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from donations.references import readable


class TransferPromise(models.Model):
    """`reference`: what tells the transfer on the bank's statement. `remind_at`: when it is called to
    mind, null once that is done; `gives_up_at`: until when it is waited for."""

    donation = models.OneToOneField(
        "donations.Donation",
        on_delete=models.CASCADE,
        related_name="transfer",
        verbose_name=_("donation"),
    )
    reference = models.CharField(_("reference"), max_length=8, unique=True)
    promised_at = models.DateTimeField(_("promised"))
    remind_at = models.DateTimeField(_("called to mind"), null=True, blank=True, db_index=True)
    gives_up_at = models.DateTimeField(_("waited for until"), db_index=True)

    class Meta:
        verbose_name = _("promised transfer")
        verbose_name_plural = _("promised transfers")

    def __str__(self) -> str:
        return self.readable

    @property
    def readable(self) -> str:
        """As it is typed: SEGNO 7K3M-92."""
        return readable(self.reference)
