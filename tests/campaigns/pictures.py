"""Small pictures for tests."""

import io

from django.core.files.images import ImageFile
from PIL import Image as Pillow
from wagtail.images import get_image_model


def picture(width=400, height=300, colour="#ffd21f", noise=False, description="", form="JPEG"):
    """A saved picture of the library."""
    made = Pillow.effect_noise((width, height), 90) if noise else None
    made = made.convert("RGB") if made else Pillow.new("RGB", (width, height), colour)
    file = io.BytesIO()
    made.save(file, form)
    return get_image_model().objects.create(
        title="Mele",
        description=description,
        file=ImageFile(io.BytesIO(file.getvalue()), name=f"mele.{form.lower()}"),
    )
