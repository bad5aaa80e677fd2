"""The site's own wall: one row for each delivery that went out on it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WallEntryQuerySet(models.QuerySet["WallEntry"]):
    def shown(self) -> "WallEntryQuerySet":
        """Newest first, with all that the wall's page and feeds show."""
        return self.select_related("campaign", "image", "card").order_by("-published_at", "-pk")


class WallEntry(models.Model):
    """What was sent, as it was sent: later edits of the post do not reach it."""

    delivery = models.OneToOneField(
        "campaigns.Delivery", on_delete=models.PROTECT, related_name="wall_entry"
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign", on_delete=models.PROTECT, related_name="wall_entries"
    )
    text = models.TextField(_("text"))
    link = models.CharField(max_length=500, blank=True)  # the short link inside the text
    image = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        verbose_name=_("image"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    card = models.ForeignKey(
        "media.StoredCard",
        verbose_name=_("card"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    alt = models.TextField(_("alternative text"), blank=True)
    published_at = models.DateTimeField(_("published"), db_index=True)

    objects = WallEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("wall entry")
        verbose_name_plural = _("wall entries")
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]

    def get_absolute_url(self) -> str:
        return f"/muro/{self.pk}/"
