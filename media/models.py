"""Pictures with their rights, and the cards drawn once and kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from taggit.managers import TaggableManager
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.search import index


class Image(AbstractImage):
    """A picture of the library; `description` is its alternative text."""

    # Wagtail's own image model is called Image too: without names of their own, the ways back
    # from a tag and from a user would clash with its.
    tags = TaggableManager(
        help_text=None, blank=True, verbose_name=_("tags"), related_name="media_images"
    )
    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("uploaded by user"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    uploaded_by_user.wagtail_reference_index_ignore = True  # type: ignore[attr-defined]

    credit = models.CharField(
        pgettext_lazy("of a picture", "credit"),
        max_length=255,
        blank=True,
        help_text=_("Who took or drew it, as it is to be written beside the picture."),
    )
    licence = models.CharField(
        _("licence"),
        max_length=255,
        blank=True,
        help_text=_("What allows us to use it, for example “CC BY 4.0” or “Ours”."),
    )
    consent_note = models.TextField(
        _("consent of the people shown"),
        blank=True,
        help_text=_(
            "Who agreed, when, and where the signed sheet is kept. Leave it empty when nobody "
            "can be recognised. Never shown to the public."
        ),
    )

    admin_form_fields = (
        "title",
        "file",
        "description",
        "credit",
        "licence",
        "consent_note",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    search_fields = [*AbstractImage.search_fields, index.SearchField("credit")]

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")


class Rendition(AbstractRendition):
    """One size of a picture."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        verbose_name = _("rendition")
        verbose_name_plural = _("renditions")
        constraints = [
            models.UniqueConstraint(
                fields=("image", "filter_spec", "focal_point_key"), name="media_rendition_once"
            )
        ]


def card_path(card: "StoredCard", filename: str) -> str:
    """Below 256 folders, so that none grows too full."""
    return f"cards/{card.digest[:2]}/{filename}"


class StoredCard(models.Model):
    """A card that was drawn: made by `media.services.stored_card`, never changed afterwards."""

    digest = models.CharField(
        _("digest"),
        max_length=64,
        unique=True,
        help_text=_("SHA-256 of the specification and of the renderer's version."),
    )
    renderer = models.CharField(_("renderer's version"), max_length=20)
    shape = models.CharField(_("shape"), max_length=20)
    file = models.FileField(_("file"), upload_to=card_path, max_length=200)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")

    def __str__(self) -> str:
        return f"{self.shape} {self.digest[:12]}"

    @property
    def url(self) -> str:
        return str(self.file.url)
