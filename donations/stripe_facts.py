"""What we want to know of Stripe's objects, as plain data: the rest of giving sees nothing else.

Amounts in integer cents, times in UTC, ids as Stripe gives them ("" where there is none).
"""

from dataclasses import dataclass
from datetime import date, datetime

# the keys of our metadata at Stripe: our ids and codes, and nothing of the donor
ATTEMPT = "attempt"
SOURCE = "source"
REQUEST = "refund_request"
# docs.stripe.com/error-codes, docs.stripe.com/declines/codes
CONFIRM = {"invoice_payment_intent_requires_action", "authentication_required"}


class Unavailable(Exception):
    """Stripe could not be asked, or did not answer well: the same call may be made again.

    `stored`: the answer is kept at Stripe under the idempotency key, so that only a new attempt
    (another key) can have another one.
    """

    def __init__(self, message: str = "", *, stored: bool = False) -> None:
        super().__init__(message)
        self.stored = stored


class Busy(Unavailable):
    """Stripe is just answering the same call; asked again in a moment, it gives that answer."""


class Rejected(Exception):
    """Stripe will not do this; asking again changes nothing. `code` and `words` are Stripe's own:
    docs.stripe.com/error-codes."""

    def __init__(self, message: str = "", *, code: str = "", words: str = "") -> None:
        super().__init__(message)
        self.code, self.words = code, words


class BadKey(Rejected):
    """Stripe does not know the key, or not any more."""


