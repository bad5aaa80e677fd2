"""The stored file of a receipt, and its reprint under a stamp: one way for donors and treasury."""

import hashlib

from donations.models import Receipt
from donations.receipts import ANNULLED, DUPLICATE, stamp_receipt, wording


def stored(*, receipt: Receipt) -> bytes | None:
    """The file's bytes; None when they are missing or not what was stored."""
    if not receipt.file:
        return None
    try:
        with receipt.file.open("rb") as handle:
            content = bytes(handle.read())
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == receipt.sha256 else None


def stamped(*, receipt: Receipt) -> tuple[str, bytes] | None:
    """The file's name and bytes: DUPLICATO, or ANNULLATA for one that is void. None as above."""
    content = stored(receipt=receipt)
    if content is None:
        return None
    void = receipt.state == Receipt.State.VOID
    stamp = ANNULLED if void else DUPLICATE
    body = stamp_receipt(content, receipt.data, stamp=stamp, note=_note(receipt) if void else "")
    return f"{name(receipt)}-{stamp.lower()}", body


def name(receipt: Receipt) -> str:
    return f"ricevuta-{receipt.label.replace('/', '-')}"


def _note(receipt: Receipt) -> str:
    """In Italian, as the paper is: why it is void, and the one that takes its place."""
    assert receipt.void_day  # a void receipt has its reason
    successor = Receipt.objects.filter(replaces=receipt).first()
    why = wording.void(receipt.void_reason, receipt.void_day)
    lines = [why, f"Sostituita dalla n. {successor.label}" if successor else ""]
    return "\n".join(filter(None, lines))
