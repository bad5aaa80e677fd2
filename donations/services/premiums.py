"""Small thank-you gifts: a piece is put aside when the form is sent, before anybody pays; it is the
donor's once her gift is there, and goes back into stock when the gift does not come or goes back
before the piece is packed.

A piece is taken by one statement that the database refuses when none is left. Everybody who changes
a claim holds its gift of money first, then the rows of the pieces, in the order of their keys.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from attribution.models import Source
from donations.models import Donation, Donor, PickUpPlace, Premium, PremiumClaim
from donations.services.receipts import ROME

Gift = Donation.State
State, Why, Way = PremiumClaim.State, PremiumClaim.Why, PremiumClaim.Way
STANDS = (Gift.SETTLED, Gift.PARTLY_REFUNDED)
OVER = (Gift.EXPIRED, Gift.CANCELLED, Gift.FAILED)
GONE = (Gift.REFUNDED, Gift.LOST, Gift.REVERSED)
COMES_BACK = (Why.UNPAID, Why.REFUNDED)  # she may have it after all, when her gift does come


class SoldOut(Exception):
    """Somebody was quicker."""


class NotForThis(Exception):
    """It is not offered any more, or not with this gift; `too_many`: the donor has had hers."""

    def __init__(self, *, too_many: bool = False) -> None:
        super().__init__(too_many)
        self.too_many = too_many


class TooLate(Exception):
    """It is packed, is not hers any more, or somebody else was quicker."""


@dataclass(frozen=True)
class Parcel:
    """Where the post brings it."""

    recipient: str
    street: str
    postcode: str
    city: str
    province: str = ""
    country: str = "IT"


NOWHERE = asdict(Parcel("", "", "", "", "", ""))


@dataclass(frozen=True)
class Choice:
    """As the form says it, checked: at a place, or in a parcel. Without `premium`: none is wanted.
    `instead_of`: a gift that was begun and left before; the piece put aside for it is this one's."""

    premium: Premium | None = None
    place: PickUpPlace | None = None
    parcel: Parcel | None = None
    instead_of: Donation | None = None


def offered(campaign: int) -> list[Premium]:
    """What a campaign (its source's key) offers now; what has run out stands among it. Two
    queries, and one more for what there is."""
    today = timezone.now().astimezone(ROME).date()
    rows = Premium.objects.filter(_open(), campaign=campaign, active=True)
    rows = rows.filter(Q(open_until=None) | Q(open_until__gte=today)).distinct()
    return list(rows.select_related("picture").prefetch_related("places"))


def offered_by(key: str) -> list[Premium]:
    """What the campaign with that key (its source's) has left."""
    root = Source.objects.filter(kind="campaign", key=key).first()
    return [one for one in offered(root.pk) if one.left > 0] if root else []


def choose(*, gift: Donation, choice: Choice, bare: int) -> None:
    """What the form says now, all or nothing; a piece chosen before is put back. Once a payment is
    under way it stays as it is. `bare`: cents, costs apart. Raises SoldOut and NotForThis."""
    with transaction.atomic():
        gifts = Donation.objects.select_for_update().order_by("pk")
        both = gifts.in_bulk([one.pk for one in (gift, choice.instead_of) if one])
        held = both[gift.pk]
        if held.state in (*Donation.RECEIVED, Gift.PROCESSING):
            return
        claims = list(PremiumClaim.objects.filter(donation__in=both))
        own = next((one for one in claims if one.donation_id == held.pk), None)
        left = [one for one in claims if one != own and _is_left(one, both[one.donation_id])]
        free = [one.premium_id for one in (own, *left) if one and one.is_live]
        _exchange(free, choice.premium)
        for one in left:
            _write_released(one, Why.UNPAID)
        if choice.premium is None:
            if own:
                own.delete()
            return
        premium = Premium.objects.get(pk=choice.premium.pk)  # ours now: nobody else changes it
        if not premium.active or bare < premium.minimum:
            raise NotForThis
        if _has_hers(held, premium):
            raise NotForThis(too_many=True)
        PremiumClaim.objects.update_or_create(
            donation=held,
            defaults={
                "premium": premium,
                "minimum": premium.minimum,
                "state": State.RESERVED,
                "reserved_at": timezone.now(),
                "released_at": None,
                "released_why": "",
                "forgotten_at": None,
                **_where(choice),
            },
        )


def follow(gifts: Iterable[Donation]) -> None:
    """Brings the claims up to where their gifts are, which the caller holds. Said twice, it changes
    nothing; one query where there is no claim."""
    held = {gift.pk: gift for gift in gifts}
    claims = PremiumClaim.objects.filter(donation__in=held).order_by("premium", "pk")
    for claim in claims if held else ():
        _follow(claim, held[claim.donation_id])


def change(*, claim: PremiumClaim, choice: Choice) -> None:
    """Another place or address, until it is packed. Raises TooLate."""
    with transaction.atomic():
        held = hold(claim)
        if held.state not in (State.RESERVED, State.CONFIRMED):
            raise TooLate
        for name, value in _where(choice).items():
            setattr(held, name, value)
        held.save()


