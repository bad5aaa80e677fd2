"""All that happened with one donor, latest first: gifts, receipts, mails, consents, disputes, notes."""

from typing import Any

from django.utils.translation import gettext as _

from brand.figures import euros
from donations.models import Consent, Dispute, Donor, Receipt
from donations.treasury.looks import Look, look
from donations.treasury.timeline import Step, mail_step, receipt_steps
from mail.models import Message


def story(donor: Donor, *, user: Any) -> list[Step]:
    """Only what `user` may see. As many queries for a hundred gifts as for one."""
    steps = [*_gifts(donor), *_consents(donor), *_disputes(donor), *_notes(donor)]
    if user.has_perm("donations.view_receipt"):
        for receipt in Receipt.objects.filter(donation__donor=donor):
            steps += receipt_steps(receipt)
    if user.has_perm("mail.view_message"):
        mails = Message.objects.filter(acknowledgement__donation__donor=donor)
        steps += [mail_step(message) for message in mails.prefetch_related("attachments")]
    return sorted(steps, key=lambda step: (step.at, step.rank), reverse=True)


def _gifts(donor: Donor) -> list[Step]:
    steps = []
    for gift in donor.donations.select_related("fund"):
        here = look(gift)
        title = _("%(amount)s for “%(fund)s”") % {
            "amount": euros(gift.amount, always_cents=True),
            "fund": gift.fund.name,
        }
        note = here.label
        if gift.refunded_amount:
            note += ", " + _("%(amount)s went back") % {
                "amount": euros(gift.refunded_amount, always_cents=True)
            }
        steps.append(
            Step(
                gift.settled_at or gift.created_at,
                _("Gift"),
                title,
                here.tone,
                here.icon,
                f"{gift.donor_name}: {note}",
                part="gift",
                row=gift,
                rank=1,
            )
        )
    return steps


def _consents(donor: Donor) -> list[Step]:
    found = Consent.objects.filter(donation__donor=donor)
    return [
        Step(one.granted_at, _("Consent"), str(one), "info", "check", f"«{one.words}»")
        for one in found
    ]


def _disputes(donor: Donor) -> list[Step]:
    steps = []
    for dispute in Dispute.objects.filter(donation__donor=donor).select_related("donation"):
        here = look(dispute) if dispute.is_open else Look("mute", "sp-cancelled", "")
        title = _("%(amount)s disputed") % {"amount": euros(dispute.amount, always_cents=True)}
        steps.append(
            Step(
                dispute.opened_at,
                _("Dispute"),
                title,
                here.tone,
                here.icon,
                str(dispute.get_status_display()),
                part="gift",
                row=dispute.donation,
                rank=2,
            )
        )
    return steps


def _notes(donor: Donor) -> list[Step]:
    gone = _("Somebody who is no longer here")
    return [
        Step(
            note.created_at,
            str(note.author.get_full_name() or note.author) if note.author else gone,
            _("Note"),
            "go",
            "edit",
            part="note",
            row=note,
            rank=9,
        )
        for note in donor.notes.select_related("author")
    ]
