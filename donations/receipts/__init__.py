"""Papers for donors: `render_receipt` draws a receipt, `stamp_receipt` stamps a stored one,
`render_statement` draws a year."""

from donations.receipts.render import ANNULLED, DUPLICATE, render_receipt, stamp_receipt
from donations.receipts.statement import render_statement

__all__ = ["ANNULLED", "DUPLICATE", "render_receipt", "render_statement", "stamp_receipt"]
