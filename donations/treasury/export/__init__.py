"""The treasury's lists as spreadsheets, in files that no number of rows makes heavy."""

from donations.treasury.export.answer import FORMATS, spreadsheet
from donations.treasury.export.bank import bank_lines, payouts
from donations.treasury.export.cells import Totals, euros
from donations.treasury.export.packing import packing
from donations.treasury.export.papers import ZIP, papers
from donations.treasury.export.sheets import donations, donors, ledger, promises, receipts

__all__ = [
    "FORMATS",
    "ZIP",
    "Totals",
    "bank_lines",
    "donations",
    "donors",
    "euros",
    "ledger",
    "packing",
    "papers",
    "payouts",
    "promises",
    "receipts",
    "spreadsheet",
]
