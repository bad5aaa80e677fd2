"""All that happened with one donor, latest first: gifts, promises, receipts, mails, consents,
disputes, notes."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from brand.figures import euros
from donations.models import (
    Consent,
    ConsentChange,
    Dispute,
    Donation,
    Donor,
    DonorNote,
    ErasureRequest,
    ImportedDonor,
    PremiumClaim,
    PromiseChange,
    Receipt,
    RecurringDonation,
    Statement,
)
from donations.treasury import premium_steps
from donations.treasury.looks import Look, look
from donations.treasury.step import Step
from donations.treasury.timeline import mail_step, receipt_steps
from mail.models import Message


def story(donors: list[Donor], *, user: Any) -> list[Step]:
    """Of a person's addresses. Only what `user` may see; as many queries for a hundred gifts as for
    one."""
    steps = [*_gifts(donors), *_consents(donors), *_disputes(donors), *_notes(donors)]
    steps += [*_statements(donors), *_imported(donors)]
    steps += premium_steps.steps(PremiumClaim.objects.filter(donation__donor__in=donors))
    if user.has_perm("donations.view_recurringdonation"):
        steps += _promises(donors)
    if user.has_perm("donations.view_receipt"):
        for receipt in Receipt.objects.filter(donation__donor__in=donors):
            steps += receipt_steps(receipt)
    if user.has_perm("mail.view_message"):
        mails = _mails(donors, user).select_related("sent_again").prefetch_related("attachments")
        steps += [mail_step(message) for message in mails]
    return sorted(steps, key=lambda step: (step.at, step.rank), reverse=True)


def _mails(donors: list[Donor], user: Any) -> QuerySet[Message]:
    """About gifts, statements and codes, with their copies; answers about an erasure to who gives
    them. A link that lets somebody in is not among them."""
    about = Q()
    for path in (
        "acknowledgement__donation__donor",
        "sent_again__acknowledgement__donation__donor",
        "statement__donor",
        "sent_again__first__statement__donor",
        "code_request__donor",
        "sent_again__first__code_request__donor",
    ):
        about |= Q(**{f"{path}__in": donors})
    if user.has_perm("donations.change_erasurerequest"):
        asked = ErasureRequest.objects.filter(donor__in=donors).values_list("pk", flat=True)
        about |= Q(kind="erasure_answer", key__in=[f"erasure:{pk}" for pk in asked])
    return Message.objects.filter(about)


def _gifts(donors: list[Donor]) -> list[Step]:
    steps = []
    for gift in Donation.objects.filter(donor__in=donors).select_related("fund"):
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


def _promises(donors: list[Donor]) -> list[Step]:
    """Begun, changed, ended; one that never came to be is not told."""
    who, steps = _("Recurring gift"), []
    begun = RecurringDonation.objects.filter(donor__in=donors, started_at__isnull=False)
    for one in begun.select_related("fund"):
        title = _("%(amount)s for “%(fund)s”") % {
            "amount": euros(one.amount, always_cents=True),
            "fund": one.fund.name,
        }
        here, often = look(one), str(one.get_interval_display())
        more: dict[str, Any] = {"part": "promise", "row": one}
        note = f"{often}: {here.label}"
        steps.append(
            Step(one.started_at or one.created_at, who, title, here.tone, here.icon, note, **more)
        )
        if one.ended_at:
            why = str(one.get_end_reason_display())
            gone = str(one.get_state_display())
            steps.append(Step(one.ended_at, who, gone, "mute", "sp-cancelled", why, **more))
    done = PromiseChange.objects.filter(promise__donor__in=donors, done_at__isnull=False)
    for change in done.exclude(kind=PromiseChange.Kind.CANCEL).select_related("promise"):
        what = str(change.get_kind_display())
        note = euros(change.amount, always_cents=True) if change.amount else ""
        more = {"part": "promise", "row": change.promise}
        steps.append(
            Step(change.done_at or change.asked_at, who, what, "info", "edit", note, **more)
        )
    return steps


def _consents(donors: list[Donor]) -> list[Step]:
    given = Consent.objects.filter(donation__donor__in=donors)
    before = {one.kind: one.granted_at for one in given.order_by("-granted_at")}
    steps = [
        Step(one.granted_at, _("Consent"), str(one), "info", "check", f"«{one.words}»")
        for one in given
    ]
    for change in ConsentChange.objects.filter(donor__in=donors).order_by("at", "pk"):
        first = change.at < before.get(change.kind, change.at) or change.kind not in before
        before.setdefault(change.kind, change.at)
        yes = _("On the donor’s own page") if first else _("On the donor’s own page, given again")
        title = yes if change.granted else _("On the donor’s own page, taken back")
        tone, icon = ("info", "check") if change.granted else ("mute", "sp-cancelled")
        note = f"{change}: «{change.words}»"
        steps.append(Step(change.at, _("Consent"), title, tone, icon, note))
    return steps


def _disputes(donors: list[Donor]) -> list[Step]:
    steps = []
    for dispute in Dispute.objects.filter(donation__donor__in=donors).select_related("donation"):
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


def _statements(donors: list[Donor]) -> list[Step]:
    rows = Statement.objects.told().filter(donor__in=donors).defer("data")
    rows = rows.select_related("run", "mail")
    return [
        Step(
            row.run.released_at or row.run.started_at,
            _("Papers"),
            _("Statement of %(year)s: %(amount)s")
            % {"year": row.run.year, "amount": euros(row.amount, always_cents=True)},
            "ok",
            "doc-full",
            str(look(row.mail).label if row.mail else row.get_state_display()),
        )
        for row in rows
    ]


def _imported(donors: list[Donor]) -> list[Step]:
    """Where somebody came from who had given nothing."""
    rows = ImportedDonor.objects.filter(donor__in=donors).select_related("batch")
    found = []
    for row in rows:
        place = " ".join(filter(None, (row.postcode, row.city, row.province)))
        note = ", ".join(filter(None, (row.street, place)))
        title = _("Imported from “%(file)s”, without a gift") % {"file": row.batch.name}
        found.append(Step(row.at, _("Import past gifts"), title, "info", "group", note))
    return found


def _notes(donors: list[Donor]) -> list[Step]:
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
        for note in DonorNote.objects.filter(donor__in=donors).select_related("author")
    ]
