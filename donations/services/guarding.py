"""The guard of the gift form, in layers: doors that are closed, bait, limits by form, address, network,
browser, mail address and for the whole house; while the brake is on, the work that a browser does.
Every verdict is written down for the treasury.

The counts are rows of the database the gift is written to: where they cannot be written, no gift can
be either. What was seen is only told: where that fails, giving goes on.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import Q
from django.utils import timezone

from donations import proof
from donations.models import ClosedDoor, GiftTry, OpenEvening
from donations.proof import Answer
from donations.services import crowding, evenings
from donations.visitors import KINDS, Visitor, digest
from people import limits
from people.limits import Limit

BY_FORM = Limit("gift-form", 20, 3600)
BY_ADDRESS = Limit("gift-address", 20, 600)
BY_DEVICE = Limit("gift-device", 60, 600)
BY_NETWORK = Limit("gift-network", 100, 600)
# a network that sends all it may at once would hold the workers from everybody else
RUSH = Limit("gift-rush", 6, 6, spread=True)
BY_MAIL = Limit("gift-mail", 10, 3600)
PROMISES = Limit("gift-transfer", 3, 3600)  # by mail address: each sends a mail there
# what Stripe takes a second, live, is 100: docs.stripe.com/rate-limits
HOUSE = Limit("gift-house", 6000, 60)
# starts of the whole house while the brake is on: of browsers that did the work for it
BRAKED = Limit("gift-braked", 300, 60)
# and of those that did not, who have their own small share: testers of cards fill up theirs and not
# the donors'; by network too, so that a few of them do not fill it up for all who have no script
UNPROVEN = Limit("gift-unproven", 60, 60)
UNPROVEN_OF_NETWORK = Limit("gift-unproven-network", 5, 600)
# any answer costs work: whoever sends more than this gets a short one
POSTS = Limit("gift-posts", 60, 600)
POSTS_OF_NETWORK = Limit("gift-posts-network", 200, 600)
# what a person mistypes in a form of ours is no try: so often a form, and a network
MISTYPED = Limit("gift-mistyped", 5, 3600)
MISTYPED_OF_NETWORK = Limit("gift-mistyped-network", 600, 600)
# forms drawn again for those whose place has sent too many: beyond it they get the short answer too
DRAWN = Limit("gift-drawn", 6, 600)
PAUSE = 4  # seconds between form and sending, while the brake is on and no work was done
KEPT = timedelta(days=30)
MOST = 20_000  # rows; the oldest go
GOOD_FOR = timedelta(hours=24)  # of a release; a form lives as long

State, Reason, Proof = GiftTry.State, GiftTry.Reason, GiftTry.Proof
WORKED = (Proof.SOLVED, Proof.DOWN)
# what a person released stays so, what waits for a person is not lost in a crowd, and work that was
# done is remembered
WRITE = """
INSERT INTO donations_gifttry AS old (key, first_at, at, state, reason, address, network, device, mail,
    address_hint, mail_hint, amount, proof, times, declines)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 0)
ON CONFLICT (key) DO UPDATE SET at = excluded.at, times = old.times + excluded.times,
    proof = CASE WHEN excluded.proof = '' OR old.proof = 'solved'
        THEN old.proof ELSE excluded.proof END,
    state = CASE WHEN old.state = 'released'
        OR (old.state = 'quarantined' AND excluded.state = 'slowed')
        THEN old.state ELSE excluded.state END,
    reason = CASE WHEN old.state = 'released'
        OR (old.state = 'quarantined' AND excluded.state = 'slowed')
        THEN old.reason ELSE excluded.reason END
