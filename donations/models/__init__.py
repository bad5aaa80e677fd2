"""What giving keeps, one story a file."""

from donations.models.alerts import FraudWarning
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
from donations.models.refunds import RefundRequest

__all__ = [
    "Account",
    "Acknowledgement",
    "CheckoutAttempt",
    "Consent",
    "Dispute",
    "Donation",
    "Donor",
    "FraudWarning",
    "Fund",
    "JournalEntry",
    "Receipt",
    "ReceiptCounter",
    "RefundRequest",
    "StripeEvent",
    "SuggestedAmount",
    "SweepMark",
]
