"""Gifts in somebody's honour or memory: written with the gift, planned once it has come, sent at
their hour, changed or stopped until then, forgotten afterwards.

The card's mail is an Acknowledgement (`services.acknowledging`), so that it is written once. What
changes a card takes the lease from whoever writes it at that moment: that mail is never born, and
the next tick writes the new words.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from donations.models import Acknowledgement, Donation, Donor, JournalEntry, Tribute
from donations.services.in_person import SETTLES
from mail.forgetting import empty
from mail.models import Message
from outbox.clock import DEFAULT_ZONE, moment
from people.models import User

CARD = "tribute_card"  # the kind of its mail
KEPT = timedelta(days=30)  # the recipient's address, after the card has left
LONGER = timedelta(days=150)  # and while a bank decides, or a person: that takes months
STANDS = (Donation.State.SETTLED, Donation.State.PARTLY_REFUNDED)
AT_ONCE = 200

State = Tribute.State
Duty = Acknowledgement.State
log = logging.getLogger(__name__)


class TooLate(Exception):
    """The card has left or is leaving, was stopped, or the gift has gone back."""


@dataclass(frozen=True)
class Wish:
    """As the form says it, checked. Without `email` there is no card; without `day` and `at` it
    leaves as soon as the gift has come."""

    kind: str
    honouree: str
    recipient: str = ""
    email: str = ""
    message: str = ""
    day: date | None = None
    at: time | None = None


def dedicate(*, gift: Donation, wish: Wish | None) -> None:
    """What the form says now; None: the gift is nobody's. Once a payment is under way it stays as
    it is: from then on it is changed on the donor's own page."""
    with transaction.atomic():
        held = Donation.objects.select_for_update().get(pk=gift.pk)
        if held.state in (*Donation.RECEIVED, Donation.State.PROCESSING):
            return
        if wish is None:
            Tribute.objects.filter(donation=held).delete()
            return
        Tribute.objects.update_or_create(donation=held, defaults=_fields(wish))


def cards(entries: Iterable[JournalEntry], said: set[str]) -> list[Acknowledgement]:
    """The mails that fall due because these rows settle their gifts; an hour that is past by then
    means at once. `said`: keys that are there."""
    settled = {one.donation_id: one.donation for one in entries if one.origin.endswith(SETTLES)}
    if not settled:
        return []
    rows = Tribute.objects.filter(donation__in=settled, due_at__isnull=False, stopped_at=None)
    made = [_duty(settled[row.donation_id], row) for row in rows]
    return [duty for duty in made if duty.key not in said]


def state_of(tribute: Tribute) -> State:
    """How far the card is."""
    if tribute.due_at is None:
        return State.NO_CARD
    duty = duty_of(tribute)
    if duty and duty.mail:
        return State.SENT if duty.mail.state == Message.State.SENT else State.LEAVING
    gift = tribute.donation
    if tribute.stopped_at or (duty and duty.state != Duty.DUE):
        return State.STOPPED
    if gift.state in Donation.RECEIVED:
        return State.PLANNED if gift.state in STANDS else State.STOPPED
    return State.WAITING if gift.state in Donation.OPEN else State.STOPPED


def duty_of(tribute: Tribute) -> Acknowledgement | None:
    return _duties(tribute.donation).select_related("mail").first()


def change(*, tribute: Tribute, wish: Wish) -> Tribute:
    """Other words, another recipient, another hour. Raises TooLate."""
    with transaction.atomic():
        held = _held(tribute)
        open_still = state_of(held) in (State.NO_CARD, State.WAITING, State.PLANNED)
        if not open_still or held.donation.erased:
            raise TooLate
        for name, value in _fields(wish).items():
            setattr(held, name, value)
        held.save()
        if held.due_at and held.donation.state in Donation.RECEIVED:
            _plan(held, held.due_at)
        elif held.due_at is None:
            _call_off(held)
    return held


def stop(*, tribute: Tribute, by: User | None = None) -> None:
    """Nothing leaves any more. Raises TooLate when it has left."""
    with transaction.atomic():
        held = _held(tribute)
        if state_of(held) not in (State.WAITING, State.PLANNED):
            raise TooLate
        held.stopped_at, held.stopped_by = timezone.now(), by
        held.save(update_fields=["stopped_at", "stopped_by"])
        _call_off(held)


def send_now(*, tribute: Tribute) -> None:
    """Whatever its hour, and even if somebody stopped it. Raises TooLate."""
    with transaction.atomic():
        held = _held(tribute)
        may = state_of(held) in (State.PLANNED, State.STOPPED) and held.email
        if not may or held.donation.state not in STANDS:
            raise TooLate
        held.stopped_at = held.stopped_by = None
        held.save(update_fields=["stopped_at", "stopped_by"])
        _plan(held, timezone.now())


def held_up() -> QuerySet[Tribute]:
    """Cards whose hour came while a bank had the money of their gift, and whose gift stands after all:
    whether they still make sense by now, only a person knows."""
    unsent = Acknowledgement.objects.filter(kind=CARD, state=Duty.SKIPPED, mail=None)
    rows = Tribute.objects.filter(stopped_at=None, donation__state__in=STANDS)
    rows = rows.filter(donation__in=unsent.values("donation")).exclude(email="")
    return rows.select_related("donation").order_by("due_at", "pk")


