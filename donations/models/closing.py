"""Months whose books are closed: what they held is frozen, and nothing is dated into them any more."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ClosedMonth(models.Model):
    """One closed month. The database refuses a row of the journal that is dated before the end of the
    last one, and any change of these rows (`donations/seal.py`).

    `sha256` is that of the month's rows and of the month closed before it, so that they are a chain.
    """

    first_day = models.DateField(_("month"), unique=True)
    ends_at = models.DateTimeField(unique=True)  # when the next month begins in Italy
    closed_at = models.DateTimeField(_("closed"), auto_now_add=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    figures = models.JSONField()  # as `services.figures` works them out
    rows = models.PositiveIntegerField(_("rows"))
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("closed month")
        verbose_name_plural = _("closed months")
        ordering = ["-first_day"]
        default_permissions = ("view", "add")

    def __str__(self) -> str:
        return f"{self.first_day:%Y-%m}"
