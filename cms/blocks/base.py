"""What blocks share."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

TONES = [
    ("", _("White")),
    ("soft", _("Quiet")),
    ("lume", _("Light yellow")),
    ("sole", _("Yellow")),
    ("notte", _("Night")),
]
FEATURES = ["bold", "italic", "link", "document-link", "ul", "ol"]


class Band(blocks.StructBlock):
    """A section of the page with a heading that hangs its plus in the operator column."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    tone = blocks.ChoiceBlock(label=_("Ground"), choices=TONES, required=False, default="")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        # a page may hold the same kind of band twice: its heading's id follows the block's own
        context["anchor"] = f"b{id(value):x}"
        return context


class Figure(blocks.StructBlock):
    """A picture; its alternative text and credit come from the library."""

    image = ImageChooserBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), max_length=200, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
