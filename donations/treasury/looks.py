"""A state is colour, shape and word (see the look of the staff's side)."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from brand.figures import euros
from donations.models import (
    BankLine,
    Dispute,
    Donation,
    FraudWarning,
    GiftTry,
    Payout,
    PremiumClaim,
    Receipt,
    RecurringDonation,
    RefundRequest,
    StatementRun,
    StripeEvent,
)
from mail.models import Message


@dataclass(frozen=True)
class Look:
    """`tone`: ok, go, info, warn, bad, mute; `icon`: a name of register_icons."""

    tone: str
    icon: str
    label: str


Gift, Event, Mail = Donation.State, StripeEvent.State, Message.State
Back, Promise = RefundRequest.State, RecurringDonation.State
GIFTS = {
    Gift.STARTED: ("mute", "sp-draft"),
    Gift.CHECKOUT_OPEN: ("go", "sp-sending"),
    Gift.AWAITING: ("mute", "sp-draft"),
    Gift.EXPIRED: ("mute", "sp-cancelled"),
    Gift.CANCELLED: ("mute", "sp-cancelled"),
    Gift.PROCESSING: ("info", "sp-approval"),
    Gift.FAILED: ("bad", "sp-rejected"),
    Gift.SETTLED: ("ok", "sp-published"),
    Gift.PARTLY_REFUNDED: ("mute", "sp-cancelled"),
    Gift.REFUNDED: ("mute", "sp-cancelled"),
    Gift.DISPUTED: ("bad", "sp-person"),
    Gift.LOST: ("mute", "sp-cancelled"),
    Gift.REVERSED: ("mute", "sp-cancelled"),
}
PROMISES = {
    Promise.STARTED: ("go", "sp-sending"),
    Promise.ACTIVE: ("ok", "sp-published"),
    Promise.PAUSED: ("info", "sp-planned"),
    Promise.FAILING: ("bad", "sp-rejected"),
    Promise.ENDED: ("mute", "sp-cancelled"),
}
EVENTS = {
    Event.RECEIVED: ("go", "sp-sending"),
    Event.PROCESSED: ("ok", "sp-published"),
    Event.PARKED: ("warn", "sp-retry"),
    Event.IGNORED: ("mute", "sp-draft"),
    Event.FAILED: ("bad", "sp-person"),
}
MAILS = {
    Mail.QUEUED: ("go", "sp-planned"),
    Mail.SENDING: ("go", "sp-sending"),
    Mail.SENT: ("ok", "sp-published"),
    Mail.RETRY_WAIT: ("warn", "sp-retry"),
    Mail.UNKNOWN: ("bad", "sp-person"),
    Mail.FAILED: ("bad", "sp-rejected"),
}
REFUNDS = {
    Back.ASKED: ("warn", "sp-retry"),
    Back.REFUSED: ("bad", "sp-rejected"),
    Back.ACCEPTED: ("go", "sp-sending"),
    Back.PENDING: ("info", "sp-approval"),
    Back.DONE: ("ok", "sp-published"),
    Back.RETURNED: ("bad", "sp-person"),
    Back.REVERSED: ("mute", "sp-cancelled"),
}
Run = StatementRun.State
STATEMENTS = {
    Run.GATHERING: ("go", "sp-sending"),
    Run.DRAWING: ("go", "sp-sending"),
    Run.DIFFERS: ("bad", "sp-rejected"),
    Run.READY: ("bad", "sp-person"),
    Run.SENDING: ("go", "sp-sending"),
    Run.SENT: ("ok", "sp-published"),
    Run.GIVEN_UP: ("mute", "sp-cancelled"),
}
LINES = {
    BankLine.State.OPEN: ("warn", "sp-person"),
    BankLine.State.GIFT: ("ok", "sp-published"),
    BankLine.State.KNOWN: ("ok", "sp-published"),
    BankLine.State.PAYOUT: ("ok", "sp-published"),
    BankLine.State.CASH: ("ok", "sp-published"),
    BankLine.State.BACK: ("ok", "sp-published"),
    BankLine.State.ASIDE: ("mute", "sp-cancelled"),
}
TRIES = {
    GiftTry.State.PASSED: ("ok", "sp-published"),
    GiftTry.State.SLOWED: ("warn", "sp-retry"),
    GiftTry.State.QUARANTINED: ("bad", "sp-person"),
    GiftTry.State.REFUSED: ("mute", "sp-cancelled"),
    GiftTry.State.RELEASED: ("ok", "sp-published"),
}
RECEIPTS = {
    Receipt.State.ISSUED: ("ok", "sp-published"),
    Receipt.State.VOID: ("mute", "sp-cancelled"),
}


PAYOUTS = {
    Payout.Status.PENDING: ("mute", "sp-planned"),
    Payout.Status.IN_TRANSIT: ("go", "sp-sending"),
    Payout.Status.PAID: ("ok", "sp-published"),
    Payout.Status.FAILED: ("bad", "sp-rejected"),
    Payout.Status.CANCELED: ("mute", "sp-cancelled"),
}


CLAIMS = {
    PremiumClaim.State.RESERVED: ("mute", "sp-draft"),
    PremiumClaim.State.CONFIRMED: ("go", "sp-planned"),
    PremiumClaim.State.PACKED: ("info", "sp-approval"),
    PremiumClaim.State.DELIVERED: ("ok", "sp-published"),
    PremiumClaim.State.RELEASED: ("mute", "sp-cancelled"),
}


def reconciled(row: Payout) -> Look:
    """Whether a payout is explained to the cent."""
    if row.difference is None and not row.automatic:
        return Look("mute", "sp-draft", gettext("Asked for by hand: Stripe tells no lines"))
    if row.difference is None:
        return Look("info", "sp-approval", gettext("Stripe has not told its lines yet"))
    if row.difference == 0:
        return Look("ok", "sp-published", gettext("It adds up"))
    amount = euros(row.difference, always_cents=True)
    return Look("bad", "sp-rejected", gettext("Unexplained: %(amount)s") % {"amount": amount})


def look(row: Any) -> Look:
    """Of a donation, a recurring gift, a Stripe event, a mail, a receipt, a refund that was asked for,
    a payout, a line of the bank's statement, an attempt at the form, a thank-you gift, or a
    dispute or a warning that waits for an answer."""
    if isinstance(row, Dispute):
        return Look("bad", "sp-person", str(row.get_status_display()))
    if isinstance(row, FraudWarning):
        return Look("bad", "sp-person", gettext("Fraud suspected"))
    if isinstance(row, RecurringDonation) and row.mandate_is_over:
        return Look("bad", "sp-person", gettext("Debit not authorised any more"))
    if isinstance(row, Payout):
        return Look(*PAYOUTS[Payout.Status(row.status)], str(row.get_status_display()))
    if isinstance(row, StatementRun) and row.state == Run.SENT:
        left = row.statements.filter(mail__isnull=False).exclude(mail__state=Mail.SENT)
        if left.exists():
            return Look("warn", "sp-retry", gettext("All written, not all sent"))
    tables: dict[Any, Any] = {
        Donation: GIFTS,
        RecurringDonation: PROMISES,
        StripeEvent: EVENTS,
        Message: MAILS,
        Receipt: RECEIPTS,
        RefundRequest: REFUNDS,
        StatementRun: STATEMENTS,
        BankLine: LINES,
        GiftTry: TRIES,
        PremiumClaim: CLAIMS,
    }
    tone, icon = tables[type(row)][row.state]
    return Look(tone, icon, str(row.get_state_display()))
