"""From the form to the gift and its attempt at paying (see `opening` for the payment page)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from attribution.models import Source
from brand.bilingual import NO_WORDS, Words
from donations.models import (
    CheckoutAttempt,
    Consent,
    Donation,
    Donor,
    Fund,
    GivingSettings,
    RecurringDonation,
)
from donations.money import Limits
from donations.services import premiums
from donations.services.finding import add_words, write_words
from donations.services.opening import GOOD_FOR, REOPENABLE, open_attempt, retire

Attempt = CheckoutAttempt.State


class InvalidAmount(ValueError):
    """Less than we take online, or more, the costs apart."""


@dataclass(frozen=True)
class Details:
    """The donor, as she wrote it in the form: checked and trimmed by the form. Whoever gives online
    has a mail address and both names."""

    email: str
    first_name: str
    last_name: str
    organisation: str = ""
    codice_fiscale: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    province: str = ""
    country: str = "IT"
    phone: str = ""


@dataclass(frozen=True)
class Meant:
    """What the donor read beside the amount, where the fund does not say it by itself: a page's own
    words, or what she chose some `pieces` of."""

    words: Words = NO_WORDS
    pieces: int = 0

    @property
    def columns(self) -> dict[str, Any]:
        said = {"meaning": self.words.own, "meaning_en": self.words.english}
        return {"pieces": self.pieces, **said}


NOTHING_OWN = Meant()


@dataclass(frozen=True)
class Started:
    """`url`: where the donor goes now (Stripe's page, or our own when the gift is made already).
    `first`: the form was never sent before."""

    donation: Donation
    url: str
    first: bool = False


def start_donation(
    *,
    form_token: UUID,
    amount: int,
    fund: Fund,
    donor: Details,
    language: str,
    consents: Mapping[str, str],
    source: Source | None = None,
    covered: int = 0,
    meant: Meant = NOTHING_OWN,
    every: str = "",
    premium: premiums.Choice | None = None,
    limits: Limits | None = None,
) -> Started:
    """One gift per `form_token`, however often the form is sent; the row first, then the call.

    Sent again unchanged, the form leads to the same payment page; changed, the old page is closed
    at Stripe before a new one is opened. `consents`: the words that were shown, by kind. `covered`:
    cents of the amount that were added for the costs. `meant`: what stood beside it.
    `every`: the Interval of a promise, of which this is the first gift. `premium`: the thank-you gift;
    None where the form had none to choose from. `limits`: where they were read already.

    Raises InvalidAmount; premiums.SoldOut and premiums.NotForThis; gateway.Unavailable (send the
    same form again, nothing is charged) and gateway.Rejected (Stripe will not have it).
    """
    given: dict[str, Any] = {"amount": amount, "covered": covered, **meant.columns}
    given |= {"fund": fund, "language": language}
    email = written(donor, given, limits)
    if premium is None and (attempt := _begun(form_token, email, given, source, consents, every)):
        opened = open_attempt(attempt=attempt, written=attempt.donation)
        return Started(attempt.donation, opened.url, first=True)
    donation = begin_gift(form_token, email, given, source, consents)
    if premium:
        premiums.choose(gift=donation, choice=premium, bare=amount - covered)
    attempt = _attempt(donation, given, consents, every)
    if attempt is None:
        donation.refresh_from_db()
        return Started(donation, donation.get_absolute_url())
    url = attempt.url if attempt.state == Attempt.OPEN else open_attempt(attempt=attempt).url
    donation.refresh_from_db()
    return Started(donation, url)


def begin_gift(
    form_token: UUID,
    email: str,
    given: dict[str, Any],
    source: Source | None,
    agreed: Mapping[str, str],
) -> Donation:
    """The gift of this form: in `given` all that it says, but for the donor (see `written`)."""
    with transaction.atomic():
        given["donor"] = _donor(email)
        return _donation(form_token, given, source, agreed)


def _begun(
    form_token: UUID,
    email: str,
    given: dict[str, Any],
    source: Source | None,
    agreed: Mapping[str, str],
    every: str,
) -> CheckoutAttempt | None:
    """The gift of a form that was never sent before, with its first attempt, in one transaction and
    in the fewest statements: most forms are sent once. None, and nothing is written, where the form
    was sent before."""
    try:
        with transaction.atomic():
            return _first(form_token, given | {"donor": _donor(email)}, source, agreed, every)
    except IntegrityError:
        if not Donation.objects.filter(form_token=form_token).exists():
            raise
    return None


def _first(
    form_token: UUID,
    given: dict[str, Any],
    source: Source | None,
    agreed: Mapping[str, str],
    every: str,
) -> CheckoutAttempt:
    gift = Donation(form_token=form_token, source=source, **given)
    gift.promise = _promise(gift, given, every)
    gift.save(force_insert=True)
    add_words(gifts=[(gift, given)])
    _consent(gift, agreed)
    return _numbered(gift, 1)


def written(donor: Details, given: dict[str, Any], limits: Limits | None) -> str:
    """The donor's address; what else she wrote comes to `given`. Raises InvalidAmount."""
    if given["amount"] - given["covered"] not in (limits or GivingSettings.load().limits):
        raise InvalidAmount(given["amount"])
    wrote = asdict(donor)
    email: str = wrote.pop("email").strip().lower()
    given |= wrote
    return email


def _donor(email: str) -> Donor:
    """Held until the gift is there: who is forgotten at this moment is written anew."""
    found = Donor.objects.select_for_update().filter(email=email).first()
    if found:
        return found
    # whoever writes her at the same moment is waited for, and hers is the row that both hold
    [made] = Donor.objects.bulk_create(
        [Donor(email=email)],
        update_conflicts=True,
        unique_fields=["email"],
        update_fields=["email"],
    )
    return made


def _donation(
    token: UUID, given: dict[str, Any], source: Source | None, agreed: Mapping[str, str]
) -> Donation:
    """The gift of this form. Two requests at once: one writes it, the other finds it."""
    with transaction.atomic():
        donation, made = Donation.objects.get_or_create(
            form_token=token, defaults={"source": source, **given}
        )
        if made:
            _consent(donation, agreed)
    return donation


def _attempt(
    donation: Donation, given: dict[str, Any], agreed: Mapping[str, str], every: str
) -> CheckoutAttempt | None:
    """The attempt to go on with; None when the gift needs no payment page any more."""
    last = donation.attempts.order_by("-number").first()
    if last and not _good(last, donation, given, every) and not retire(last):
        return None
    with transaction.atomic():
        held = Donation.objects.select_for_update().get(pk=donation.pk)
        if held.state not in REOPENABLE:
            return None
        newest = held.attempts.order_by("-number").first()
        if newest and _good(newest, held, given, every):
            _agree(held, agreed)
            return newest
        if newest != last:  # another tab was quicker, with other words: its page is the valid one
            return newest
        return _next(held, given, agreed, every)


def _next(
    held: Donation, given: dict[str, Any], agreed: Mapping[str, str], every: str
) -> CheckoutAttempt:
    """A new attempt, for what the form says now; the one before it is closed."""
    rewrite(held, given, agreed, every=every)
    held.amount = given["amount"]
    return _numbered(held, held.attempts.count() + 1)


def _numbered(gift: Donation, number: int) -> CheckoutAttempt:
    return CheckoutAttempt.objects.create(
        donation=gift,
        number=number,
        amount=gift.amount,
        idempotency_key=f"{gift.public_id}:checkout:{number}",
    )


def rewrite(
    held: Donation,
    given: dict[str, Any],
    agreed: Mapping[str, str],
    *,
    reference: str = "",
    every: str = "",
) -> None:
    """The gift, as the form says now."""
    promise = _promise(held, given, every)
    Donation.objects.filter(pk=held.pk).update(promise=promise, **given)
    if held.promise and promise is None:
        held.promise.delete()
    write_words(gift=held, written=given, reference=reference)
    _agree(held, agreed)


def _promise(held: Donation, given: dict[str, Any], every: str) -> RecurringDonation | None:
    """What the gift is the first of."""
    if not every:
        return None
    names = ("donor", "fund", "amount", "language")
    said = {name: given[name] for name in names} | {"interval": every, "source": held.source}
    if held.promise is None:
        return RecurringDonation.objects.create(**said)
    RecurringDonation.objects.filter(pk=held.promise.pk).update(**said)
    return held.promise


def _good(attempt: CheckoutAttempt, donation: Donation, given: dict[str, Any], every: str) -> bool:
    """Whether the attempt's page is still the right one for what the form says."""
    return (
        attempt.state in (Attempt.OPENING, Attempt.OPEN)
        and attempt.created_at > timezone.now() - GOOD_FOR
        and all(getattr(donation, name) == value for name, value in given.items())
        and every == (donation.promise.interval if donation.promise else "")
    )


def _agree(donation: Donation, agreed: Mapping[str, str]) -> None:
    """What the donor agrees to now, before paying; a tick taken away again was never given."""
    donation.consents.exclude(kind__in=agreed).delete()
    _consent(donation, agreed)


def _consent(donation: Donation, agreed: Mapping[str, str]) -> None:
    Consent.objects.bulk_create(
        [Consent(donation=donation, kind=kind, words=words) for kind, words in agreed.items()],
        ignore_conflicts=True,
    )
