"""Blocks that tell: text, pictures, quotes, steps, questions, documents."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock

from cms.blocks.base import FEATURES, Band, Figure
from cms.blocks.samples import Sampled


class TextBand(Band):
    text = blocks.RichTextBlock(label=_("Text"), features=["h3", *FEATURES])

    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "cms/blocks/text.html"
        description = _("A heading and running text.")


class Picture(Sampled, Figure):
    class Meta:
        icon = "image"
        label = _("Picture")
        template = "cms/blocks/picture.html"
        description = _("One picture from edge to edge, with credit.")


class Gallery(Band):
    pictures = blocks.ListBlock(Figure(), label=_("Pictures"), min_num=2, max_num=12)

    class Meta:
        icon = "image"
        label = _("Gallery")
        template = "cms/blocks/gallery.html"
        description = _("Several pictures side by side.")


class Quote(Sampled, blocks.StructBlock):
    words = blocks.TextBlock(label=_("Words"))
    who = blocks.CharBlock(label=_("Who says so"), max_length=120, required=False)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "cms/blocks/quote_band.html"
        description = _("A sentence below the sum line.")


class ColumnQuote(Quote):
    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "cms/blocks/quote.html"
        preview_template = "cms/blocks/column_preview.html"
        description = _("A sentence below the sum line, as wide as the page.")


class Step(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=60)
    text = blocks.TextBlock(label=_("Text"))


class Steps(Band):
    steps = blocks.ListBlock(Step(), label=_("Steps"), min_num=2, max_num=6)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "cms/blocks/steps.html"
        description = _("What happens, one thing after the other.")


class Question(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"), max_length=120)
    answer = blocks.RichTextBlock(label=_("Answer"), features=FEATURES)


class Questions(Band):
    questions = blocks.ListBlock(Question(), label=_("Questions"), min_num=1)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        template = "cms/blocks/faq.html"
        description = _("Questions that open on their answer, without a script.")


class Documents(Band):
    documents = blocks.ListBlock(DocumentChooserBlock(), label=_("Documents"), min_num=1)

    class Meta:
        icon = "doc-full"
        label = _("Documents")
        template = "cms/blocks/documents.html"
        description = _("Papers to download, with type and size.")


class Paragraphs(Sampled, blocks.RichTextBlock):
    class Meta:
        icon = "pilcrow"
        label = _("Text")
        template = "cms/blocks/paragraphs.html"
        preview_template = "cms/blocks/column_preview.html"
        description = _("Running text, with headings and lists.")


class Pair(Sampled, blocks.StructBlock):
    pictures = blocks.ListBlock(Figure(), label=_("Pictures"), min_num=1, max_num=2)

    class Meta:
        icon = "image"
        label = _("One or two pictures")
        template = "cms/blocks/pair.html"
        preview_template = "cms/blocks/column_preview.html"
        description = _("One picture, or two side by side, as wide as the page.")


class Note(Sampled, blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.RichTextBlock(label=_("Text"), features=FEATURES)

    class Meta:
        icon = "info-circle"
        label = _("Note")
        template = "cms/blocks/note.html"
        preview_template = "cms/blocks/column_preview.html"
        description = _("A short note in a box.")
