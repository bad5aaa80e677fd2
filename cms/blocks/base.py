"""What blocks share."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from cms.blocks.samples import Sampled

TONES = [
    ("", _("White")),
    ("soft", _("Quiet")),
    ("lume", _("Light yellow")),
    ("sole", _("Yellow")),
    ("notte", _("Night")),
]
FEATURES = ["bold", "italic", "link", "document-link", "ul", "ol"]


class Band(Sampled, blocks.StructBlock):
    """A section of the page with a heading that hangs its plus in the operator column."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    tone = blocks.ChoiceBlock(label=_("Ground"), choices=TONES, required=False, default="")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        context["anchor"] = anchor(value.get("heading"), parent_context)
        return context


def anchor(heading: Any, parent_context: Any = None, *, block_id: str = "") -> str:
    """The heading as an id; a page may say it twice, so the block's own id makes it its own."""
    block_id = block_id or str(getattr((parent_context or {}).get("block"), "id", None) or "")
    return f"{slugify(heading) or 'fascia'}-{block_id[:4]}".strip("-")


def named(block: blocks.FieldBlock, name: Any) -> blocks.FieldBlock:
    """A field that stands alone in a list, where Wagtail writes no label: its name is read out."""
    block.field.widget.attrs["aria-label"] = name
    return block


class Figure(blocks.StructBlock):
    """A picture; its alternative text and credit come from the library."""

    image = ImageChooserBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), max_length=200, required=False)

    class Meta:
        icon = "image"
        label = _("Picture")
