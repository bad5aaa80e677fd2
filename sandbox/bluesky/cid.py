"""Content identifiers as a real server gives them: the same content, the same name.

https://atproto.com/specs/data-model#link-and-cid-formats (CIDv1, SHA-256; "raw" for blobs,
DAG-CBOR for records, keys sorted by length, then by bytes).
"""

import base64
import hashlib
import struct
from typing import Any

RAW, DAG_CBOR = 0x55, 0x71


def of_blob(content: bytes) -> str:
    return _cid(RAW, content)


def of_record(record: Any) -> str:
    return _cid(DAG_CBOR, encode(record))


def _cid(codec: int, content: bytes) -> str:
    digest = bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(content).digest()
    return "b" + base64.b32encode(digest).decode().lower().rstrip("=")


def encode(value: Any) -> bytes:
    """DAG-CBOR of a JSON value; ``{"$link": cid}`` is a link. TypeError for anything else."""
    if isinstance(value, bool) or value is None:
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict) and value.keys() == {"$link"}:
        return _link(value["$link"])
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return _head(5, len(keys)) + b"".join(encode(key) + encode(value[key]) for key in keys)
    raise TypeError(type(value).__name__)


def _link(cid: str) -> bytes:
    letters = cid[1:].upper()
    content = b"\0" + base64.b32decode(letters + "=" * (-len(letters) % 8))
    return b"\xd8\x2a" + _head(2, len(content)) + content


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for extra, (form, most) in enumerate((("B", 8), ("H", 16), ("I", 32), ("Q", 64))):
        if number < 1 << most:
            return bytes([major << 5 | 24 + extra]) + struct.pack(f">{form}", number)
    raise TypeError("number too large")
