"""What the donor hears, one function a kind: a new one is a function, a line in KINDS and TITLES
and three templates in `donations/mail/<kind>/`.

Each looks at the gift as it is when the mail is written, and gives None when it has been overtaken
by events. The templates know `gift`, `receipt`, `body`, `site_url`, `sum`, `meaning`; the thanks
also `same_form` (the address of the form for the same fund and campaign), `tribute_line` (a
sentence about the gift's dedication, or ""), `premium_line` (likewise about its thank-you gift) and
`by_year` (the year whose cumulative receipt will hold the gift, or None); the cumulative receipt
`number` (of its gifts); the refund also `refunded` (cents), `how_back` (a sentence) and `voided`
(the receipt that is not good any more, or None), the refund that came back, or never went,
`returned` (cents), the dispute that was lost `taken` (cents) and `voided`, the one that was won after
all `returned`, the reversal of what was entered by hand `voided`, and so does the corrected receipt;
what is said of a promised transfer `account` and `transfer`. Those about a recurring gift also
`promise` and `promise_page`, the one about a change of it `changed` (a sentence), the one about its
end `given` (cents). What did not go through for good knows `again` (the address of the form for the
same fund, amount and rhythm), and of
a recurring gift `over` (a sentence, "" while it goes on). The card of a gift in somebody's honour or
memory goes to its recipient and knows `tribute`, `dedication` and `picture` (what each says). Those
about a thank-you gift know `premium_name` and `premium_where`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from brand.figures import euros
from brand.templatetags.brand_tags import spell
from donations import (
    issuer,
    premium_words,
    sharing,
    transfer_code,
    tribute_card,
    tribute_words,
)
from donations.models import (
    Account,
    Acknowledgement,
    Donation,
    PremiumClaim,
    PromiseChange,
    Receipt,
    RecurringDonation,
    Tribute,
)
from donations.models.promises import MANDATE
from donations.services import packing, receipts, tributes
from donations.services.premiums import STANDS
from donations.sums import meaning_of, sum_with

State = Donation.State
WHERE_IT_CAME_FROM = _("They go back where they came from: the bank takes a few days.")
HOW_BACK = {  # by the account that it left
    Account.BANK: _("They come to you by bank transfer."),
    Account.CASH: _("You had them in cash."),
}


@dataclass(frozen=True)
class Written:
    """`to`: another one than the donor."""

    context: dict[str, Any]
    attachments: list[tuple[str, str, bytes]] = field(default_factory=list)
    to: str = ""


def processing(duty: Acknowledgement) -> Written | None:
    return _written(duty) if duty.donation.state == State.PROCESSING else None


def failed(duty: Acknowledgement) -> Written | None:
    again = sharing.begin_again(duty.donation)
    return _written(duty, again=again) if duty.donation.state == State.FAILED else None


def thank_you(duty: Acknowledgement) -> Written | None:
    receipt = duty.receipt
    if receipt and receipt.state == Receipt.State.VOID:
        return None  # what made it void is told in a mail of its own, which brings the valid one
    if duty.donation.state == State.REVERSED:
        return None
    with override(duty.donation.language):
        line = tribute_words.both(duty.donation)
        premium_line = premium_words.of_gift(duty.donation)
    return _written(
        duty,
        same_form=sharing.same_form(duty.donation),
        tribute_line=line,
        premium_line=premium_line,
        by_year=_waits(duty.donation),
    )


def _waits(gift: Donation) -> int | None:
    """The year whose cumulative receipt will hold this gift."""
    if not gift.receipt_by_year or gift.settled_at is None or gift.receipts.exists():
        return None
    return gift.settled_at.astimezone(receipts.ROME).year


def yearly_receipt(duty: Acknowledgement) -> Written | None:
    receipt = duty.receipt
    if receipt is None or receipt.state == Receipt.State.VOID:
        return None  # what made it void is told in a mail of its own, which brings the valid one
    return _written(duty, number=len(receipt.data["gifts"]))


def refund(duty: Acknowledgement) -> Written | None:
    assert duty.entry
    refund_id = duty.entry.origin.rpartition(":")[0]
    undone = [f"{refund_id}:returned", f"{refund_id}:not_refunded"]
    if duty.donation.entries.filter(origin__in=undone).exists():
        return None  # it came back before we said that it left
    with override(duty.donation.language):
        how_back = str(HOW_BACK.get(duty.entry.credit.code, WHERE_IT_CAME_FROM))
    return _written(duty, refunded=duty.entry.amount, voided=_voided(duty), how_back=how_back)


def refund_returned(duty: Acknowledgement) -> Written | None:
    assert duty.entry
    return _written(duty, returned=duty.entry.amount)


def refund_reversed(duty: Acknowledgement) -> Written | None:
    assert duty.entry
    return _written(duty, returned=duty.entry.amount)


def dispute_lost(duty: Acknowledgement) -> Written | None:
    assert duty.entry
    dispute_id = duty.entry.origin.partition(":")[0]
    if duty.donation.entries.filter(origin=f"{dispute_id}:won").exists():
        return None  # won in the appeal before we said that it was lost
    return _written(duty, taken=duty.entry.amount, voided=_voided(duty))


def dispute_won(duty: Acknowledgement) -> Written | None:
    assert duty.entry
    return _written(duty, returned=duty.entry.amount)


def reversal(duty: Acknowledgement) -> Written | None:
    """Only to whoever has the receipt: a mistake that she never saw is no news."""
    voided = _voided(duty)
    return _written(duty, voided=voided) if voided else None


def receipt_corrected(duty: Acknowledgement) -> Written | None:
    receipt = duty.receipt
    if receipt is None or receipt.state == Receipt.State.VOID:
        return None  # what made it void is told in a mail of its own, which brings the valid one
    return _written(duty, voided=receipt.replaces)


def transfer_details(duty: Acknowledgement) -> Written | None:
    """With the code that a bank's app reads. Also the reminder: it says all of it again."""
    account, gift = issuer.account(), duty.donation
    if gift.state != State.AWAITING or account is None:
        return None
    written = _written(duty, account=account, transfer=gift.transfer)
    code = transfer_code.draw(gift, account, "png")
    written.attachments.append(("bonifico.png", transfer_code.KINDS["png"], code))
    return written


