"""Where the mail with the thanks is, for the page of a gift."""

from dataclasses import dataclass
from datetime import datetime

from donations.models import Acknowledgement, Donation
from mail.models import Message

ON_ITS_WAY = (Message.State.QUEUED, Message.State.SENDING, Message.State.RETRY_WAIT)


@dataclass(frozen=True)
class Posted:
    """`sent_at`: None while it is on its way; `paper`: it brings the receipt."""

    paper: bool
    sent_at: datetime | None = None


def thanks_of(gift: Donation) -> Posted | None:
    """None where nothing can be said for sure: it was refused, or never written."""
    duties = Acknowledgement.objects.filter(donation=gift, kind="thank_you")
    duty = duties.select_related("mail").first()
    if duty is None or duty.state == Acknowledgement.State.SKIPPED:
        return None
    paper = duty.receipt_id is not None
    if duty.mail is None or duty.mail.state in ON_ITS_WAY:
        return Posted(paper)
    return Posted(paper, duty.mail.sent_at) if duty.mail.sent_at else None
