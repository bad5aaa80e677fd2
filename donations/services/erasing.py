"""A donor's data are erased: asked for (`erasure_requests`) or not, looked at, done by a person.

What becomes of which row stands in one table (`donations.erasure.parts`). The act is one transaction
that holds her gifts, her promises and her; what it still asks of others afterwards is a row in it
(`services.erased`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext

from brand.templatetags.brand_tags import spell
from donations import issuer
from donations.erasure.fates import REASONS, Fate, Part
from donations.erasure.parts import PARTS
from donations.erasure.person import Person
from donations.erasure.rows import ANSWER
from donations.models import (
    CheckoutAttempt,
    CustomerRemoval,
    Donation,
    Donor,
    Erasure,
    ErasureRequest,
    GivingSettings,
    PromiseChange,
    RecurringDonation,
    Statement,
    StripeEvent,
    TransferPromise,
    Tribute,
)
from donations.models.person import NOBODY
from donations.services import agenzia, by_hand, changing, yearly_receipts
from donations.services.letters import compose
from donations.services.merging import addresses, mailbox
from mail.models import Message

# a payment page lives for a day: docs.stripe.com/payments/checkout/managing-limited-inventory
PAGE_LIVES = timedelta(hours=24)
SOON = timedelta(hours=1)  # until somebody looks again
OVERLAP = 1000  # events
OPENED = (CheckoutAttempt.State.OPENING, CheckoutAttempt.State.OPEN)


class StillPromised(Exception):
    """A recurring gift goes on: it is to be ended first, or with the act."""


class PageIsOpen(Exception):
    """A payment page may still be paid; `until` when."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Erased(Exception):
    """It was done already."""


@dataclass(frozen=True)
class Found:
    """A part of the table, and how many rows of it are hers. `until`: the last day on which the
    newest of them is kept, where the law gives a term."""

    part: Part
    number: int
    until: date | None = None

    @property
    def reason(self) -> str:
        return str(REASONS[self.part.why]) if self.part.why else ""


@dataclass
class Preview:
    """What the act would do now, and what stands in its way or should be known before."""

    person: Person
    found: list[Found] = field(default_factory=list)
    live: list[RecurringDonation] = field(default_factory=list)
    page_until: datetime | None = None
    on_the_way: int = 0  # gifts that a bank has not paid yet: they get no receipt
    unreceipted: int = 0  # gifts that wait for the cumulative receipt of their year
    # year, gifts and cents that may still have to be told to the Agenzia delle Entrate
    unreported: list[tuple[int, int, int]] = field(default_factory=list)

    def of(self, fate: Fate) -> list[Found]:
        return [one for one in self.found if one.part.fate == fate]

    @property
    def erased(self) -> list[Found]:
        return self.of(Fate.ERASED)

    @property
    def nobodys(self) -> list[Found]:
        return self.of(Fate.NOBODYS)

    @property
    def kept(self) -> list[Found]:
        return self.of(Fate.KEPT)


def person_of(donor: Donor) -> Person:
    """Whichever of her addresses `donor` is."""
    return Person(tuple(addresses(donor.kept or donor)), timezone.now())


def preview(*, donor: Donor) -> Preview:
    person = person_of(donor)
    theirs = Donation.objects.filter(pk__in=person.all_gifts)
    return Preview(
        person=person,
        found=_found(person),
        live=list(_live(person)),
        page_until=_page_until(person),
        on_the_way=theirs.filter(state=Donation.State.PROCESSING).count(),
        unreported=agenzia.not_due_yet(theirs, today=by_hand.today()),
        unreceipted=yearly_receipts.waiting().filter(pk__in=person.all_gifts).count(),
    )