def card_of_tribute(duty: Acknowledgement) -> Written | None:
    """Only of a gift that stands, and not when it was stopped meanwhile."""
    gift = duty.donation
    tribute = Tribute.objects.filter(donation=gift, stopped_at=None).exclude(email="").first()
    if tribute is None or gift.state not in tributes.STANDS:
        return None
    with override(gift.language):
        said = {
            "dedication": tribute_words.dedication(tribute, gift),
            "picture": tribute_card.words(tribute, gift),
        }
        picture = tribute_card.draw(tribute, gift)
    written = _written(duty, tribute=tribute, **said)
    files = [(tribute_card.NAME, tribute_card.KIND, picture)]
    return Written(written.context, files, to=tribute.email)


def premium_ready(duty: Acknowledgement) -> Written | None:
    """While it waits to be picked up."""
    claim = _claim(duty)
    if claim is None or claim.by_post or claim.state != PremiumClaim.State.PACKED:
        return None
    return _about_premium(duty, claim, premium_words.found_at(claim))


def premium_sent(duty: Acknowledgement) -> Written | None:
    claim = _claim(duty)
    gone = claim and claim.state == PremiumClaim.State.DELIVERED and not claim.forgotten_at
    if not claim or not gone or not claim.by_post:
        return None
    return _about_premium(duty, claim, f"{claim.recipient}, {premium_words.where(claim)}")


