"""Pictures of every unkind sort, made on the spot."""

import io
import struct
import zlib

from PIL import Image

ORIENTATION = 0x0112


def half(size: tuple[int, int] = (120, 80), mode: str = "RGB") -> Image.Image:
    """Red on the left half, blue on the right."""
    picture = Image.new("RGB", size, (200, 30, 30))
    picture.paste((30, 30, 200), (size[0] // 2, 0, size[0], size[1]))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return saved(half(), "JPEG", exif=exif)


def located() -> bytes:
    """A JPEG that tells where it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010E] = "casa di Anna"
    return saved(half(), "JPEG", exif=exif)


def sixteen_bits() -> bytes:
    grey = Image.new("I;16", (120, 80), 0x8080)
    return saved(grey, "PNG")


def animated() -> bytes:
    frames = [Image.new("P", (60, 40), colour) for colour in (1, 2, 3)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80)


def of_a_telephone() -> bytes:
    """A JPEG with a second picture behind it, turned, with a place."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010E] = "casa di Anna"
    return saved(half(), "MPO", save_all=True, append_images=[half((60, 40))], exif=exif)


def long_animation() -> bytes:
    """200 frames of a megapixel in a small file."""
    frames = [Image.new("P", (1000, 1000), number % 256) for number in range(200)]
    return saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)


def bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A PNG of 900 million pixels in a kilobyte or so; its rows are never unpacked."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