"""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """A form that was sent, and is right. `age`: seconds since we gave it out; `bait`: filled in what
    people do not see."""

    token: UUID
    amount: int
    by_transfer: bool = False
    bait: bool = False
    age: float = 3600.0
    answer: Answer = proof.NOTHING


@dataclass(frozen=True)
class Verdict:
    """`wait`: seconds, where waiting helps; `code`: by which the treasury finds it; `place`: the widest
    that has sent too much, if any, which it has for `lasts` seconds more."""

    state: str
    reason: str = ""
    wait: int = 0
    code: str = ""
    place: str = ""
    lasts: float = 0

    @property
    def passes(self) -> bool:
        return self.state == State.PASSED


def weigh(*, visitor: Visitor, sent: Sent) -> Verdict:
    """Counts it, decides, and writes down what was decided."""
    doors = _doors(visitor)
    over = _even_in_a_hall(limits.exceeded(_of_visitor(visitor, sent)), visitor)
    work = _work(sent) if _is_house(doors) else Proof.UNASKED
    state, reason, wait = _decide(sent, doors, over, work)
    key, vouched = _key("form", str(sent.token)), work in WORKED
    if state not in (State.PASSED, State.REFUSED) and _released(visitor, key):
        state, reason, wait = State.PASSED, Reason.NONE, 0
        vouched = True
    # last: what was stopped by then must not use up what the house may start
    if state == State.PASSED and (over := _over_in_house(visitor, work, vouched)):
        state, wait = State.SLOWED, max(limit.seconds for limit in over)
        reason = Reason.HOUSE if HOUSE in over or BRAKED in over else Reason.PROOF
    if state == State.REFUSED:
        key = _bundle(visitor, reason)
        work = Proof.UNASKED
    _write(visitor, key, state, reason, amount=sent.amount, work=work)
    place, lasts = _crowded(over, visitor) if state == State.SLOWED else ("", 0)
    return Verdict(state, reason, wait, key[:8].upper(), place, lasts)


def floods(*, visitor: Visitor) -> Verdict | None:
    """Counts anything that is sent, before it is read; a verdict where it is far too much."""
    posts = _posts(visitor)
    places = [place for _limit, place in posts]
    if wait := crowding.wait(places):
        return Verdict(State.REFUSED, Reason.FLOOD, wait)
    refused = crowding.missed(places)
    over = _even_in_a_hall(limits.exceeded(posts, 1 + refused), visitor)
    if over:
        refused += 1
        limit = over[-1]  # of the network, where that has sent too much
        place = dict(posts)[limit]
        crowding.shut(place, seconds=limits.left(limit, place), wait=limit.seconds)
    if refused:
        bundle = _bundle(visitor, Reason.FLOOD)
        _write(visitor, bundle, State.REFUSED, Reason.FLOOD, times=refused)
    return Verdict(State.REFUSED, Reason.FLOOD, over[0].seconds) if over else None


def forgive(*, visitor: Visitor, token: UUID) -> None:
    """What was sent was a form of ours with something left out or mistyped: a school behind one
    address may do so all morning. Below a roof, since each of them is drawn again."""
    roof = [(MISTYPED, str(token)), (MISTYPED_OF_NETWORK, visitor.network)]
    if not limits.exceeded([row for row in roof if row[1]]):
        limits.give_back(_posts(visitor))


def _posts(visitor: Visitor) -> list[tuple[Limit, str]]:
    rows = [(POSTS, visitor.address), (POSTS_OF_NETWORK, visitor.network)]
    return [row for row in rows if row[1]]


def shown_enough(*, visitor: Visitor, verdict: Verdict) -> bool:
    """Whether a network whose addresses, browsers or all together have sent too much has had its form
    back often enough; the place is then refused unread for as long as it has sent too much, some
    seconds at most (`crowding`)."""
    by_place = verdict.reason in (Reason.ADDRESS, Reason.DEVICE, Reason.NETWORK, Reason.PROOF)
    enough = by_place and not limits.allowed(DRAWN, visitor.network)
    if enough and verdict.place:
        crowding.shut(verdict.place, seconds=verdict.lasts, wait=verdict.wait)
    return enough


def forget() -> int:
    """What is old, or too much; how many rows."""
    old = timezone.now() - KEPT
    gone, _each = GiftTry.objects.filter(at__lt=old).delete()
    last = GiftTry.objects.order_by("-at", "-pk").values_list("at", flat=True)[MOST : MOST + 1]
    for at in last:
        more, _each = GiftTry.objects.filter(at__lte=at).delete()
        gone += more
    over, _each = ClosedDoor.objects.filter(until__lt=old).delete()
    gone_by, _each = OpenEvening.objects.filter(until__lt=old).delete()
    return gone + over + gone_by


@dataclass(frozen=True)
class Door:
    kind: str
    reason: str


def _doors(visitor: Visitor) -> Sequence[Door]:
    """Those closed to this visitor, and the house's, whose key is empty. A digest is of one kind."""
    keys = [one for kind in KINDS for one in visitor.known_as(kind)]
    shut = ClosedDoor.objects.in_force().filter(key__in=["", *keys]).order_by()
    return [Door(*row) for row in shut.values_list("kind", "reason")]


def braked() -> bool:
    """Whether the brake of the whole house is on."""
    return bool(ClosedDoor.objects.in_force().filter(kind=ClosedDoor.Kind.HOUSE).exists())


def _work(sent: Sent) -> str:
    """Of the browser, while the brake is on. Where the challenge does not work, nobody has to."""
    if sent.answer.state == Proof.SOLVED:
        return Proof.SOLVED if proof.first_use(sent.answer) else Proof.WRONG
    return sent.answer.state if proof.works() else Proof.DOWN


def _is_house(doors: Sequence[Door]) -> bool:
    return any(door.kind == ClosedDoor.Kind.HOUSE for door in doors)


def _of_visitor(visitor: Visitor, sent: Sent) -> list[tuple[Limit, str]]:
    rows = [
        (BY_FORM, str(sent.token)),
        (BY_ADDRESS, visitor.address),
        (BY_DEVICE, visitor.device),
        (BY_NETWORK, visitor.network),
        (RUSH, visitor.network),
        (PROMISES if sent.by_transfer else BY_MAIL, visitor.mail),
    ]
    return [row for row in rows if row[1]]


