"""The site's own wall: one row for each delivery that went out on it."""

from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model
from wagtail.images.models import SourceImageIOError

from attribution.services import moved
from campaigns.channels.text import opening
from media.cards import SHAPES

SIZE = "max-1000x1400|format-webp|webpquality-80"


@dataclass(frozen=True)
class Shown:
    """A picture as the wall shows it; `url` may be a path of this site."""

    url: str
    width: int
    height: int
    mime: str


class WallEntryQuerySet(models.QuerySet["WallEntry"]):
    def shown(self) -> "WallEntryQuerySet":
        """What is on it, newest first, with all that the wall's page and feeds show."""
        images = get_image_model().objects.prefetch_renditions(SIZE)
        return (
            self.filter(taken_down_at__isnull=True)
            .select_related("campaign", "card")
            .prefetch_related(Prefetch("image", queryset=images))
            .order_by("-published_at", "-pk")
        )


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
    published_at = models.DateTimeField(_("went out"), db_index=True)
    # by a person, afterwards: no longer shown, kept for the history
    taken_down_at = models.DateTimeField(_("taken down"), null=True, blank=True, editable=False)

    objects = WallEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("wall entry")
        verbose_name_plural = _("wall entries")
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return opening(self.words, 90)

    @property
    def words(self) -> str:
        """The text as it is shown: its short link works where the site stands now."""
        return moved(self.text, self.link)

    @property
    def picture(self) -> Shown | None:
        """The card or the picture that went out; None without one, or when its file is gone."""
        if self.card:
            width, height = SHAPES[self.card.shape]
            return Shown(self.card.url, width, height, "image/jpeg")
        if self.image is None:
            return None
        try:
            made = self.image.get_rendition(SIZE)
        except (SourceImageIOError, OSError):
            return None
        return Shown(made.url, made.width, made.height, "image/webp")

    def get_absolute_url(self) -> str:
        return f"/muro/{self.pk}/"