def _claim(duty: Acknowledgement) -> PremiumClaim | None:
    """Of a gift that stands."""
    if duty.donation.state not in STANDS:
        return None
    rows = PremiumClaim.objects.select_related("premium", "place")
    return rows.filter(donation=duty.donation).first()


def _about_premium(duty: Acknowledgement, claim: PremiumClaim, where: str) -> Written:
    with override(duty.donation.language):
        return _written(duty, premium_name=claim.premium.called, premium_where=where)


def promise_started(duty: Acknowledgement) -> Written | None:
    return _promised(duty) if _promise(duty).is_live else None


# of these the last one holds
PAUSES = (PromiseChange.Kind.PAUSE, PromiseChange.Kind.SKIP, PromiseChange.Kind.RESUME)


def promise_changed(duty: Acknowledgement) -> Written | None:
    change = PromiseChange.objects.get(key=_about(duty))
    same = PAUSES if change.kind in PAUSES else (change.kind,)
    later = change.promise.changes.filter(kind__in=same, state="done", pk__gt=change.pk)
    if later.exists() or not change.promise.is_live:
        return None  # what holds now is told in a mail of its own
    with override(duty.donation.language):
        said = changed(change)
        if change.note:
            said += " " + gettext("You asked us for it, and we have done it for you.")
        return _promised(duty, changed=said)


def changed(change: PromiseChange) -> str:
    """A sentence: what is another way now."""
    kinds = PromiseChange.Kind
    if change.kind == kinds.AMOUNT:
        amount = euros(change.amount or 0, always_cents=True)
        return gettext("From the next charge on your gift is %(amount)s.") % {"amount": amount}
    if change.kind == kinds.PAUSE:
        words = gettext(
            "Your gift takes a break until %(day)s: before that day nothing is taken from you."
        )
        return words % {"day": spell(change.until, "j F Y")}
    if change.kind == kinds.SKIP:
        return gettext("We skip the next charge: nothing is taken from you.")
    if change.kind == kinds.RESUME:
        return gettext("The break is over: your gift goes on.")
    words = gettext("From the next charge on we use the card or account that ends in %(digits)s.")
    return words % {"digits": change.promise.method_reference}


def promise_ended(duty: Acknowledgement) -> Written | None:
    promise = _promise(duty)
    return _promised(duty, given=promise.given, on_its_way=promise.on_its_way)


def payment_failed(duty: Acknowledgement) -> Written | None:
    """Also `payment_confirm`: the same page of Stripe's asks for the bank's confirmation."""
    promise = _promise(duty)
    return _promised(duty) if promise.is_live and _is_open(duty) else None


def payment_given_up(duty: Acknowledgement) -> Written | None:
    """Where Stripe ends the recurring gift with it, this is the last that she hears of it."""
    if not _is_open(duty):
        return None
    over = ""
    if _promise(duty).state == RecurringDonation.State.ENDED:
        with override(duty.donation.language):
            over = gettext("Your recurring gift is over with this: nothing more is taken from you.")
    return _promised(duty, again=sharing.begin_again(duty.donation), over=over)


def card_expiring(duty: Acknowledgement) -> Written | None:
    promise = _promise(duty)
    month = duty.key.split(":")[1]
    same = promise.card_expires and f"{promise.card_expires:%Y-%m}" == month
    return _promised(duty) if promise.is_live and same else None


def mandate_ended(duty: Acknowledgement) -> Written | None:
    """While the account that it is about is still the one to be debited."""
    promise = _promise(duty)
    same = promise.trouble == MANDATE + _about(duty).partition(":")[2]
    return _promised(duty) if promise.is_live and same else None


def _promise(duty: Acknowledgement) -> RecurringDonation:
    assert duty.donation.promise
    return duty.donation.promise


def _about(duty: Acknowledgement) -> str:
    return duty.key.removesuffix(f":{duty.kind}")


def _is_open(duty: Acknowledgement) -> bool:
    """The charge that the mail is about can still be paid."""
    promise = _promise(duty)
    return bool(promise.repair_url) and promise.open_invoice == _about(duty)


