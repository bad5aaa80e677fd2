"""Uploads as they arrive: pictures are looked at, put upright and made plain before they are stored."""

import errno
import io
import struct
import zlib
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import (
    InMemoryUploadedFile,
    SimpleUploadedFile,
    TemporaryUploadedFile,
    UploadedFile,
)
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext_lazy as _
from PIL import Image
from wagtail.documents.fields import WagtailDocumentField
from wagtail.images.fields import WagtailImageField

from media import metadata
from media.raster import ORIENTATION, upright

DISK_FULL = _(
    "There is no room left on the server’s disk, so the file was not saved. Tell whoever "
    "looks after the site, then upload it again."
)
UNREADABLE = _(
    "This file cannot be read as a picture. Open it on your computer, save it as JPEG or PNG, "
    "then upload it again."
)
INCOMPLETE = _("This picture arrived incomplete: part of the file is missing. Upload it again.")
TOO_MANY_PIXELS = _(
    "This picture has %(have)d million pixels, and at most %(most)d million are accepted: make "
    "it smaller, then upload it again."
)
# what Pillow and its codecs raise for files that were damaged, by accident or on purpose
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, MemoryError),
    *(struct.error, zlib.error),
)
QUALITY = 92
SEVERAL_JPEG = "MPO"  # a telephone's JPEG with a second picture behind it: only the first is kept
AS_THEY_ARE = ("1", "L", "LA", "P", "PA", "RGB", "RGBA")


def is_disk_full(error: OSError) -> bool:
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class SpoolUpload(TemporaryFileUploadHandler):
    """Large uploads go to the temporary folder; when that is full, the form says so.

    Django's own handler would end the request while the form is being read.
    """

    full = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.full = False
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            self._give_up(error)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.full:
            try:
                return super().receive_data_chunk(raw_data, start)
            except OSError as error:
                self._give_up(error)
        return None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.full:
            try:
                return super().file_complete(file_size)
            except OSError as error:
                self._give_up(error)
        return LostUpload(self.field_name, self.file_name)

    def _give_up(self, error: OSError) -> None:
        if not is_disk_full(error):
            raise error
        self.full = True


class LostUpload(InMemoryUploadedFile):
    """Stands for a file the disk had no room for."""

    def __init__(self, field_name: str | None, name: str | None) -> None:
        super().__init__(io.BytesIO(), field_name, name, "application/octet-stream", 0, None)


class DocumentField(WagtailDocumentField):
    def to_python(self, data: Any) -> Any:
        refuse_lost(data)
        return super().to_python(data)


def refuse_lost(data: Any) -> None:
    if isinstance(data, LostUpload):
        raise ValidationError(DISK_FULL, code="disk_full")


class PictureField(WagtailImageField):
    """Wagtail's field, for files that were not made with care.

    Every failure is a sentence beside the field. What comes out is upright, complete and in a
    mode that every browser shows.
    """

    def to_python(self, data: Any) -> Any:
        refuse_lost(data)
        if not isinstance(data, UploadedFile):
            return super().to_python(data)
        self._measure(data)
        try:
            upload = super().to_python(data)
        except ValidationError:
            raise
        except BROKEN as error:
            raise _broken(error) from error
        return tidy(upload)

    def _measure(self, data: UploadedFile) -> None:
        """By the headers alone: a bomb is never unpacked. All frames of an animation count."""
        most = self.max_image_pixels
        try:
            with _opened(data) as picture:
                pixels = picture.width * picture.height * getattr(picture, "n_frames", 1)
        except Image.DecompressionBombError:
            pixels = 2 * (Image.MAX_IMAGE_PIXELS or 0)
        except BROKEN:
            return  # Wagtail's field has better words: not a picture, or of another kind
        finally:
            data.seek(0)
        if most and pixels > most:
            figures = {"have": -(-pixels // 1_000_000), "most": most // 1_000_000}
            raise ValidationError(TOO_MANY_PIXELS % figures, code="file_too_many_pixels")


def tidy(upload: UploadedFile) -> UploadedFile:
    """The same upload, or another one where the picture had to be turned or converted.

    Where and by whom a photograph was taken is nobody's business: EXIF, XMP and the like are left
    out, colour profiles stay. Raises ValidationError when the picture cannot be read to its end.
    """
    try:
        with _opened(upload) as picture:
            several = picture.format == SEVERAL_JPEG
            moves = getattr(picture, "n_frames", 1) > 1 and not several
            turned = picture.getexif().get(ORIENTATION, 1) != 1
            if moves:
                _to_the_end(picture)
            else:
                picture.load()
            if moves and turned and picture.format != "AVIF":  # whose turn is no part of its EXIF
                return _replaced(upload, _animation(picture))
            if not moves and (turned or several or picture.mode not in AS_THEY_ARE):
                return _replaced(upload, _rewritten(picture))
            content = _bytes(upload)
            clean = metadata.without(picture.format, content)
            return upload if clean == content else _replaced(upload, clean)
    except BROKEN as error:
        raise _broken(error) from error
    finally:
        upload.seek(0)


def _opened(upload: UploadedFile) -> Image.Image:
    upload.seek(0)
    if isinstance(upload, TemporaryUploadedFile):
        return Image.open(upload.temporary_file_path())
    return Image.open(io.BytesIO(_bytes(upload)))


def _bytes(upload: UploadedFile) -> bytes:
    upload.seek(0)
    return upload.read()


def _to_the_end(picture: Image.Image) -> None:
    for frame in range(getattr(picture, "n_frames", 1)):
        picture.seek(frame)
        picture.load()


def _animation(picture: Image.Image) -> bytes:
    """Every frame upright, at its time."""
    frames, times, out = [], [], io.BytesIO()
    profile, loop = picture.info.get("icc_profile"), picture.info.get("loop", 0)
    for number in range(getattr(picture, "n_frames", 1)):
        picture.seek(number)
        frames.append(upright(picture).copy())
        frames[-1].info = {}
        times.append(round(picture.info.get("duration", 100)))
    frames[0].save(
        out,
        picture.format,
        save_all=True,
        append_images=frames[1:],
        duration=times,
        loop=loop,
        quality=QUALITY,
        icc_profile=profile,
    )
    return out.getvalue()


def _rewritten(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    plain = upright(picture)
    profile = picture.info.get("icc_profile") if picture.mode in AS_THEY_ARE else None
    plain.info = {}
    kind = "JPEG" if picture.format == SEVERAL_JPEG else picture.format
    plain.save(out, kind, quality=QUALITY, icc_profile=profile)
    return out.getvalue()


def _replaced(upload: UploadedFile, content: bytes) -> UploadedFile:
    return SimpleUploadedFile(str(upload.name), content, upload.content_type or "")


def _broken(error: BaseException) -> ValidationError:
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return ValidationError(INCOMPLETE, code="incomplete")
    return ValidationError(UNREADABLE, code="unreadable")