def leave(*, tribute: Tribute, by: User) -> None:
    """It does not leave any more. Raises TooLate when somebody has decided already."""
    with transaction.atomic():
        held = _held(tribute)
        if not held_up().filter(pk=held.pk).exists():
            raise TooLate
        held.stopped_at, held.stopped_by = timezone.now(), by
        held.save(update_fields=["stopped_at", "stopped_by"])


def forget_recipients(*, now: datetime | None = None) -> int:
    """Names and addresses of people who only got a card, some time after it left; how many."""
    until = (now or timezone.now()) - KEPT
    over = list(_over(until).values_list("pk", flat=True)[:AT_ONCE])
    gone = sum(_forget(pk) for pk in over)
    if gone:
        log.info("recipients of cards forgotten", extra={"number": gone})
    return gone


def forget_of(*, donor: Donor) -> int:
    """With the donor: what was not sent is stopped, and every recipient is forgotten."""
    return forget(Tribute.objects.filter(donation__donor__in=Donor.objects.of(donor)))


def forget(rows: QuerySet[Tribute]) -> int:
    """Of these what was not sent is stopped, and every recipient is forgotten; how many were not."""
    keys = list(rows.filter(forgotten_at=None).order_by("pk").values_list("pk", flat=True))
    return sum(_forget(pk) for pk in keys)


def mails_of(tribute: Tribute) -> QuerySet[Message]:
    """The card's mail, and its copies."""
    duties = _duties(tribute.donation)
    about = Q(acknowledgement__in=duties) | Q(sent_again__acknowledgement__in=duties)
    return Message.objects.filter(about)


def _over(until: datetime) -> QuerySet[Tribute]:
    """Planned for before `until`, with nothing that is still to leave or left after it."""
    cards = Acknowledgement.objects.filter(kind=CARD)
    young = cards.filter(
        Q(state=Duty.DUE) | Q(mail__created_at__gte=until) | Q(mail__sent_at__gte=until)
    )
    again = cards.filter(sent_again__mail__created_at__gte=until)
    rows = Tribute.objects.filter(due_at__lt=until, forgotten_at=None)
    rows = rows.exclude(donation__state__in=Donation.OPEN)
    undecided = Q(donation__state=Donation.State.DISPUTED) | Q(pk__in=held_up().values("pk"))
    rows = rows.exclude(undecided, due_at__gt=until - LONGER)
    kept = Q(donation__in=young.values("donation")) | Q(donation__in=again.values("donation"))
    return rows.exclude(kept)


@transaction.atomic
def _forget(pk: int) -> int:
    found = Tribute.objects.filter(pk=pk).first()
    held = found and _held(found)
    if not held or held.forgotten_at:
        return 0
    if state_of(held) in (State.WAITING, State.PLANNED):
        held.stopped_at = timezone.now()
        _call_off(held)
    empty(mails_of(held))
    held.recipient = held.email = held.message = ""
    held.forgotten_at = timezone.now()
    held.save()
    return 1


def _fields(wish: Wish) -> dict[str, object]:
    told: dict[str, object] = {"kind": wish.kind, "honouree": wish.honouree}
    if not wish.email:
        told |= dict.fromkeys(("recipient", "email", "message"), "")
        return told | dict.fromkeys(("day", "at", "due_at"))
    here = timezone.now().astimezone(ZoneInfo(DEFAULT_ZONE))
    day = wish.day or here.date()
    at = wish.at or here.time().replace(second=0, microsecond=0)
    return {
        **told,
        "recipient": wish.recipient,
        "email": wish.email,
        "message": wish.message,
        "day": day,
        "at": at,
        "due_at": moment(day=day, at=at, zone=DEFAULT_ZONE).utc,
    }


def _held(tribute: Tribute) -> Tribute:
    """Under the lock of its gift, as whoever settles or gives back holds it."""
    gift = Donation.objects.select_for_update().get(pk=tribute.donation_id)
    held = Tribute.objects.get(pk=tribute.pk)
    held.donation = gift
    return held


def _duty(gift: Donation | None, tribute: Tribute) -> Acknowledgement:
    assert gift and tribute.due_at
    return Acknowledgement(
        donation=gift,
        kind=CARD,
        key=f"{gift.public_id}:{CARD}",
        state=Duty.DUE,
        next_at=max(tribute.due_at, timezone.now()),
    )


def _plan(held: Tribute, at: datetime) -> None:
    """Raises TooLate when the mail is written."""
    waiting = {"next_at": at, "lease_token": None, "lease_until": None}
    duties = _duties(held.donation)
    if duties.filter(mail=None).update(state=Duty.DUE, attempts=0, last_error="", **waiting):
        return
    if duties.exists():
        raise TooLate
    duty = _duty(held.donation, held)
    duty.next_at = at
    duty.save()


def _call_off(held: Tribute) -> None:
    """Raises TooLate when the mail is written."""
    over = {"state": Duty.SKIPPED, "next_at": None, "lease_token": None, "lease_until": None}
    duties = _duties(held.donation)
    if not duties.filter(mail=None).update(**over) and duties.exists():
        raise TooLate


def _duties(gift: Donation) -> QuerySet[Acknowledgement]:
    return Acknowledgement.objects.filter(donation=gift, kind=CARD)