def erase(
    *,
    donor: Donor,
    reason: str,
    by: Any,
    end_promises: bool = False,
    tell: bool = True,
    now: datetime | None = None,
) -> Erasure:
    """All of it or nothing. `end_promises`: what recurs ends with it; `tell`: a mail says what was done.
    Raises Erased, StillPromised, PageIsOpen."""
    with transaction.atomic():
        person = _hold(donor, now or timezone.now())
        if person.kept.erased_at:
            raise Erased
        if until := _page_until(person):
            raise PageIsOpen(until)
        _end(person, by, end_promises)
        request = _answered(person, by)
        done = Erasure.objects.create(
            donor=person.kept,
            request=request,
            reason=reason,
            at=person.now,
            by=by,
            withheld=len(person.withheld),
            again_at=person.now + SOON,
        )
        before = _found(person)
        if tell:
            done.answer = _tell(done, person, before, request)
        done.counts = {one.part.key: one.number for one in before}
        done.kept = kept_of(person)
        done.seen_event = newest_event()
        forget_at_stripe(done, person)
        clear(person)
        Donor.objects.filter(pk__in=person.keys).update(erased_at=person.now)
        done.save()
    return done


def clear(person: Person) -> None:
    """What the table says, to all that is hers and not withheld; within the transaction of whoever
    holds her. Said again, it only takes what came since."""
    _stop_papers(person)
    for part in PARTS:
        if part.fate != Fate.KEPT:
            part.do(person)


def hold_again(erasure: Erasure) -> Person:
    """Within a transaction: she who was erased, with her rows, as they are now. Events are numbered
    before they are there for all to see, so some are looked at again."""
    return _hold(erasure.donor, timezone.now(), seen=max(erasure.seen_event - OVERLAP, 0))


def term(year: int, *, years: int | None = None) -> date:
    """The last day on which a paper of that year is kept."""
    return date(year + (years or GivingSettings.load().years_kept), 12, 31)


def _hold(donor: Donor, now: datetime, seen: int = 0) -> Person:
    """Gifts, promises, donors, in this order, as everybody who takes more than one of them. A gift
    that was begun while we waited for its donor follows."""
    kept = donor.kept_id or donor.pk
    those = Donor.objects.of(kept).order_by("pk")
    _hold_gifts(those)
    promises = RecurringDonation.objects.select_for_update(of=("self",))
    list(promises.filter(donor__in=those.values("pk")).order_by("pk").values_list("pk"))
    held = list(those.select_for_update(of=("self",)))
    _hold_gifts(those)
    held.sort(key=lambda one: (one.pk != kept, one.pk))
    return Person(tuple(held), now, seen)


def _hold_gifts(donors: QuerySet[Donor]) -> None:
    """Hers, and those whose card went to her."""
    emails = list(donors.exclude(email=None).values_list("email", flat=True))
    cards = Tribute.objects.filter(email__in=emails).values("donation") if emails else []
    keys = list(donors.values_list("pk", flat=True))
    gifts = Donation.objects.select_for_update(of=("self",))
    list(gifts.filter(Q(donor__in=keys) | Q(pk__in=cards)).order_by("pk").values_list("pk"))


def _found(person: Person, fates: Iterable[Fate] = tuple(Fate)) -> list[Found]:
    found = [(part, part.rows(person)) for part in PARTS if part.fate in fates]
    return [
        Found(part, number, _until(part, rows)) for part, rows in found if (number := rows.count())
    ]


def _until(part: Part, rows: QuerySet[Any]) -> date | None:
    if not part.year:
        return None
    newest = rows.order_by().aggregate(newest=Max(part.year))["newest"]
    return term(newest) if newest else None


def kept_of(person: Person) -> list[dict[str, Any]]:
    """What is still there of hers, as `Erasure.kept` holds it."""
    return [
        {
            "part": one.part.key,
            "number": one.number,
            "until": one.until.isoformat() if one.until else "",
        }
        for one in _found(person, (Fate.KEPT,))
    ]


def _live(person: Person) -> QuerySet[RecurringDonation]:
    rows = RecurringDonation.objects.filter(donor__in=person.keys, state__in=RecurringDonation.LIVE)
    ending = PromiseChange.objects.filter(
        kind=PromiseChange.Kind.CANCEL, state=PromiseChange.State.ASKED
    )
    return rows.exclude(changes__in=ending).select_related("fund")


