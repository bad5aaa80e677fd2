"""Any picture Pillow can open, made upright and plain."""

import io

from PIL import Image, ImageCms, ImageOps

ORIENTATION = 0x0112  # EXIF's tag
PLAIN = ("L", "RGB", "RGBA")
_SIXTEEN_BITS = ("I;16", "I;16L", "I;16B", "I;16N", "I")


def upright(picture: Image.Image) -> Image.Image:
    """The same picture in mode L, RGB or RGBA, 8 bits a channel, turned as EXIF says.

    An animation gives the frame it stands at. Raises OSError for data that ends too early.
    """
    picture.load()
    plain = _plain(picture)
    return ImageOps.exif_transpose(plain) if plain.getexif().get(ORIENTATION, 1) != 1 else plain


def flat(picture: Image.Image, ground: str = "#ffffff") -> Image.Image:
    """Like `upright`, in RGB; what is transparent lies on `ground`."""
    plain = upright(picture)
    if plain.mode != "RGBA":
        return plain if plain.mode == "RGB" else plain.convert("RGB")
    sheet = Image.new("RGB", plain.size, ground)
    sheet.paste(plain, mask=plain.getchannel("A"))
    return sheet


def _plain(picture: Image.Image) -> Image.Image:
    if picture.mode in PLAIN and "transparency" not in picture.info:
        return picture
    if picture.mode in _SIXTEEN_BITS:
        return _keep_exif(picture, _eight_bits(picture))
    if picture.mode == "CMYK":
        return _keep_exif(picture, _from_cmyk(picture))
    alpha = "A" in picture.mode or "a" in picture.mode or "transparency" in picture.info
    return _keep_exif(picture, picture.convert("RGBA" if alpha else "RGB"))


def _eight_bits(picture: Image.Image) -> Image.Image:
    """PNG's and TIFF's 65,536 greys as 256."""
    return picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _from_cmyk(picture: Image.Image) -> Image.Image:
    """By the press profile inside, where there is a sound one; else by the plain formula."""
    profile = picture.info.get("icc_profile")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return picture.convert("RGB")


def _keep_exif(before: Image.Image, after: Image.Image) -> Image.Image:
    """Conversions may drop the turn; the press profile is of no use any more."""
    after.info = {key: value for key, value in before.info.items() if key in ("exif", "dpi")}
    if "exif" not in after.info and (turn := before.getexif().get(ORIENTATION)):
        after.getexif()[ORIENTATION] = turn
    return after
