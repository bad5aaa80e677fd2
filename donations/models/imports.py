"""Gifts of before and donors without a gift that come from a file, and how far the file is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from donations.models.person import Written
from mail.storage import private_storage
from outbox.models import Leased


class GiftImport(Leased):
    """One file. Its bytes are known by their digest, so that the same file is one import; its gifts
    by the form token that each line has (see `history.lines`), so that no line is entered twice."""

    class State(models.TextChoices):
        OPEN = "open", _("To be looked at")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(_("file"), max_length=200)
    file = models.FileField(storage=private_storage, upload_to="imports/%Y/", max_length=200)
    columns = models.JSONField(default=dict)  # position by name
    method = models.CharField(max_length=16, default="bank_transfer")
    fund = models.ForeignKey(
        "donations.Fund", on_delete=models.PROTECT, null=True, related_name="+"
    )
    campaign = models.ForeignKey(  # of lines that name none
        "attribution.Source", on_delete=models.PROTECT, null=True, related_name="+"
    )
    receipts = models.BooleanField(default=False)
    take_likely = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(_("loaded"), auto_now_add=True)
    cursor = models.PositiveIntegerField(default=0)  # lines that are done
    lines = models.PositiveIntegerField(_("lines"), default=0)
    made = models.PositiveIntegerField(_("entered"), default=0)
    donors = models.PositiveIntegerField(_("donors without a gift"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)

    class Meta:
        verbose_name = _("import of gifts")
        verbose_name_plural = _("imports of gifts")
        default_permissions = ()
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class ImportedDonor(Written):
    """Somebody whom a file names without a gift, as it writes her. What she gives or writes of
    herself later stands with her gifts and on her page: it never changes this, nor the other way."""

    donor = models.OneToOneField(
        "donations.Donor", on_delete=models.PROTECT, related_name="imported"
    )
    batch = models.ForeignKey(GiftImport, on_delete=models.PROTECT, related_name="people")
    words = models.TextField(blank=True)  # she is found by, each after a blank (`donations.words`)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
