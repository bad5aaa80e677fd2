"""A name, an address or a codice fiscale that is wrong on a receipt. What was issued stays as it was:
it is voided, and another one with the right data takes its place; each names the other.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from donations.models import Acknowledgement, Donation, Receipt
from donations.services import receipts, yearly_receipts
from donations.services.finding import write_words_anew
from donations.services.page import acknowledge, page_of, write


class CannotCorrect(Exception):
    """Nothing of the gift remains, nothing would change, or whose it was is erased."""


@transaction.atomic
def correct(*, donation: Donation, written: Mapping[str, str], tell: bool) -> Receipt | None:
    """`written`: who gave, by the gift's fields. The gift says so from now on, and so does a new
    receipt when it has a valid one; `tell`: by mail. Raises CannotCorrect."""
    gifts = Donation.objects.select_for_update(of=("self",))
    held = gifts.select_related("fund", "source", "donor").get(pk=donation.pk)
    unchanged = all(getattr(held, name) == value for name, value in written.items())
    if unchanged or held.erased or held.state not in Donation.RECEIVED or not held.net:
        raise CannotCorrect(held.pk)
    for name, value in written.items():
        setattr(held, name, value)
    held.save(update_fields=list(written))
    write_words_anew(gift=held)
    old = held.receipts.filter(state=Receipt.State.ISSUED).first()
    return _issue_again(held, old, tell=tell) if old else None


def _issue_again(gift: Donation, old: Receipt, *, tell: bool) -> Receipt:
    page = page_of(gift)
    if old.covers_year:
        old = yearly_receipts.newest(roll=page.roll, donation=gift) or old
    receipts.void(receipt=old, reason=Receipt.VoidReason.CORRECTED, at=timezone.now())
    if old.covers_year:
        new = yearly_receipts.again(roll=page.roll, old=old, donation=gift, named=gift)
        assert new  # the gift stays on it
    else:
        new = receipts.issue(roll=page.roll, donation=gift, amount=old.amount, replaces=old)
    # a mail that is still to be written brings the right one: she never had the other
    brings = Acknowledgement.objects.filter(receipt=old, state=Acknowledgement.State.DUE)
    if not brings.update(receipt=new) and tell and gift.donor.email:
        duty = acknowledge(page, gift, "receipt_corrected", key=f"receipt:{new.pk}:corrected")
        duty.receipt = new
    write(page)
    return new
