"""The receipt on paper: `render_receipt` draws it, `stamp_receipt` stamps a stored one."""

from donations.receipts.render import ANNULLED, DUPLICATE, render_receipt, stamp_receipt

__all__ = ["ANNULLED", "DUPLICATE", "render_receipt", "stamp_receipt"]
