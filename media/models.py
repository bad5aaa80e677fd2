"""Placeholder replaced by the media room."""
from wagtail.images.models import AbstractImage, AbstractRendition
from django.db import models


class Picture(AbstractImage):
    admin_form_fields = ("title", "file", "description")


class Rendition(AbstractRendition):
    image = models.ForeignKey(Picture, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        unique_together = (("image", "filter_spec", "focal_point_key"),)
