"""What a row needs to be worked on by one process at a time."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Leased(models.Model):
    """Work that must reach the outside. The row is the truth; a broker message only a doorbell.

    `next_at` (UTC): when somebody should look at the row; null = nothing to do.
    `lease_token`, `lease_until`: who works on it and until when; both null = nobody.
    `attempts`: how often the row was claimed.
    """

    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), null=True, blank=True, db_index=True)
    lease_token = models.UUIDField(null=True, blank=True, editable=False, db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        abstract = True
