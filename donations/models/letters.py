"""The words of a kind of mail, where staff have written their own."""

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin


class MailText(RevisionMixin, models.Model):
    """`words` are in the light markup of `donations.letters.markup`; what stands here was checked.

    Who goes back to the words of the templates keeps the row for its versions, out of use.
    """

    kind = models.CharField(_("kind"), max_length=40)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    heading = models.CharField(_("heading"), max_length=120)
    words = models.TextField(_("words"), max_length=5000)
    in_use = models.BooleanField(_("in use"), default=True)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="mail_text")

    class Meta:
        verbose_name = _("words of a mail")
        verbose_name_plural = _("words of mails")
        default_permissions = ("change",)
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="mail_text_once")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.language})"
