"""All that we keep of one donor, as she may take it away (arts. 15 and 20 GDPR)."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone

from donations.models import (
    Donation,
    Donor,
    DonorWallEntry,
    ImportedDonor,
    PremiumClaim,
    RecurringDonation,
    Statement,
    Tribute,
)
from donations.services import consents, details
from donations.services.merging import addresses
from mail.models import Message

Row = dict[str, Any]


def of(*, donor: Donor) -> Row:
    """JSON values; times are UTC, amounts cents."""
    gifts = donor.donations.select_related("fund", "source").prefetch_related("receipts")
    return {
        "made_at": timezone.now().isoformat(),
        "mail": donor.email,
        "donor_since": donor.created_at.isoformat(),
        "details_last_written": asdict(details.last_written(donor=donor)),
        "imported": _imported(donor),
        "gifts": [_gift(gift) for gift in gifts],
        "recurring_gifts": [_promise(one) for one in donor.promises.select_related("fund")],
        "consents": [
            {
                "at": step.at.isoformat(),
                "kind": step.kind,
                "granted": step.granted,
                "words": step.words,
            }
            for step in consents.history(donor=donor)
        ],
        "mails": [
            {"written_at": row.created_at.isoformat(), "subject": row.subject, "to": row.to}
            for row in Message.objects.filter(to=donor.email or None).order_by("created_at")
        ],
        "yearly_statements": [
            {"year": row.run.year, "amount": row.amount, "printed": row.data}
            for row in Statement.objects.told()
            .filter(donor=donor)
            .select_related("run")
            .order_by("pk")
        ],
        "tags": [tag.name for tag in donor.tags.all()],
        "notes": [
            {"written_at": note.created_at.isoformat(), "text": note.text}
            for note in donor.notes.order_by("created_at", "pk")
        ],
        "erasure_requests": [
            {
                "asked_at": row.asked_at.isoformat(),
                "answered_at": row.answered_at and row.answered_at.isoformat(),
                "answer": row.answer,
            }
            for row in donor.erasure_requests.all()
        ],
    }


def of_person(*, donor: Donor) -> Row:
    """As above, with the other addresses of the same person."""
    others = [of(donor=one) for one in addresses(donor)[1:]]
    return of(donor=donor) | {"other_addresses": others}


def _on_wall(gift: Donation) -> Row | None:
    row = DonorWallEntry.objects.filter(donation=gift).first()
    if row is None:
        return None
    gone = row.withdrawn_at and row.withdrawn_at.isoformat()
    said = {"name": row.name, "anonymous": row.anonymous, "words": row.words}
    return {**said, "state": row.state, "withdrawn_at": gone}


def _dedicated(gift: Donation) -> Row | None:
    row = Tribute.objects.filter(donation=gift).first()
    if row is None:
        return None
    names = ("kind", "honouree", "recipient", "email", "message")
    times = {name: getattr(row, name) for name in ("due_at", "stopped_at", "forgotten_at")}
    return {name: getattr(row, name) for name in names} | {
        name: moment and moment.isoformat() for name, moment in times.items()
    }


def _thanked(gift: Donation) -> Row | None:
    rows = PremiumClaim.objects.select_related("premium", "place")
    row = rows.filter(donation=gift).first()
    if row is None:
        return None
    names = ("state", "way", "recipient", "street", "postcode", "city", "province", "country")
    moments = ("reserved_at", "confirmed_at", "packed_at", "delivered_at")
    times = {name: getattr(row, name) for name in (*moments, "released_at", "forgotten_at")}
    return {
        "what": row.premium.name,
        "place": row.place and row.place.name,
        **{name: getattr(row, name) for name in names},
        "released_why": row.released_why,
        **{name: moment and moment.isoformat() for name, moment in times.items()},
    }


def _promise(promise: RecurringDonation) -> Row:
    moments = ("created_at", "started_at", "paused_until", "ended_at")
    times = {name: getattr(promise, name) for name in moments}
    times["next_charge"] = promise.first_charge
    return {
        "number": str(promise.public_id),
        "amount": promise.amount,
        "currency": promise.currency,
        "interval": promise.interval,
        "fund": promise.fund.name,
        "state": promise.state,
        "means_of_payment": promise.method,
        "reference_of_the_payment": promise.method_reference,
        "end_reason": promise.end_reason,
        **{name: moment and moment.isoformat() for name, moment in times.items()},
        "changes": [
            {
                "asked_at": change.asked_at.isoformat(),
                "kind": change.kind,
                "amount": change.amount,
                "until": change.until and change.until.isoformat(),
                "reason": change.reason,
                "done_for_her": change.note,
                "state": change.state,
            }
            for change in promise.changes.all()
        ],
    }


def _imported(donor: Donor) -> Row | None:
    """As a file named her without a gift."""
    row = ImportedDonor.objects.filter(donor=donor).first()
    if row is None:
        return None
    names = ("organisation", *details.NAMES)
    return {"at": row.at.isoformat(), **{name: getattr(row, name) for name in names}}


def _gift(gift: Donation) -> Row:
    return {
        "number": str(gift.public_id),
        "started_at": gift.created_at.isoformat(),
        "received_at": gift.settled_at and gift.settled_at.isoformat(),
        "state": gift.state,
        "amount": gift.amount,
        "given_back": gift.refunded_amount,
        "currency": gift.currency,
        "fund": gift.fund.name,
        "came_from": gift.source.full_name if gift.source else "",
        "means_of_payment": gift.method,
        "reference_of_the_payment": gift.method_reference,
        "language": gift.language,
        "on_the_wall": _on_wall(gift),
        "in_honour_or_memory": _dedicated(gift),
        "thank_you_gift": _thanked(gift),
        **{name: getattr(gift, name) for name in details.NAMES},
        "receipts": [
            {
                "number": receipt.label,
                "issued_at": receipt.issued_at.isoformat(),
                "amount": receipt.amount,
                "cumulative_of": receipt.covers_year,
                "state": receipt.state,
                "printed": receipt.data,
            }
            for receipt in gift.receipts.all()
        ],
    }
