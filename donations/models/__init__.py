"""What giving keeps, one story a file."""

from donations.models.agenzia import CodeRequest
from donations.models.alerts import FraudWarning
from donations.models.area import (
    ConsentChange,
    DonorDetails,
    DonorSession,
    EntryLink,
    EntryRequest,
    ErasureRequest,
)
from donations.models.by_hand import HandEntry
from donations.models.closing import ClosedMonth
from donations.models.disputes import Dispute
from donations.models.donors import DonorMerge, DonorNote, DonorTag, GiftWord
from donations.models.erasures import CustomerRemoval, Erasure
from donations.models.giving import (
    CheckoutAttempt,
    Consent,
    Donation,
    Donor,
    Fund,
    SuggestedAmount,
)
from donations.models.guard import ClosedDoor, GiftTry, OpenEvening
from donations.models.imports import GiftImport, ImportedDonor
from donations.models.inbox import StripeEvent, SweepMark
from donations.models.ledger import Account, JournalEntry
from donations.models.letters import MailText
from donations.models.papers import (
    Acknowledgement,
    Receipt,
    ReceiptCounter,
    ReceiptLine,
    ReceiptRun,
)
from donations.models.payouts import Correction, Explanation, Payout, PayoutLine
from donations.models.premiums import PickUpPlace, Premium, PremiumClaim
from donations.models.promises import Interval, Mandate, PromiseChange, RecurringDonation
from donations.models.refunds import RefundRequest
from donations.models.settings import GivingSettings
from donations.models.statements import BankAccount, BankLine, BankStatement
from donations.models.thanks import SentAgain, ThanksInPerson
from donations.models.transfers import TransferPromise
from donations.models.tributes import Tribute
from donations.models.wall import DonorWallEntry
from donations.models.yearly_statements import Statement, StatementRun

__all__ = [
    "Account",
    "Acknowledgement",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "CheckoutAttempt",
    "ClosedDoor",
    "ClosedMonth",
    "CodeRequest",
    "Consent",
    "ConsentChange",
    "Correction",
    "CustomerRemoval",
    "Dispute",
    "Donation",
    "Donor",
    "DonorDetails",
    "DonorMerge",
    "DonorNote",
    "DonorSession",
    "DonorTag",
    "DonorWallEntry",
    "EntryLink",
    "EntryRequest",
    "Erasure",
    "ErasureRequest",
    "Explanation",
    "FraudWarning",
    "Fund",
    "GiftImport",
    "GiftTry",
    "GiftWord",
    "GivingSettings",
    "HandEntry",
    "ImportedDonor",
    "Interval",
    "JournalEntry",
    "MailText",
    "Mandate",
    "OpenEvening",
    "Payout",
    "PayoutLine",
    "PickUpPlace",
    "Premium",
    "PremiumClaim",
    "PromiseChange",
    "Receipt",
    "ReceiptCounter",
    "ReceiptLine",
    "ReceiptRun",
    "RecurringDonation",
    "RefundRequest",
    "SentAgain",
    "Statement",
    "StatementRun",
    "StripeEvent",
    "SuggestedAmount",
    "SweepMark",
    "ThanksInPerson",
    "TransferPromise",
    "Tribute",
]
