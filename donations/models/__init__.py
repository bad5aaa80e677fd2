"""What giving keeps, one story a file."""

from donations.models.disputes import Dispute
from donations.models.giving import (
    CheckoutAttempt,
    Consent,
    Donation,
    Donor,
    Fund,
    SuggestedAmount,
)
from donations.models.inbox import StripeEvent, SweepMark
from donations.models.ledger import Account, JournalEntry
from donations.models.papers import Acknowledgement, Receipt, ReceiptCounter

__all__ = [
    "Account",
    "Acknowledgement",
    "CheckoutAttempt",
    "Consent",
    "Dispute",
    "Donation",
    "Donor",
    "Fund",
    "JournalEntry",
    "Receipt",
    "ReceiptCounter",
    "StripeEvent",
    "SuggestedAmount",
    "SweepMark",
]
