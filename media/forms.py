"""The forms behind every way to add a picture or a document: one, several at once, and the chooser."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from media.uploads import DISK_FULL, DocumentField, PictureField, is_disk_full


class StoresAtOnce:
    """Stores a sound file as the last step of validation, so that a full disk is an error of the
    form and nothing that was typed is lost.
    """

    def _post_clean(self: Any) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.errors or "file" not in self.changed_data or not self.instance.file:
            return
        try:
            self._store()
        except OSError as error:
            if not is_disk_full(error):
                raise
            self.add_error("file", DISK_FULL)

    def _store(self: Any) -> None:
        file = self.instance.file
        wanted = file.field.generate_filename(self.instance, file.name)
        name = file.storage.get_available_name(wanted, max_length=file.field.max_length)
        try:
            self.instance.file = file.storage.save(name, file.file)
        except OSError:
            file.storage.delete(name)  # the part that was written
            raise


class DocumentForm(StoresAtOnce, BaseDocumentForm):
    """Set as WAGTAILDOCS_DOCUMENT_FORM_BASE."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            plain = self.fields["file"]
            self.fields["file"] = DocumentField(
                label=plain.label, required=plain.required, widget=plain.widget
            )

    def _update_errors(self, errors: ValidationError) -> None:
        """The model asks a file that did not arrive for its extension: one fault is enough."""
        if "file" in self.errors:
            errors.error_dict.pop("file", None)
        super()._update_errors(errors)


class ImageForm(StoresAtOnce, BaseImageForm):
    """Set as WAGTAILIMAGES_IMAGE_FORM_BASE; survives whatever is uploaded."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "file" in self.fields:
            plain = self.fields["file"]
            self.fields["file"] = PictureField(
                label=plain.label, required=plain.required, widget=plain.widget
            )
        if "description" in self.fields:
            self.fields["description"].label = _("Alternative text")
            self.fields["description"].help_text = _(
                "What the picture shows, in a sentence, for those who cannot see it."
            )
