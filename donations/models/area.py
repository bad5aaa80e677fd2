"""The donor's own page: how she enters it, and what she says there."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from donations.models.giving import Consent, Donor
from outbox.models import Leased


class EntryRequest(Leased):
    """Somebody typed this mail address to enter. Written whether or not a donor has it, so that the
    answer is the same in words and in time; a task looks, and deletes the row."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField()
    language = models.CharField(max_length=10)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.key)


class EntryLink(models.Model):
    """A way in that was mailed. The link itself stands nowhere, only its digest; it opens once."""

    donor = models.ForeignKey(Donor, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class DonorSession(models.Model):
    """One browser in which a donor has entered. Whoever leaves deletes it; staff never has one."""

    donor = models.ForeignKey(Donor, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class DonorDetails(models.Model):
    """What she wrote of herself on her page: the form of her next gift begins with it. What stands
    on gifts and receipts stays as it was."""

    donor = models.OneToOneField(Donor, on_delete=models.CASCADE, related_name="details")
    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    codice_fiscale = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, default="IT")
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class ConsentChange(models.Model):
    """What she took back, or gave again, on her page, in the words shown. Only ever added to, the
    database keeps it so (`donations.seal`): what holds is the newest of these and of `Consent`."""

    donor = models.ForeignKey(Donor, on_delete=models.PROTECT, related_name="consent_changes")
    kind = models.CharField(_("kind"), max_length=16, choices=Consent.Kind.choices)
    granted = models.BooleanField(_("given"))
    words = models.TextField(_("words"))
    at = models.DateTimeField(_("when"))

    class Meta:
        default_permissions = ()
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["donor", "kind", "at"], name="consent_change_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[Consent.Kind.NEWSLETTER, Consent.Kind.AGENZIA]),
                name="consent_change_of_what_is_asked",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())


class ErasureRequest(models.Model):
    """She asks that her data be deleted. A person answers, within a month (art. 12.3 GDPR)."""

    donor = models.ForeignKey(
        Donor, on_delete=models.PROTECT, related_name="erasure_requests", verbose_name=_("donor")
    )
    language = models.CharField(_("language"), max_length=10)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("request for erasure")
        verbose_name_plural = _("requests for erasure")
        default_permissions = ("change",)
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["donor"], condition=Q(answered_at=None), name="erasure_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="erasure_answered_in_words",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
