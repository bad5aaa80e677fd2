"""The credits are a projection of the ledger: here they are made again from it."""

from django.db import transaction
from django.db.models import Q

from attribution.models import Credit
from attribution.services import add_credits
from donations.models import JournalEntry
from donations.services.merging import persons


@transaction.atomic
def rebuild_credits() -> tuple[int, int]:
    """Makes the credits what the journal says. Returns how many were missing and how many wrong."""
    # the credits first: a gift booked between the two reads is then merely missing, never wrong
    there = {credit.ref: credit for credit in Credit.objects.select_for_update()}
    due = {credit.ref: credit for credit in _from_the_journal()}
    wrong = [ref for ref, credit in there.items() if not _same(credit, due.get(ref))]
    Credit.objects.filter(ref__in=wrong).delete()
    missing = [due[ref] for ref in due if ref not in there or ref in wrong]
    add_credits(missing)
    return len(missing), len(wrong)


def _from_the_journal() -> list[Credit]:
    """What moves a fund's account is a matter of the source that brought the gift; fees, disputes
    and suspense are not."""
    touched = Q(credit__fund__isnull=False) | Q(debit__fund__isnull=False)
    entries = JournalEntry.objects.filter(touched, donation__source__isnull=False)
    entries = entries.select_related("donation", "credit")
    gifts = [(entry, entry.donation) for entry in entries if entry.donation]
    person = persons(gift.donor_id for _entry, gift in gifts)
    return [
        Credit(
            source_id=gift.source_id,
            ref=entry.origin,
            amount=entry.amount if entry.credit.fund_id else -entry.amount,
            currency=entry.currency,
            gift=gift.public_id.hex,
            donor=person[gift.donor_id],
            at=entry.true_at,
        )
        for entry, gift in gifts
        if gift.source_id is not None
    ]


def _same(one: Credit, other: Credit | None) -> bool:
    names = ("source_id", "amount", "currency", "gift", "donor", "at")
    return other is not None and all(getattr(one, name) == getattr(other, name) for name in names)
