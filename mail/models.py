"""A mail is a frozen row first; sending it is work that is done once, by lease."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mail.storage import private_storage
from outbox.models import Leased


class Message(Leased):
    """One mail, rendered and frozen. `message_id` stays the same however often it is tried."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        RETRY_WAIT = "retry_wait", _("Will be tried again")
        UNKNOWN = "unknown", _("Nobody knows whether it left")
        FAILED = "failed", _("Refused")

    STAFF = "staff"  # the `kind` of what Django and Wagtail mail by themselves

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    to = models.EmailField(_("to"))
    reply_to = models.EmailField(_("reply to"), blank=True)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250)
    body_text = models.TextField(_("text"))
    body_html = models.TextField(_("formatted text"), blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    headers = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.QUEUED, db_index=True
    )
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="mail_sent_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Sender(Leased):
    """One row: whose turn it is to send. While the mail server is away, `next_at` lets it rest."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="mail_sender_is_one_row")]

    def __str__(self) -> str:
        return str(self.next_at)


class Attachment(models.Model):
    """A file that travels with the mail, kept as it was sent in the private storage."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField(_("name"), max_length=120)
    content_type = models.CharField(max_length=80)
    file = models.FileField(storage=private_storage, upload_to="mail/%Y/%m/", max_length=200)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class GoneFile(models.Model):
    """A file in the private storage whose row is gone: whoever is killed before deleting it leaves it
    to the next tick."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