class NotPermitted(Rejected):
    """The key is a restricted one, and lacks a permission."""

    def __init__(self, message: str = "", *, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission  # Stripe's name for it, "" where it tells none


class BadSignature(Exception):
    """Not signed by Stripe with our secret, or too long ago."""


class NotAnEvent(ValueError):
    """It has not the form of an event."""


@dataclass(frozen=True)
class Refund:
    id: str
    amount: int
    status: str  # pending, requires_action, succeeded, failed, canceled
    created: datetime
    transaction: str  # the balance transaction that took the money out
    request: str = ""  # the key of our row, when the treasury asked for it here

    @property
    def came_back(self) -> bool:
        return self.status in {"failed", "canceled"}


@dataclass(frozen=True)
class Movement:
    """Money that a dispute took from our balance (below zero) or put back, and what that cost."""

    id: str  # of the balance transaction
    amount: int
    fee: int  # below zero: given back
    created: datetime


@dataclass(frozen=True)
class Dispute:
    """The donor's bank wants the money back, or asks about it (`warning_…`: no money moves)."""

    id: str
    amount: int
    reason: str
    status: str  # needs_response, under_review, lost, won … (docs.stripe.com/api/disputes/object)
    created: datetime
    answer_by: datetime | None  # None: the bank takes no answer, as with a SEPA debit
    movements: tuple[Movement, ...] = ()

    @property
    def taken(self) -> int:
        """Cents that were taken from our balance, whether or not they came back."""
        return -sum(one.amount for one in self.movements if one.amount < 0)


@dataclass(frozen=True)
class Warned:
    """An early fraud warning: docs.stripe.com/api/radar/early_fraud_warnings/object."""

    id: str
    fraud_type: str
    actionable: bool  # not disputed, and not given back whole
    created: datetime


@dataclass(frozen=True)
class Charge:
    """A payment that went through. `transaction` may be empty for some seconds: fee unknown yet."""

    id: str
    amount: int
    currency: str
    settled: datetime  # when the money was there: not the day a debit was promised
    method: str  # card, sepa_debit, …
    reference: str  # last digits
    transaction: str
    fee: int
    refunds: tuple[Refund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(frozen=True)
class Invoice:
    """One charge of a subscription, before or after it is paid."""

    id: str
    subscription: str
    attempt: str  # our idempotency key, with which the subscription was asked for
    status: str  # draft, open, paid, uncollectible, void
    first: bool  # the one the Checkout session was paid with
    paid: int
    url: str  # where it can be paid, and the bank's confirmation given

    @property
    def is_open(self) -> bool:
        return self.status in {"open", "uncollectible"}


@dataclass(frozen=True)
class Subscription:
    """A promise as Stripe keeps it. `wanted`: the means of payment that the donor chose on Stripe's
    page since, when it is not yet the one that is charged."""

    id: str
    attempt: str
    status: str  # incomplete, active, past_due, unpaid, canceled …
    amount: int
    currency: str
    every: str  # month, quarter, year; "" for what we never ask for
    customer: str
    item: str
    product: str
    begun: datetime
    next_charge: datetime | None
    paused: bool = False
    paused_until: datetime | None = None
    ended: datetime | None = None
    end_reason: str = ""  # cancellation_requested, payment_failed, payment_disputed
    method: str = ""
    reference: str = ""
    card_expires: date | None = None  # its last day
    method_id: str = ""
    wanted: str = ""
    invoice: Invoice | None = None  # the newest


@dataclass(frozen=True)
class Session:
    """A Checkout session and, once it is paid, its charge. `promise`: as it was told with a later
    charge."""

    id: str
    url: str
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid
    intent_status: str  # of the payment intent: processing, requires_payment_method, …
    attempt: str  # our idempotency key
    payment_intent: str
    charge: Charge | None = None
    invoice: str = ""  # of the promise it begins or keeps
    subscription: str = ""
    promise: Subscription | None = None


@dataclass(frozen=True)
class Mandate:
    """The leave to debit an account: docs.stripe.com/api/mandates/object. `method`: Stripe's id of
    the account."""

    id: str
    method: str
    status: (
        str  # active, pending, inactive: it may not be used (any more), and no other charge works
    )


@dataclass(frozen=True)
class Order:
    """What a Checkout session is opened with."""

    key: str  # idempotency key; also the metadata that leads back to our row
    reference: str  # the donation's public id
    amount: int
    currency: str
    title: str
    email: str
    language: str
    success_url: str
    cancel_url: str
    source: str = ""  # the code of what led here: a post's delivery, a campaign
    every: str = ""  # of a promise: month, quarter, year


@dataclass(frozen=True)
class RefundOrder:
    """What a refund is asked with."""

    key: str  # idempotency key
    request: str  # the key of our row: metadata that leads back to it
    charge: str
    amount: int
    reason: str


@dataclass(frozen=True)
class Line:
    """One balance transaction of a payout. `kind`: as `PayoutLine.Kind` names them."""

    id: str
    kind: str
    type: str  # docs.stripe.com/reports/balance-transaction-types
    source: str  # the charge, refund, dispute or payout it comes from
    amount: int
    fee: int
    created: datetime
    description: str = ""


@dataclass(frozen=True)
class Payout:
    """`lines`: None while Stripe has not put them together, and for ever when the payout was asked
    for by hand. `returned`: when the bank sent it back."""

    id: str
    amount: int  # below zero: taken from the bank
    currency: str
    status: str  # pending, in_transit, paid, failed, canceled
    automatic: bool
    created: datetime
    arrives: date
    told: bool  # Stripe has put its lines together
    failure: str = ""
    returned: datetime | None = None
    lines: tuple[Line, ...] | None = None


@dataclass(frozen=True)
class Event:
    """`payload`: the event as JSON, as bytes."""

    id: str
    type: str
    object_id: str
    created: datetime
    payload: bytes


@dataclass(frozen=True)
class Portal:
    """Our configuration of the page on which a donor changes her card."""

    id: str
    enabled: frozenset[str]  # features that are on, by Stripe's names


@dataclass(frozen=True)
class Endpoint:
    """Where Stripe sends its events. `secret` is known only to who has just made it."""

    id: str
    url: str
    version: str  # of the API, for the events; "" = the account's own
    types: frozenset[str]
    enabled: bool
    created: datetime
    secret: str = ""
