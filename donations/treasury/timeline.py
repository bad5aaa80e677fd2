"""All that happened to one donation, latest first, in words a treasurer knows."""

from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attribution.models import ShortLink
from brand.figures import euros
from donations.models import (
    CheckoutAttempt,
    Donation,
    HandEntry,
    JournalEntry,
    PremiumClaim,
    Receipt,
    RefundRequest,
    StripeEvent,
    TransferPromise,
)
from donations.models.ledger import FROM_BANK
from donations.treasury import masks, premium_steps, troubles
from donations.treasury.looks import look
from donations.treasury.step import Step
from mail.models import Message
from people.models import User


def timeline(gift: Donation, *, user: Any) -> list[Step]:
    """Only what `user` may see: mails need mail.view_message, and so on."""
    entered = HandEntry.objects.filter(donation=gift).select_related("entered_by", "reversed_by")
    hand = entered.first()
    begun = _by_hand(gift, hand) if hand else [_started(gift)]
    steps = [*begun, *_promised(gift), *_opened(gift), *_told(gift), *_asked_back(gift)]
    steps += _thanked(gift)
    if user.has_perm("donations.view_journalentry"):
        steps += _booked(gift)
    if user.has_perm("donations.view_receipt"):
        for receipt in gift.receipts.all():
            steps += receipt_steps(receipt)
    if user.has_perm("mail.view_message"):
        steps += _mailed(gift)
    return sorted(steps, key=lambda step: (step.at, step.rank), reverse=True)


def _started(gift: Donation) -> Step:
    if gift.attempts.filter(session_id=None, invoice_id__isnull=False).exists():
        title = _("The next charge of a recurring gift")
        return Step(gift.created_at, "Stripe", title, "go", "sp-sending")
    paged = gift.attempts.exists() or not TransferPromise.objects.filter(donation=gift).exists()
    chose = _("Chose %(amount)s and went to the payment") if paged else _("Chose %(amount)s")
    title = chose % {"amount": euros(gift.amount)}
    if gift.source is None:
        return Step(gift.created_at, _("Site"), title, "go", "sp-sending")
    by_link = ShortLink.objects.filter(source=gift.source).exists()
    note = _("Came from “%(source)s”") if by_link else _("Came from the page of “%(source)s”")
    note %= {"source": gift.source.full_name}
    return Step(gift.created_at, _("Site"), title, "go", "sp-sending", note)


def _promised(gift: Donation) -> list[Step]:
    title = _("Promised a bank transfer")
    return [
        Step(
            promise.promised_at,
            gift.donor_name,
            title,
            "info",
            "sp-approval",
            _("reference %(number)s") % {"number": promise.readable},
        )
        for promise in TransferPromise.objects.filter(donation=gift)
    ]


def _by_hand(gift: Donation, hand: HandEntry) -> list[Step]:
    title = _("Gave %(amount)s: %(how)s") % {
        "amount": euros(gift.amount, always_cents=True),
        "how": gift.way.lower(),
    }
    notes = []
    if gift.method_reference:
        notes.append(_("reference %(number)s") % {"number": gift.method_reference})
    if gift.source:
        notes.append(_("for “%(source)s”") % {"source": gift.source.full_name})
    assert gift.settled_at
    note = ", ".join(filter(None, notes))
    who, step = _name(hand.entered_by), "sp-published"
    came = gift.entries.filter(origin__endswith=":gift")
    from_bank = came.filter(origin__startswith=FROM_BANK).exists()
    entered = _("Recognised on the bank’s statement") if from_bank else _("Entered by hand")
    steps = [
        Step(gift.settled_at, gift.donor_name, title, "ok", "sp-plus", note),
        Step(hand.entered_at, who, entered, "ok", step, rank=1),
    ]
    if hand.reversed_at:
        who, title = _name(hand.reversed_by), _("Reversed")
        steps.append(
            Step(hand.reversed_at, who, title, "mute", "sp-cancelled", hand.reversal_reason, rank=1)
        )
    return steps