def _promised(duty: Acknowledgement, **more: Any) -> Written:
    promise = _promise(duty)
    page = settings.SITE_URL + reverse("area:promise", args=[promise.public_id])
    return _written(duty, promise=promise, promise_page=page, **more)


KINDS: dict[str, Callable[[Acknowledgement], Written | None]] = {
    "processing": processing,
    "failed": failed,
    "thank_you": thank_you,
    "refund": refund,
    "refund_returned": refund_returned,
    "refund_reversed": refund_reversed,
    "dispute_lost": dispute_lost,
    "dispute_won": dispute_won,
    "reversal": reversal,
    "receipt_corrected": receipt_corrected,
    "yearly_receipt": yearly_receipt,
    "transfer_details": transfer_details,
    "transfer_reminder": transfer_details,
    tributes.CARD: card_of_tribute,
    packing.READY: premium_ready,
    packing.SENT: premium_sent,
    "promise_started": promise_started,
    "promise_changed": promise_changed,
    "promise_ended": promise_ended,
    "payment_failed": payment_failed,
    "payment_confirm": payment_failed,
    "payment_given_up": payment_given_up,
    "card_expiring": card_expiring,
    "mandate_ended": mandate_ended,
}


# how the treasury calls them
TITLES: dict[str, Promise] = {
    "processing": _("Gift in progress"),
    "failed": _("Payment that did not go through"),
    "thank_you": _("Thanks and receipt"),
    "refund": _("Refund"),
    "refund_returned": _("Refund that came back"),
    "refund_reversed": _("Refund written by mistake"),
    "dispute_lost": _("Gift taken back by the bank"),
    "dispute_won": _("Dispute won in the appeal"),
    "reversal": _("Receipt that does not hold any more"),
    "receipt_corrected": _("Corrected receipt"),
    "yearly_receipt": _("Cumulative receipt of a year"),
    "transfer_details": _("How to make the transfer"),
    "transfer_reminder": _("Reminder of a transfer"),
    tributes.CARD: _("Card in honour or memory of somebody"),
    packing.READY: _("Thank-you gift ready to be picked up"),
    packing.SENT: _("Thank-you gift sent"),
    "promise_started": _("Recurring gift begun"),
    "promise_changed": _("Recurring gift changed"),
    "promise_ended": _("Recurring gift ended"),
    "payment_failed": _("Charge that did not go through"),
    "payment_confirm": _("Charge that waits for the bank’s confirmation"),
    "payment_given_up": _("Last word on a charge that did not go through"),
    "card_expiring": _("Card about to expire"),
    "mandate_ended": _("Account that may not be debited any more"),
}


def _written(duty: Acknowledgement, **more: Any) -> Written:
    gift, receipt = duty.donation, duty.receipt
    if receipt and receipt.state == Receipt.State.VOID:
        receipt = None  # the one that took its place comes with the mail about the refund
    context = {
        "gift": gift,
        "receipt": receipt,
        "body": issuer.body(),
        "site_url": settings.SITE_URL,
        "sum": sum_with(gift),
        "meaning": meaning_of(gift),
        **more,
    }
    return Written(context, [_attached(receipt)] if receipt else [])


def _voided(duty: Acknowledgement) -> Receipt | None:
    """The receipt that the donor has and must not use any more; not one she was never sent."""
    had = Acknowledgement.objects.filter(
        Q(donation=duty.donation) | Q(receipt__lines__donation=duty.donation),
        mail__created_at__lt=F("receipt__voided_at"),
    )
    newest = had.select_related("receipt").order_by("-receipt_id").first()
    return newest.receipt if newest else None


def _attached(receipt: Receipt) -> tuple[str, str, bytes]:
    name = f"ricevuta-{receipt.year}-{receipt.number:06d}.pdf"
    return name, "application/pdf", receipts.paper(receipt=receipt)
