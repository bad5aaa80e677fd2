"""The photograph below the words: scaled, cropped on its focal point and veiled, kept for reuse."""

import io
from functools import lru_cache
from itertools import pairwise

from PIL import Image, UnidentifiedImageError

from media.cards.colour import opacity_needed
from media.cards.geometry import PhotoCard
from media.cards.problems import BadPhoto
from media.cards.spec import Photo
from media.raster import ORIENTATION, flat

MOST_PIXELS = 64_000_000
KEPT = 6  # 3 to 8 MB each


def cover(photo: Photo, size: tuple[int, int]) -> Image.Image:
    """The part of the picture around the focal point that fills `size` (RGB).

    Raises BadPhoto when it cannot be read.
    """
    try:
        picture = _opened(photo, size)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise BadPhoto from error
    box = crop(picture.size, size, photo.focal)
    return picture.resize(size, Image.Resampling.HAMMING, box=box)


def crop(
    have: tuple[int, int], want: tuple[int, int], focal: tuple[float, float]
) -> tuple[float, float, float, float]:
    """The largest box of `want`'s proportions in `have`, as near to the focal point as it goes."""
    scale = min(have[0] / want[0], have[1] / want[1])
    width, height = want[0] * scale, want[1] * scale
    left = min(max(have[0] * focal[0] - width / 2, 0), have[0] - width)
    top = min(max(have[1] * focal[1] - height / 2, 0), have[1] - height)
    return left, top, left + width, top + height


def _opened(photo: Photo, size: tuple[int, int]) -> Image.Image:
    """Upright RGB, of a JPEG only as many pixels as are needed (libjpeg scales while reading)."""
    source = io.BytesIO(photo.data) if photo.data else photo.path
    with Image.open(source) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise UnidentifiedImageError
        if picture.format in ("JPEG", "MPO") and picture.mode in ("RGB", "L"):
            turned = picture.getexif().get(ORIENTATION, 1) > 4
            picture.draft(None, size[::-1] if turned else size)
        return flat(picture)


@lru_cache(maxsize=16)
def veil(layout: PhotoCard, text: str, ink: str) -> tuple[tuple[int, int, int, int], Image.Image]:
    """The part of the photo that is veiled (left, top, right, bottom), and there its opacity.

    Where the title may reach into the photo it is made dense enough for 4.5:1 over white or
    black, so that no photograph can make the title unreadable.
    """
    length = layout.photo[2] if layout.across else layout.photo[3]
    needed = opacity_needed(text, ink)
    until, since = _below_title(layout)
    strip = bytearray()
    for at in range(length):
        share = _between(layout.veil, at)
        strip.append(round(255 * (max(share, needed) if since <= at <= until else share)))
    mask = Image.frombytes("L", (length, 1), bytes(strip))
    if not layout.across:
        mask = mask.transpose(Image.Transpose.ROTATE_270)
    mask = mask.resize(layout.photo[2:])
    box = mask.getbbox() or (0, 0, *mask.size)
    return box, mask.crop(box)


def _below_title(layout: PhotoCard) -> tuple[int, int]:
    """Last and first pixel of the photo, along the veil, that the title can cover."""
    if layout.across:
        return layout.title.x + layout.title.room - layout.photo[0], 0
    top = int(layout.title.base - layout.title.style.size)
    return layout.photo[3], top - layout.photo[1]


def _between(stops: tuple[tuple[int, float], ...], at: int) -> float:
    if at <= stops[0][0]:
        return stops[0][1]
    for (here, share), (there, other) in pairwise(stops):
        if at <= there:
            return share + (other - share) * (at - here) / (there - here)
    return stops[-1][1]


class _Key:
    """Finds a base by the photo's digest; the bytes do not count and are not kept."""

    def __init__(self, photo: Photo, *rest: object) -> None:
        self.photo: Photo | None = photo
        self.parts = (photo.digest, photo.focal, *rest)

    def __hash__(self) -> int:
        return hash(self.parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.parts == other.parts


@lru_cache(maxsize=KEPT)
def _kept(key: _Key, size: tuple[int, int], layout: PhotoCard, text: str, ink: str) -> Image.Image:
    assert key.photo is not None
    x, y, width, height = layout.photo
    sheet = Image.new("RGB", size, ink)
    picture = cover(key.photo, (width, height))
    key.photo = None
    veiled, opacity = veil(layout, text, ink)
    picture.paste(ink, veiled, opacity)
    sheet.paste(picture, (x, y))
    return sheet


def base(
    photo: Photo, size: tuple[int, int], layout: PhotoCard, text: str, ink: str
) -> Image.Image:
    """A fresh copy of the card's ground with the veiled photograph."""
    return _kept(_Key(photo), size, layout, text, ink).copy()