def do_without(*, claim: PremiumClaim) -> None:
    """The donor leaves it to somebody else, until it is packed. Raises TooLate."""
    with transaction.atomic():
        held = hold(claim)
        if held.state not in (State.RESERVED, State.CONFIRMED):
            raise TooLate
        release(held, Why.DONOR)


def forget_claim(gift: Donation) -> None:
    """With a gift that is deleted, which the caller holds."""
    if claim := PremiumClaim.objects.filter(donation=gift).first():
        _give_back(claim)
        claim.delete()


def hold(claim: PremiumClaim) -> PremiumClaim:
    """Under the lock of its gift, as whoever settles or gives back holds it."""
    gift = Donation.objects.select_for_update().get(pk=claim.donation_id)
    held = PremiumClaim.objects.select_related("premium", "place").get(pk=claim.pk)
    held.donation = gift
    return held


def release(held: PremiumClaim, why: PremiumClaim.Why) -> None:
    """Back into stock; the caller holds the claim."""
    _give_back(held)
    _write_released(held, why)


def _write_released(held: PremiumClaim, why: PremiumClaim.Why) -> None:
    held.state, held.released_why, held.released_at = State.RELEASED, why, timezone.now()
    held.save(update_fields=["state", "released_why", "released_at"])


def _follow(claim: PremiumClaim, gift: Donation) -> None:
    state = gift.state
    reserved = claim.state == State.RESERVED
    if state in OVER and reserved:
        release(claim, Why.UNPAID)
    elif state in GONE and claim.state in (State.RESERVED, State.CONFIRMED):
        release(claim, Why.REFUNDED)
    elif (state in STANDS or state == Gift.DISPUTED) and reserved:
        if gift.bare < claim.minimum:
            release(claim, Why.TOO_LITTLE)
        else:
            _confirm(claim)
    elif state in STANDS and claim.state == State.RELEASED and claim.released_why in COMES_BACK:
        _again(claim, gift)


def _again(claim: PremiumClaim, gift: Donation) -> None:
    """The gift came after all, or stayed; its piece may be somebody else's by now."""
    if gift.bare < claim.minimum:
        claim.released_why = Why.TOO_LITTLE
    elif claim.forgotten_at and claim.by_post:
        return  # nobody knows any more where it should go
    elif _take(claim.premium_id):
        _confirm(claim)
        return
    else:
        claim.released_why = Why.SOLD_OUT
    claim.save(update_fields=["released_why"])


def _confirm(claim: PremiumClaim) -> None:
    claim.state, claim.confirmed_at = State.CONFIRMED, timezone.now()
    claim.released_at, claim.released_why, claim.forgotten_at = None, "", None
    claim.save()


def _is_left(claim: PremiumClaim, gift: Donation) -> bool:
    return claim.state == State.RESERVED and gift.state in (Gift.STARTED, Gift.CHECKOUT_OPEN)


def _exchange(free: list[int], wanted: Premium | None) -> None:
    """Some pieces for another one, in the order of their keys. Raises SoldOut."""
    turns = [(key, False) for key in free] + ([(wanted.pk, True)] if wanted else [])
    for key, take in sorted(turns):  # of one key, what comes back comes first
        if not take:
            _put_back(key)
        elif not _take(key):
            raise SoldOut


def _take(premium: int) -> bool:
    """One statement: the last piece is given to one."""
    left = Premium.objects.filter(pk=premium, taken__lt=F("pieces"))
    return bool(left.update(taken=F("taken") + 1))


def _put_back(premium: int) -> None:
    Premium.objects.filter(pk=premium).update(taken=F("taken") - 1)


def _give_back(claim: PremiumClaim) -> None:
    if claim.is_live:
        _put_back(claim.premium_id)


def _has_hers(gift: Donation, premium: Premium) -> bool:
    """Counted while the premium is ours, so that two forms of hers do not both pass."""
    if premium.per_donor is None:
        return False
    own = Donor.objects.get(pk=gift.donor_id)
    person = own.kept_id or own.pk
    hers = PremiumClaim.objects.filter(
        donation__donor__in=Donor.objects.of(person),
        premium=premium,
        state__in=PremiumClaim.LIVE,
    ).exclude(donation=gift)
    return hers.count() >= premium.per_donor


def _open() -> Q:
    """With a way to get there."""
    return Q(by_post=True) | Q(places__active=True)


def _where(choice: Choice) -> dict[str, object]:
    if choice.parcel:
        return {"way": Way.POST, "place": None, **asdict(choice.parcel)}
    return {"way": Way.PLACE, "place": choice.place, **NOWHERE}


def of_donor(donor: Donor) -> QuerySet[PremiumClaim]:
    """Hers, the newest first."""
    rows = PremiumClaim.objects.filter(donation__donor=donor)
    return rows.select_related("premium", "place", "donation").order_by("-pk")