def _even_in_a_hall(over: list[Limit], visitor: Visitor) -> list[Limit]:
    """Of the limits that are passed, those that hold even where many give from one place tonight.
    Asked only then: nobody else waits for it."""
    wide = {
        BY_ADDRESS: (evenings.BY_ADDRESS, visitor.address),
        BY_DEVICE: (evenings.BY_DEVICE, visitor.device),
        BY_NETWORK: (evenings.BY_NETWORK, visitor.network),
        RUSH: (evenings.RUSH, visitor.network),
        POSTS: (evenings.POSTS, visitor.address),
        POSTS_OF_NETWORK: (evenings.POSTS_OF_NETWORK, visitor.network),
    }
    of_place = [limit for limit in over if limit in wide]
    if not of_place or not evenings.is_open(visitor):
        return over
    passed = limits.exceeded([wide[limit] for limit in of_place])
    return [limit for limit in over if limit not in wide or wide[limit][0] in passed]


def _crowded(over: Sequence[Limit], visitor: Visitor) -> tuple[str, float]:
    """The widest place that has sent too much, whoever sends from there next, and for how long still."""
    wide = ((BY_NETWORK, visitor.network), (RUSH, visitor.network), (BY_ADDRESS, visitor.address))
    for limit, place in wide:
        if place and limit in over:
            return place, limits.left(limit, place)
    return "", 0


def _over_in_house(visitor: Visitor, work: str, vouched: bool) -> list[Limit]:
    """`vouched`: by the work or by a person; `work`: empty while the brake is off. What a network has
    used up does not count for the house."""
    if not work:
        return limits.exceeded([(HOUSE, "*")])
    if vouched:
        return limits.exceeded([(HOUSE, "*"), (BRAKED, "*")])
    own = [(UNPROVEN_OF_NETWORK, visitor.network)] if visitor.network else []
    return limits.exceeded(own) or limits.exceeded([(HOUSE, "*"), (UNPROVEN, "*")])


def _decide(
    sent: Sent, doors: Sequence[Door], over: Sequence[Limit], work: str
) -> tuple[str, str, int]:
    """State, reason, seconds to wait: what a person said comes first."""
    closed = [door for door in doors if door.kind != ClosedDoor.Kind.HOUSE]
    if any(door.reason == ClosedDoor.Reason.PERSON for door in closed):
        return State.REFUSED, Reason.BANNED, 0
    if over:
        return State.SLOWED, _reason(over[0]), max(limit.seconds for limit in over)
    if closed:
        return State.QUARANTINED, closed[0].reason, 0
    if sent.bait:
        return State.QUARANTINED, Reason.BAIT, 0
    if work and work != Proof.SOLVED and sent.age < PAUSE:
        return State.SLOWED, Reason.BRAKE, 0
    return State.PASSED, Reason.NONE, 0


def _reason(limit: Limit) -> str:
    """Of the layer that is passed: read when asked, so that a limit may be another one."""
    return {
        BY_FORM: Reason.FORM,
        BY_ADDRESS: Reason.ADDRESS,
        BY_DEVICE: Reason.DEVICE,
        BY_NETWORK: Reason.NETWORK,
        RUSH: Reason.NETWORK,
        BY_MAIL: Reason.MAIL,
        PROMISES: Reason.MAIL,
    }[limit]


def _released(visitor: Visitor, key: str) -> bool:
    """A person has looked at this form, or at another of the same mail address, and let it go on."""
    same = Q(key=key) | Q(mail__in=visitor.known_as("mail"))
    since = timezone.now() - GOOD_FOR
    return GiftTry.objects.filter(same, state=State.RELEASED, decided_at__gt=since).exists()


def _key(kind: str, text: str) -> str:
    return digest(f"key.{kind}", text)


def _bundle(visitor: Visitor, reason: str) -> str:
    """One row an hour, network and reason, however many."""
    return _key("hour", f"{timezone.now():%Y%m%d%H}.{reason}.{visitor.network}")


def key_of(token: UUID) -> list[str]:
    """Under which a form's try is found, also where its key has changed meanwhile."""
    return [digest("key.form", str(token), age) for age in (0, 1)]


def _write(
    visitor: Visitor,
    key: str,
    state: str,
    reason: str,
    *,
    amount: int | None = None,
    work: str = Proof.UNASKED,
    times: int = 1,
) -> None:
    """One statement, whether it is known already or not."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    digests = visitor.digests()
    row: list[Any] = [key, now, now, state, reason, *(digests[kind] for kind in KINDS)]
    row += [visitor.address_hint, visitor.mail_hint, amount, work, times]
    try:
        with connection.cursor() as cursor:
            cursor.execute(WRITE + (f"RETURNING {limits.QUICK}" if limits.alone() else ""), row)
    except DatabaseError:
        log.exception("an attempt at the form was not written down")
