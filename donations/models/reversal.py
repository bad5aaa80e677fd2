"""What a person entered by hand and took back: never edited, but reversed with a reason."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reversible(models.Model):
    """Each table has a constraint of its own: reversed, it has its moment and its reason."""

    reversal_reason = models.CharField(_("why it was reversed"), max_length=200, blank=True)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("reversed by"),
    )
    reversed_at = models.DateTimeField(_("reversed"), null=True, blank=True)

    class Meta:
        abstract = True