def _page_until(person: Person) -> datetime | None:
    """A page of Stripe's that may still be paid, or is being opened just now."""
    since = person.now - PAGE_LIVES
    begun = (Donation.State.STARTED, Donation.State.CHECKOUT_OPEN)
    gifts = Donation.objects.filter(
        pk__in=person.all_gifts, state__in=begun, created_at__gt=since, attempts=None
    )
    pages = CheckoutAttempt.objects.filter(
        donation__in=person.all_gifts, state__in=OPENED, created_at__gt=since
    )
    newest = [
        gifts.aggregate(newest=Max("created_at"))["newest"],
        pages.aggregate(newest=Max("created_at"))["newest"],
    ]
    found = [one for one in newest if one]
    return max(found) + PAGE_LIVES if found else None


def _end(person: Person, by: Any, end_promises: bool) -> None:
    live = list(_live(person))
    if live and not end_promises:
        raise StillPromised(len(live))
    for promise in live:
        changing.ask(
            key=f"{promise.public_id}:erased:{uuid4().hex}",
            promise=promise,
            kind=PromiseChange.Kind.CANCEL,
            by=by,
        )


def _answered(person: Person, by: Any) -> ErasureRequest | None:
    """Her own request, if she made one: the act is the answer."""
    rows = ErasureRequest.objects.select_for_update().filter(donor__in=person.keys)
    asked = rows.filter(answered_at=None).order_by("asked_at").first()
    rows.filter(answered_at=None).update(answer=NOBODY, answered_at=person.now, answered_by=by)
    return asked


def _tell(
    done: Erasure, person: Person, found: list[Found], request: ErasureRequest | None
) -> Message | None:
    """The answer names nobody; its address lives until it has left."""
    to = (request.donor.email if request else "") or mailbox(person.kept)
    newest = person.newest_gift()
    if not to:
        return None
    language = request.language if request else newest.language if newest else "it"
    with translation.override(language):
        told = _in_words(found, at_stripe=bool(person.customers))
    return compose(
        key=f"{ANSWER}:{done.pk}",
        kind=ANSWER,
        to=to,
        language=language,
        context={
            "request": request,
            "told": told,
            "body": issuer.body(),
            "site_url": settings.SITE_URL,
        },
    )


def _in_words(found: list[Found], *, at_stripe: bool) -> str:
    """What went, what stays without her, what stays as it is and why: in the reader's language, a
    paragraph each."""
    small = any(one.part.small for one in found)
    went = [str(one.part.title) for one in found if not (one.part.why or one.part.small)]
    if at_stripe:
        went.append(
            gettext("What Stripe, which carries out the payments, keeps of you as our donor")
        )
    if small:
        went.append(gettext("The technical traces of all this"))
    paragraphs = [
        "\n".join([gettext("Deleted:"), *(f"– {title}" for title in went)]),
        gettext(
            "In our accounts there stay, without your name, the sums, days and aims of your gifts."
        ),
    ]
    for why, reason in REASONS.items():
        titles = [_kept_title(one) for one in found if one.part.why == why]
        if titles:
            paragraphs.append("\n".join([f"{gettext('Kept.')} {reason}", *titles]))
    return "\n\n".join(paragraphs)


def _kept_title(one: Found) -> str:
    until = one.until and gettext("until %(day)s") % {"day": spell(one.until, "j F Y")}
    return f"– {one.part.title}" + (f" ({until})" if until else "")


def newest_event() -> int:
    """So far Stripe's events are there."""
    return int(StripeEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0)


def forget_at_stripe(done: Erasure, person: Person) -> None:
    """A customer whom a late event brought follows."""
    CustomerRemoval.objects.bulk_create(
        [
            CustomerRemoval(erasure=done, customer_id=one, next_at=timezone.now())
            for one in person.customers
        ],
        ignore_conflicts=True,
    )


def _stop_papers(person: Person) -> None:
    """No reminder of a transfer, no statement by mail any more."""
    TransferPromise.objects.filter(donation__in=person.gifts).update(remind_at=None)
    Statement.objects.filter(donor__in=person.keys, state=Statement.State.POST).update(
        state=Statement.State.KEPT, next_at=None, lease_token=None, lease_until=None
    )
