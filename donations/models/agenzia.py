"""Whom the treasurer asked for a codice fiscale, for the yearly report to the Agenzia delle Entrate."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from outbox.models import Leased


class CodeRequest(Leased):
    """One mail a donor and year, whoever asks for it again."""

    class State(models.TextChoices):
        DUE = "due", _("To be written")
        DONE = "done", _("Written")
        SKIPPED = "skipped", _("Overtaken by events")

    donor = models.ForeignKey(
        "donations.Donor", on_delete=models.CASCADE, related_name="code_requests"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DUE)
    language = models.CharField(_("language"), max_length=10)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    mail = models.OneToOneField(
        "mail.Message", on_delete=models.SET_NULL, null=True, related_name="code_request"
    )

    class Meta:
        verbose_name = _("request for a codice fiscale")
        verbose_name_plural = _("requests for a codice fiscale")
        default_permissions = ("add",)
        constraints = [models.UniqueConstraint(fields=["donor", "year"], name="code_asked_once")]

    def __str__(self) -> str:
        return f"{self.year}: {self.donor_id}"
