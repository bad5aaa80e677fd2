"""A state is colour, shape and word (see the look of the staff's side)."""

from dataclasses import dataclass
from typing import Any

from donations.models import Dispute, Donation, Receipt, StripeEvent
from mail.models import Message


@dataclass(frozen=True)
class Look:
    """`tone`: ok, go, info, warn, bad, mute; `icon`: a name of register_icons."""

    tone: str
    icon: str
    label: str


Gift, Event, Mail = Donation.State, StripeEvent.State, Message.State
GIFTS = {
    Gift.STARTED: ("mute", "sp-draft"),
    Gift.CHECKOUT_OPEN: ("go", "sp-sending"),
    Gift.EXPIRED: ("mute", "sp-cancelled"),
    Gift.CANCELLED: ("mute", "sp-cancelled"),
    Gift.PROCESSING: ("info", "sp-approval"),
    Gift.FAILED: ("bad", "sp-rejected"),
    Gift.SETTLED: ("ok", "sp-published"),
    Gift.PARTLY_REFUNDED: ("mute", "sp-cancelled"),
    Gift.REFUNDED: ("mute", "sp-cancelled"),
    Gift.DISPUTED: ("bad", "sp-person"),
    Gift.LOST: ("mute", "sp-cancelled"),
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
RECEIPTS = {
    Receipt.State.ISSUED: ("ok", "sp-published"),
    Receipt.State.VOID: ("mute", "sp-cancelled"),
}


def look(row: Any) -> Look:
    """Of a donation, a Stripe event, a mail, a receipt, or a dispute that waits for an answer."""
    if isinstance(row, Dispute):
        return Look("bad", "sp-person", str(row.get_status_display()))
    tables: dict[Any, Any] = {
        Donation: GIFTS,
        StripeEvent: EVENTS,
        Message: MAILS,
        Receipt: RECEIPTS,
    }
    tone, icon = tables[type(row)][row.state]
    return Look(tone, icon, str(row.get_state_display()))
