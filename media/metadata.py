"""What a file tells besides its picture (where it was taken, by whom, with what), taken out of it.

Not a pixel changes. Each format keeps by name only what decides how the picture looks: size,
colours, transparency, the frames of an animation.
"""

import re
import struct
from collections.abc import Callable, Iterator

# JFIF, the colour profile and Adobe's colour transform; EXIF, XMP, IPTC and comments are others
_JPEG_APPS = {0xE0: b"JFIF", 0xE2: b"ICC_PROFILE", 0xEE: b"Adobe"}
_JPEG_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# https://www.w3.org/TR/png-3/#4Concepts.FormatTypes, without text, eXIf and tIME
_PNG = (
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL"
    b" fcTL fdAT"
).split()
_WEBP_TELLS = {b"EXIF": 0x08, b"XMP ": 0x04}  # with their flags in VP8X
_GIF_LOOKS = (b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012")


def without(kind: str | None, content: bytes) -> bytes:
    """`content`, a sound file of Pillow's format `kind`, without what it tells.

    As it is for formats not known here. Raises struct.error or IndexError when it ends too early.
    """
    clean = _CLEANERS.get(kind or "")
    return clean(content) if clean else content


def _jpeg(content: bytes) -> bytes:
    """Segments by ITU-T T.81, annex B: a marker, then a length that counts itself. What lies
    behind the end of the picture (a telephone's short film, say) is left out too.
    """
    kept, at = [content[:2]], 2
    while (marker := content[at + 1]) != 0xD9:
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if marker == 0xDA:
            found = _JPEG_SCAN_END.search(content, end)
            end = found.start() if found else len(content)
        extra = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not extra or content.startswith(_JPEG_APPS.get(marker, b"?"), at + 4):
            kept.append(content[at:end])
        at = end
        if at >= len(content):
            break
    return b"".join([*kept, b"\xff\xd9"])


def _png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while at < len(content) and kept[-1][4:8] != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        if name in _PNG:
            kept.append(content[at : at + 12 + length])
        at += 12 + length
    return b"".join(kept)


def _webp(content: bytes) -> bytes:
    """https://developers.google.com/speed/webp/docs/riff_container"""
    chunks, off = [], 0
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    at = 12
    while at + 8 <= min(end, len(content)):
        name, length = struct.unpack_from("<4sI", content, at)
        following = at + 8 + length + length % 2
        if name in _WEBP_TELLS:
            off |= _WEBP_TELLS[name]
        elif name[:3] == b"VP8" or name in (b"ICCP", b"ANIM", b"ANMF", b"ALPH"):
            chunks.append(content[at:following])
        at = following
    if chunks[0][:4] == b"VP8X":
        chunks[0] = chunks[0][:8] + bytes([chunks[0][8] & ~off]) + chunks[0][9:]
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _gif(content: bytes) -> bytes:
    """https://www.w3.org/Graphics/GIF/spec-gif89a.txt"""
    at = 13 + _colours(content[10])
    kept = [content[:at]]
    while content[at] != 0x3B:
        start = at
        if content[at] == 0x21:
            label, at = content[at + 1], at + 2
            told = label in (0xFE, 0x01) or (
                label == 0xFF and content[at + 1 : at + 12] not in _GIF_LOOKS
            )
        else:
            told, at = False, at + 10 + _colours(content[at + 9]) + 1
        at = _after_blocks(content, at)
        if not told:
            kept.append(content[start:at])
    return b"".join([*kept, b"\x3b"])


def _colours(flags: int) -> int:
    return 3 * 2 ** (1 + (flags & 7)) if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    """Behind blocks of data, each led by its length; the last one is empty."""
    while length := content[at]:
        at += 1 + length
    return at + 1


def _avif(content: bytes) -> bytes:
    """Boxes by ISO/IEC 14496-12, items by its 8.11. They know each other by their places in the
    file, so what is told is written over: EXIF with an empty one, XMP with spaces. Pillow could
    write a still picture anew, not an animation (its encoder was seen to crash).
    """
    clean, left = bytearray(content), len(content)
    for at, end in _item_tables(content, 0, len(content)):
        boxes = {name: (start, stop) for name, start, stop in _boxes(content, at + 4, end)}
        if b"iinf" not in boxes or b"iloc" not in boxes:
            continue
        kinds = _items_that_tell(content, *boxes[b"iinf"])
        data = boxes.get(b"idat", (0, 0))[0]
        for item, start, length in _places(content, boxes[b"iloc"][0], data):
            if item in kinds:
                left -= length  # pieces share no byte
                if left < 0 or start + length > len(content):
                    raise struct.error("a piece that cannot be in this file")
                empty = (
                    _EMPTY_EXIF if kinds[item] == b"Exif" and length >= len(_EMPTY_EXIF) else b""
                )
                filling = b" " if kinds[item] == b"mime" else b"\0"
                clean[start : start + length] = empty.ljust(length, filling)
    return bytes(clean)


_EMPTY_EXIF = bytes(4) + b"MM\0*" + bytes([0, 0, 0, 8, 0, 0, 0, 0, 0, 0])


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of what each box holds."""
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", content, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", content, start)
            start += 8
        stop = at + size if size else end
        if not start <= stop <= end:
            raise struct.error("truncated box")
        yield name, start, stop
        at = stop


def _item_tables(content: bytes, at: int, end: int) -> Iterator[tuple[int, int]]:
    """Every `meta`: the file's own, and those of an animation's tracks."""
    for name, start, stop in _boxes(content, at, end):
        if name == b"meta":
            yield start, stop
        elif name in (b"moov", b"trak"):
            yield from _item_tables(content, start, stop)


def _items_that_tell(content: bytes, at: int, end: int) -> dict[int, bytes]:
    found = {}
    for _name, start, _stop in _boxes(content, at + (8 if content[at] else 6), end):
        wide = 4 if content[start] > 2 else 2  # bytes of an item's number, by the box's version
        number = int.from_bytes(content[start + 4 : start + 4 + wide])
        kind = content[start + 6 + wide : start + 10 + wide]
        if kind in (b"Exif", b"mime"):
            found[number] = kind
    return found


def _places(content: bytes, at: int, data: int) -> Iterator[tuple[int, int, int]]:
    """Item, start and length of its pieces; `data` is where the table's own data box starts."""
    version = content[at]
    offset, length = divmod(content[at + 4], 16)  # how many bytes each takes
    base, index = divmod(content[at + 5], 16)
    at += 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > len(content):
            raise struct.error("truncated box")
        return int.from_bytes(content[at - size : at])

    for _item in range(number(4 if version == 2 else 2)):
        item = number(4 if version == 2 else 2)
        inside = version > 0 and number(2) & 15 == 1
        number(2)
        first = number(base) + (data if inside else 0)
        pieces = number(2)
        if pieces > 1 and not offset + length:  # takes no room, so it could go on for ever
            raise struct.error("pieces without a place")
        for _piece in range(pieces):
            number(index if version > 0 else 0)
            start = first + number(offset)
            yield item, start, number(length)


_CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "GIF": _gif,
    "AVIF": _avif,
}