def _name(user: User | None) -> str:
    return (user.get_full_name() or user.get_username()) if user else _("Treasury")


def _thanked(gift: Donation) -> list[Step]:
    """On its own page: it needs no way there."""
    told = premium_steps.steps(PremiumClaim.objects.filter(donation=gift))
    for step in told:
        step.part = ""
    return told


OPENED = {
    CheckoutAttempt.State.OPENING: ("go", "sp-sending"),
    CheckoutAttempt.State.OPEN: ("go", "sp-sending"),
    CheckoutAttempt.State.COMPLETE: ("ok", "sp-published"),
    CheckoutAttempt.State.EXPIRED: ("mute", "sp-cancelled"),
    CheckoutAttempt.State.FAILED: ("bad", "sp-rejected"),
}


def _opened(gift: Donation) -> list[Step]:
    steps = []
    for attempt in gift.attempts.exclude(session_id=None, invoice_id__isnull=False):
        tone, icon = OPENED[CheckoutAttempt.State(attempt.state)]
        title = _("Payment page %(number)s: %(state)s") % {
            "number": attempt.number,
            "state": str(attempt.get_state_display()).lower(),
        }
        steps.append(
            Step(attempt.created_at, "Stripe", title, tone, icon, part="attempt", row=attempt)
        )
    return steps


def _told(gift: Donation) -> list[Step]:
    disputes = {one.dispute_id: str(one.get_status_display()) for one in gift.disputes.all()}
    return [
        Step(
            event.happened_at,
            "Stripe",
            event_title(event),
            look(event).tone,
            look(event).icon,
            disputes.get(event.object_id, "") if event.type == "charge.dispute.closed" else "",
            trouble=troubles.event(event.last_error),
            part="event",
            row=event,
            rank=1,
        )
        for event in gift.stripe_events.all()
    ]


def _asked_back(gift: Donation) -> list[Step]:
    steps = []
    for row in gift.refund_requests.select_related("asked_by", "reversed_by"):
        if row.by_hand:
            steps += _given_back(row)
            continue
        who = row.asked_by.get_full_name() or row.asked_by.get_username() if row.asked_by else "–"
        shown = look(row)
        title = _("Asked to give %(amount)s back: %(state)s") % {
            "amount": euros(row.amount),
            "state": shown.label.lower(),
        }
        why = [str(row.get_reason_display()), row.note]
        if row.state == RefundRequest.State.REFUSED:
            why.append(troubles.refusal(row.refusal_code, row.refusal))
        note = " · ".join(filter(None, why))
        steps.append(
            Step(row.asked_at, who, title, shown.tone, shown.icon, note, part="refund", row=row)
        )
    return steps


def _given_back(row: RefundRequest) -> list[Step]:
    """What was given back by hand, and that it never went."""
    assert row.given_on
    said = {
        "amount": euros(row.amount, always_cents=True),
        "day": row.given_on.strftime("%d/%m/%Y"),
        "how": str(row.get_way_display()).lower(),
    }
    title = _("%(amount)s went back on %(day)s, %(how)s") % said
    note = " · ".join(filter(None, [str(row.get_reason_display()), row.note]))
    steps = [Step(row.asked_at, _name(row.asked_by), title, "mute", "sp-retry", note)]
    if row.reversed_at:
        title = _("Taken back: the %(amount)s never went") % said
        who, why = _name(row.reversed_by), row.reversal_reason
        steps.append(Step(row.reversed_at, who, title, "mute", "sp-cancelled", why, rank=1))
    return steps


