"""A gift of its own for every later charge of a promise."""

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Min

from donations.models import CheckoutAttempt, Donation, DonorDetails, RecurringDonation
from donations.services.details import NAMES
from donations.services.finding import add_words
from donations.stripe_facts import Invoice

Charge = tuple[RecurringDonation, Invoice]


def charge_rows(*, charges: Sequence[Charge]) -> dict[str, CheckoutAttempt]:
    """The gifts of these charges by invoice, each made once however often it is told; the books do
    the rest."""
    told = {invoice.id: (promise, invoice) for promise, invoice in charges}
    found = _there(told)
    if told.keys() <= found.keys():
        return found
    with transaction.atomic():
        wanted = {told[one][0].pk for one in told.keys() - found.keys()}
        promises = RecurringDonation.objects.select_related("donor", "fund", "source")
        locked = promises.select_for_update(of=("self",)).filter(pk__in=wanted).order_by("pk")
        held = {one.pk: one for one in locked}
        found = _there(told)  # as they are now that we hold the promises
        new = [told[one] for one in told if one not in found]
        return found | _new_charges([(held[promise.pk], invoice) for promise, invoice in new])


def _there(invoices: Collection[str]) -> dict[str, CheckoutAttempt]:
    rows = CheckoutAttempt.objects.filter(invoice_id__in=invoices)
    return {str(one.invoice_id): one for one in rows}


def _new_charges(charges: Sequence[Charge]) -> dict[str, CheckoutAttempt]:
    firsts = _firsts(charges)
    own = {
        one.donor_id: one
        for one in DonorDetails.objects.filter(donor__in={held.donor_id for held, _ in charges})
    }
    gifts = []
    for held, invoice in charges:
        first = firsts[held.pk]
        written = _written(first, own.get(held.donor_id))
        gifts.append((_gift(held, invoice, first, written), written))
    Donation.objects.bulk_create(gift for gift, _written in gifts)
    add_words(gifts=gifts)
    attempts = [
        CheckoutAttempt(
            donation=gift,
            number=1,
            amount=invoice.paid,
            idempotency_key=f"{gift.public_id}:invoice:1",
            invoice_id=invoice.id,
        )
        for (gift, _), (_, invoice) in zip(gifts, charges, strict=True)
    ]
    return {str(one.invoice_id): one for one in CheckoutAttempt.objects.bulk_create(attempts)}


def _firsts(charges: Sequence[Charge]) -> dict[int, Donation]:
    """The gifts that the form made, by promise."""
    gifts = Donation.objects.order_by()
    of_each = gifts.filter(promise__in={held.pk for held, _ in charges}).values("promise")
    firsts = gifts.filter(pk__in=of_each.annotate(first=Min("pk")).values("first"))
    return {gift.promise_id: gift for gift in firsts if gift.promise_id}


def _gift(
    held: RecurringDonation, invoice: Invoice, first: Donation, written: dict[str, str]
) -> Donation:
    same = invoice.paid == first.amount  # what was added for the costs, and what it means
    gift = Donation(
        promise=held,
        donor=held.donor,
        fund=held.fund,
        source=held.source,
        amount=invoice.paid,
        language=held.language,
        covered=first.covered if same else 0,
        pieces=first.pieces if same else 0,
        meaning=first.meaning if same else "",
        meaning_en=first.meaning_en if same else "",
        **written,
    )
    gift.form_token = gift.public_id  # no form made it
    return gift


def _written(first: Donation, own: DonorDetails | None) -> dict[str, str]:
    """Of herself: with the promise, or later on her page, which opens only to her."""
    hers = own if own and own.updated_at > first.created_at and not first.organisation else first
    return {name: getattr(hers, name) for name in NAMES} | {"organisation": first.organisation}
