"""What waits for a person in the treasury."""

from datetime import datetime

from django.db.models import F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from donations.models import (
    Account,
    Acknowledgement,
    ClosedDoor,
    CustomerRemoval,
    Dispute,
    Donation,
    DonorWallEntry,
    FraudWarning,
    GiftTry,
    JournalEntry,
    Payout,
    PremiumClaim,
    RecurringDonation,
    RefundRequest,
    StripeEvent,
    SweepMark,
    ThanksInPerson,
    Tribute,
)
from donations.services import (
    acknowledging,
    erased,
    erasure_requests,
    guarding,
    in_person,
    tributes,
    yearly_receipts,
)
from donations.services.premiums import GONE
from mail.models import Message


def stuck_events() -> QuerySet[StripeEvent]:
    """Events that gave up: parked ones wait by themselves, failed ones need somebody."""
    return StripeEvent.objects.filter(state=StripeEvent.State.FAILED).select_related("donation")


def parked_events() -> QuerySet[StripeEvent]:
    return StripeEvent.objects.filter(state=StripeEvent.State.PARKED).select_related("donation")


def doubtful_mails() -> QuerySet[Message]:
    """Mails nobody knows about, and those the server refused; not those that were emptied since."""
    doubtful = [Message.State.UNKNOWN, Message.State.FAILED]
    return Message.objects.filter(state__in=doubtful).exclude(to="")


def unwritten() -> QuerySet[Acknowledgement]:
    """What donors should hear and nobody could write."""
    return acknowledging.stuck().select_related("donation")


def disputes_to_answer() -> QuerySet[Dispute]:
    """Those that wait for our word, the most urgent first."""
    waiting = Dispute.objects.filter(status__in=Dispute.OURS).select_related("donation")
    return waiting.order_by(F("answer_by").asc(nulls_last=True), "pk")


def fraud_warnings() -> QuerySet[FraudWarning]:
    """Payments that a bank believes to be a fraud, while a whole refund still helps."""
    stands = [Donation.State.SETTLED, Donation.State.PARTLY_REFUNDED]
    waiting = FraudWarning.objects.filter(
        actionable=True, left_at__isnull=True, donation__state__in=stands
    )
    return waiting.select_related("donation")


def refunds() -> QuerySet[RefundRequest]:
    """Refunds asked for that Stripe refused, that a bank sent back, or that are late."""
    return RefundRequest.objects.with_a_person().select_related("donation", "asked_by")


def paid_twice() -> QuerySet[Donation]:
    """Gifts with money in suspense: `suspended` cents are to be given back at Stripe."""
    ever = JournalEntry.objects.filter(credit__code=Account.SUSPENSE).values("donation")
    came = Sum("entries__amount", filter=Q(entries__credit__code=Account.SUSPENSE))
    went = Sum("entries__amount", filter=Q(entries__debit__code=Account.SUSPENSE))
    gifts = Donation.objects.filter(pk__in=ever).annotate(suspended=came - Coalesce(went, 0))
    return gifts.filter(suspended__gt=0)


def payouts() -> QuerySet[Payout]:
    """Payouts that the ledger does not explain to the cent."""
    return Payout.objects.unexplained()


def promises() -> QuerySet[RecurringDonation]:
    """Recurring gifts that cannot be charged."""
    return RecurringDonation.objects.in_trouble().select_related("donor", "fund")


def cards() -> QuerySet[Tribute]:
    """Cards that a dispute held up, which was won after their hour."""
    return tributes.held_up()


def calls() -> QuerySet[ThanksInPerson]:
    """Who gave so much that somebody should telephone."""
    return in_person.waiting()


def customers() -> QuerySet[CustomerRemoval]:
    """Erased donors whom Stripe still knows."""
    return erased.refused()


def refused_list() -> QuerySet[SweepMark]:
    """Stripe does not show us its list of events: a webhook that got lost stays lost."""
    return SweepMark.objects.filter(refused_since__isnull=False)


def wall_words() -> QuerySet[DonorWallEntry]:
    """Words of donors that a person has to read."""
    return DonorWallEntry.objects.waiting()


def unreceipted() -> QuerySet[Donation]:
    """Recurring gifts of a year that is over: their cumulative receipts are to be issued."""
    return yearly_receipts.overdue()


def packets() -> QuerySet[PremiumClaim]:
    """Thank-you gifts that were prepared before their gift went back."""
    packed = PremiumClaim.State.PACKED
    return PremiumClaim.objects.filter(state=packed, donation__state__in=GONE)


def held_back() -> QuerySet[GiftTry]:
    """Donors, perhaps, whom the guard of the form sent to us: their page is good for a day."""
    since = timezone.now() - guarding.GOOD_FOR
    return GiftTry.objects.filter(state=GiftTry.State.QUARANTINED, at__gt=since)


def brake() -> QuerySet[ClosedDoor]:
    """So many cards are refused that everybody is asked twice."""
    return ClosedDoor.objects.in_force().filter(kind=ClosedDoor.Kind.HOUSE)


def first_deadline() -> datetime | None:
    """By when the most urgent of the duties with a time limit is due."""
    disputes = disputes_to_answer().aggregate(first=Min("answer_by"))
    warnings = fraud_warnings().aggregate(first=Min("act_by"))
    return min(filter(None, (disputes["first"], warnings["first"])), default=None)


def waiting() -> int:
    """How many there are of all: every page of the treasury says it, so they are counted by one
    statement."""
    duties = (
        refused_list(),
        stuck_events(),
        doubtful_mails(),
        unwritten(),
        disputes_to_answer(),
        fraud_warnings(),
        refunds(),
        paid_twice(),
        payouts(),
        promises(),
        cards(),
        erasure_requests.waiting(),
        customers(),
        calls(),
        wall_words(),
        brake(),
        packets(),
    )
    first, *others = (rows.order_by().values("pk") for rows in duties)
    number = first.union(*others, all=True).count()
    return number + held_back().exists() + unreceipted().exists()