def event_title(event: StripeEvent) -> str:
    """An event's type in words; Stripe's own name when we have none."""
    titles = {
        "checkout.session.completed": _("The payment page was completed"),
        "checkout.session.async_payment_succeeded": _("The bank has paid"),
        "checkout.session.async_payment_failed": _("The bank said no"),
        "checkout.session.expired": _("The payment page has closed"),
        "charge.updated": _("The fee is known"),
        "charge.refunded": _("Stripe gave money back"),
        "refund.created": _("A refund has begun"),
        "refund.updated": _("The refund went on"),
        "refund.failed": _("The refund did not succeed"),
        "radar.early_fraud_warning.created": _("A bank believes it to be a fraud"),
        "radar.early_fraud_warning.updated": _("The suspicion of a fraud went on"),
        "charge.dispute.created": _("The donor’s bank disputes the payment"),
        "charge.dispute.updated": _("The dispute went on"),
        "charge.dispute.funds_withdrawn": _("The bank has taken the money"),
        "charge.dispute.funds_reinstated": _("The bank has given the money back"),
        "charge.dispute.closed": _("The dispute is closed"),
        "invoice.paid": _("The charge of a recurring gift went through"),
        "invoice.payment_failed": _("The charge of a recurring gift did not go through"),
        "invoice.payment_action_required": _("The bank asks the donor for a confirmation"),
        "customer.subscription.updated": _("The recurring gift went on"),
        "customer.subscription.deleted": _("The recurring gift has ended"),
        "customer.updated": _("The donor chose another card or account"),
    }
    return titles.get(event.type, event.type)


def _booked(gift: Donation) -> list[Step]:
    rows = JournalEntry.objects.of(gift).select_related("debit", "credit", "donation")
    steps = []
    for at, group in groupby(rows, key=lambda row: row.written_at.replace(microsecond=0)):
        entries = list(group)
        title = ngettext("%(number)s row", "%(number)s rows", len(entries)) % {
            "number": len(entries)
        }
        steps.append(
            Step(at, _("Ledger"), title, "ok", "sp-euro", part="ledger", row=entries, rank=2)
        )
    return steps


def receipt_steps(receipt: Receipt) -> list[Step]:
    title = _("Receipt %(number)s issued") % {"number": receipt.label}
    steps = [Step(receipt.issued_at, _("Receipt"), title, part="receipt", row=receipt, rank=4)]
    if receipt.state == Receipt.State.VOID and receipt.voided_at:
        title = _("Receipt %(number)s voided") % {"number": receipt.label}
        note = receipt.void_words
        steps.append(
            Step(receipt.voided_at, _("Receipt"), title, "mute", "sp-cancelled", note, rank=3)
        )
    return steps


def _mailed(gift: Donation) -> list[Step]:
    about = Q(acknowledgement__donation=gift) | Q(sent_again__acknowledgement__donation=gift)
    found = Message.objects.filter(about).select_related("sent_again")
    found = found.prefetch_related("attachments")
    return [mail_step(message) for message in found]


def _emptied(message: Message) -> Step:
    """Address and words are gone, by its term or with the donor."""
    left = message.state == Message.State.SENT
    title = _("A mail was sent") if left else _("A mail did not leave, or nobody knows")
    at = message.sent_at or message.created_at
    return Step(at, _("Mail"), title, "mute", "mail", _("Its words are gone."), rank=5)


def mail_step(message: Message) -> Step:
    if not message.to:
        return _emptied(message)
    to = {"subject": message.subject, "to": masks.mail(message.to)}
    titles = {
        Message.State.SENT: _("“%(subject)s” sent to %(to)s"),
        Message.State.UNKNOWN: _("Nobody knows whether “%(subject)s” left for %(to)s"),
        Message.State.FAILED: _("“%(subject)s” was refused for %(to)s"),
    }
    waiting = _("“%(subject)s” is on its way to %(to)s")
    title = titles.get(Message.State(message.state), waiting) % to
    return Step(
        message.sent_at or message.created_at,
        _("Mail"),
        title,
        look(message).tone,
        "mail" if message.state == Message.State.SENT else look(message).icon,
        _("Once only.") if message.state == Message.State.SENT else "",
        part="mail",
        row=message,
        rank=5,
    )
