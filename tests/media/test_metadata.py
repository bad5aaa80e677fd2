"""Nothing that a file tells of its maker or its place is stored, and not a pixel changes."""

import contextlib
import io
import struct
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageSequence
from PIL.PngImagePlugin import PngInfo

from media import metadata
from media.uploads import BROKEN, tidy
from tests.media import pictures

SECRET = "casa di Anna"
XMP = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>{SECRET}</a></x:xmpmeta>'.encode()
ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(orientation: int = 1) -> Image.Exif:
    found = Image.Exif()
    found[0x010E] = SECRET
    found[pictures.ORIENTATION] = orientation
    found[0x8825] = {1: "N", 2: (46.0, 10.0, 12.0), 3: "E", 4: (9.0, 52.0, 3.0)}
    return found


def text() -> PngInfo:
    found = PngInfo()
    found.add_text("Author", SECRET)
    found.add_text("Raw profile type exif", SECRET, zip=True)
    found.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return found


def moving() -> dict[str, object]:
    colours = ((10, 120, 40), (200, 180, 20))
    frames = [Image.new("RGB", (120, 80), colour) for colour in colours]
    return {"save_all": True, "append_images": frames, "duration": 120, "loop": 0}


def one_file(kind: str, orientation: int = 1, **options: object) -> bytes:
    told: dict[str, object] = {"exif": exif(orientation), "icc_profile": ICC}
    if kind == "PNG":
        told["pnginfo"] = text()
    elif kind == "GIF":
        told = {"comment": SECRET.encode()}
    else:
        told["xmp"] = XMP
    if kind in ("WEBP", "AVIF"):
        told["quality"] = 95
    if kind == "JPEG":
        told |= {"comment": SECRET.encode(), "progressive": True}
    return pictures.saved(pictures.half(), kind, **told, **options)


def gif_with_xmp() -> bytes:
    """XMP in GIF is one piece with a tail that leads readers out of it (XMP part 3, 1.1.2)."""
    tail = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
    plain = one_file("GIF", **moving())
    return plain[:-1] + b"\x21\xff\x0bXMP DataXMP" + XMP + tail + b"\x3b"


def stored(content: bytes) -> bytes:
    return tidy(SimpleUploadedFile("a", content)).read()


def told(content: bytes) -> list[object]:
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        names = ("xmp", "comment", "photoshop", "Author", "Raw profile type exif")
        found = [picture.info.get(name) for name in names]
        found += [*picture.getexif().values(), *picture.getexif().get_ifd(0x8825).values()]
    return [one for one in found if one and (not isinstance(one, bytes) or one.strip())]


STILL = {kind: one_file(kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF")}
MOVING = {kind: one_file(kind, **moving()) for kind in ("PNG", "WEBP", "AVIF", "GIF")}
MOVING["GIF with XMP"] = gif_with_xmp()
IPTC = b"Photoshop 3.0\x008BIM\x04\x04" + SECRET.encode()
JPEG = STILL["JPEG"]
OTHERS = {
    "IPTC": JPEG[:2] + b"\xff\xed" + (len(IPTC) + 2).to_bytes(2) + IPTC + JPEG[2:],
    "a film behind the picture": JPEG + b"\x00\x00\x00\x18ftypmp42 " + SECRET.encode(),
    "grey": pictures.saved(pictures.half(mode="L"), "JPEG", exif=exif()),
}
ALL = [
    *((f"still {name}", one) for name, one in STILL.items()),
    *((f"moving {name}", one) for name, one in MOVING.items()),
    *OTHERS.items(),
]


@pytest.mark.parametrize("content", [one for _, one in ALL], ids=[name for name, _ in ALL])
def test_nothing_is_told_and_no_pixel_changes(content):
    assert SECRET.encode() in content or told(content), "the test's own file tells"
    clean = stored(content)
    assert SECRET.encode() not in clean
    assert b"xmpmeta" not in clean
    assert told(clean) == []
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(clean)) as after:
        assert after.format == before.format
        assert after.info.get("icc_profile") == before.info.get("icc_profile")
        assert after.info.get("loop") == before.info.get("loop")
        assert getattr(after, "n_frames", 1) == getattr(before, "n_frames", 1)
        pairs = zip(ImageSequence.Iterator(before), ImageSequence.Iterator(after), strict=True)
        for one, other in pairs:
            apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
            assert max(high for _low, high in apart.getextrema()) == 0
            assert one.info.get("duration") == other.info.get("duration")


@pytest.mark.parametrize(
    ("kind", "animated"),
    [(kind, False) for kind in STILL] + [("PNG", True), ("WEBP", True)],
)
def test_what_was_turned_stands_upright_and_keeps_its_colours(kind, animated):
    clean = stored(one_file(kind, orientation=6, **(moving() if animated else {})))
    assert told(clean) == [] and SECRET.encode() not in clean
    with Image.open(io.BytesIO(clean)) as picture:
        assert picture.size == (80, 120)
        assert picture.info.get("icc_profile") == ICC
        assert getattr(picture, "n_frames", 1) == (3 if animated else 1)
        red, _green, blue = picture.convert("RGB").getpixel((40, 10))
        assert red > 150 > blue, "the left side is the top now"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_tells_nothing_is_stored_as_it_came(kind):
    content = pictures.saved(pictures.half(), kind)
    assert stored(content) == content


def test_a_piece_that_claims_to_be_huge_takes_no_memory():
    """Seen: half a file whose table gave 16 gigabytes to its EXIF."""

    def box(name: bytes, held: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(held), name) + held

    kind = box(b"infe", bytes([2, 0, 0, 0]) + struct.pack(">HH4s", 1, 0, b"Exif") + b"\0")
    kinds = box(b"iinf", bytes(4) + struct.pack(">H", 1) + kind)
    place = struct.pack(">HHHHII", 1, 1, 0, 1, 0, 0xFFFFFFF0)
    places = box(b"iloc", bytes(4) + bytes([0x44, 0]) + place)
    content = box(b"meta", bytes(4) + kinds + places)
    tracemalloc.start()
    with pytest.raises(struct.error):
        metadata.without("AVIF", content)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@settings(deadline=None)
@given(st.sampled_from([one for _, one in ALL]), st.randoms(use_true_random=False))
def test_a_damaged_file_is_refused_or_stored_but_breaks_nothing(content, chance):
    damaged = bytearray(content[: chance.randint(20, len(content))])
    for _ in range(chance.randint(0, 4)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    for kind in ("JPEG", "PNG", "WEBP", "GIF", "AVIF"):
        with contextlib.suppress(*BROKEN):
            metadata.without(kind, bytes(damaged))
