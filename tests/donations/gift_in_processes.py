"""Plays gifts from the form to the mail in real processes, kills them at chosen points with -9, and
prints what came of it as JSON. Started by `test_killed.py` with a database and a sandbox of its own.

Each process is a fork of this one, taken before any connection is open.
"""

import json
import os
import signal
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import django

django.setup()

import stripe  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402

from donations import gateway, webhook  # noqa: E402
from donations.models import (  # noqa: E402
    Acknowledgement,
    CheckoutAttempt,
    Donation,
    Premium,
    PremiumClaim,
    Receipt,
    RefundRequest,
    StripeEvent,
)
from donations.services import premium_stock, refunding, tributes  # noqa: E402
from donations.services.acknowledging import write_due  # noqa: E402
from donations.services.events import process_events  # noqa: E402
from donations.services.sweeping import _missed_events  # noqa: E402
from donations.services.tributes import Wish  # noqa: E402
from forks import control, end_of, in_fork, told  # noqa: E402
from giving_support import begin, session_of  # noqa: E402
from mail.models import Message, Sender  # noqa: E402
from mail.services import send_due  # noqa: E402
from premium_support import at_the_shop, seeds  # noqa: E402
from two_at_once import played  # noqa: E402

POINTS = (
    ("donations.services.giving", "_numbered", "after"),
    ("donations.gateway", "Gateway.open_checkout", "before"),
    ("donations.gateway", "Gateway.open_checkout", "after"),
    ("donations.services.inbox", "store", "after"),
    ("donations.models", "SweepMark.move", "before"),
    ("donations.models", "SweepMark.move", "after"),
    ("donations.services.events", "_work", "before"),
    ("donations.gateway", "Gateway.fetch_session", "after"),
    ("donations.services.books", "write", "before"),
    ("donations.services.books", "record", "after"),
    ("donations.services.events", "_record", "after"),
    ("donations.services.receipts", "render_receipt", "after"),
    ("donations.services.acknowledging", "compose", "after"),
    ("donations.services.acknowledging", "_write", "after"),
    ("mail.transport", "deliver", "before"),
    ("mail.transport", "deliver", "after"),
    ("mail.services", "_send", "after"),
)
# the same where an event comes in by the door, in the web's process
AT_THE_DOOR = (
    ("donations.gateway", "verify", "after"),
    ("donations.services.inbox", "store", "before"),
    ("donations.services.inbox", "store", "after"),
    ("donations.webhook", "bell.ring", "after"),
)
# what happens at Stripe after a gift, and where whoever hears of it is killed
LATER = {
    "refund": ("card", lambda intent: control("refund", payment_intent=intent, amount=10_00)),
    "returned": ("card", lambda intent: send_back(intent)),
    "lost": ("card", lambda intent: lose(intent)),
    "debit": ("sepa", lambda intent: control("settle", payment_intent=intent)),
}
LATER_POINTS = (
    ("donations.services.books", "write", "before"),
    ("donations.services.books", "record", "after"),
    ("donations.services.events", "_record", "after"),
)
# the treasury asks for a refund here, and whoever asks Stripe is killed
ASKED_POINTS = (
    ("donations.services.refunding", "ask_back", "after"),
    ("donations.gateway", "Gateway.refund", "before"),
    ("donations.gateway", "Gateway.refund", "after"),
    ("donations.services.refunding", "_accept", "after"),
    ("donations.services.refunding", "follow", "after"),
)
# the hour of a card has come
CARD_POINTS = (
    ("donations.tribute_card", "draw", "before"),
    ("donations.tribute_card", "draw", "after"),
    ("donations.services.acknowledging", "compose", "after"),
    ("donations.services.acknowledging", "_write", "after"),
    ("mail.transport", "deliver", "before"),
    ("mail.transport", "deliver", "after"),
    ("mail.services", "_send", "after"),
)

# a piece is put aside, and hers with the payment
PIECE_POINTS = (
    ("donations.services.premiums", "_take", "after"),
    ("donations.services.premiums", "choose", "after"),
    ("donations.gateway", "Gateway.open_checkout", "after"),
    ("donations.services.premiums", "_confirm", "after"),
    ("donations.services.books", "record", "after"),
)


def die_at(module: str, name: str, when: str) -> None:
    owner: Any = import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    real = getattr(owner, last)

    @wraps(real)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, deadly)


def story(token: uuid.UUID, method: str = "card") -> None:
    """Every step as the web, the donor, the beat and the worker would take it; again and again."""
    gift = begin(form_token=token).donation
    if gift.state == Donation.State.CHECKOUT_OPEN:
        control("pay", session=session_of(gift), method=method)
    hear()


def story_at_the_door(token: uuid.UUID) -> None:
    """Stripe knocks with whatever it has no answer to yet; here that is all, again and again."""
    gift = begin(form_token=token).donation
    if gift.state == Donation.State.CHECKOUT_OPEN:
        control("pay", session=session_of(gift), method="card")
    since = timezone.now() - timedelta(minutes=1)
    for event in gateway.get().list_events(since=since, types=["checkout.session.completed"]):
        knock(event.payload)
    work()


def knock(body: bytes) -> None:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode(), settings.STRIPE_WEBHOOK_SECRET, timestamp=int(time.time())
    )
    request = RequestFactory().post(
        "/stripe/webhook/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert webhook.receive(request).status_code == 200


def hear() -> None:
    _missed_events(timezone.now(), None)  # only into the inbox: the books are its work
    work()


def work() -> None:
    process_events()
    write_due()
    send_due()


def send_back(intent: str) -> None:
    """The donor's bank does not take the refund, which we had heard of."""
    refund = control("refund", payment_intent=intent)["refund"]["id"]
    hear()
    control("refund", refund=refund, outcome="failed")


def lose(intent: str) -> None:
    dispute = control("dispute", payment_intent=intent)["dispute"]["id"]
    control("dispute", dispute=dispute, outcome="lost")


def leases_run_out() -> None:
    past = timezone.now() - timedelta(seconds=1)
    for model in (StripeEvent, Acknowledgement, Message, Sender, RefundRequest):
        model.objects.filter(lease_until__isnull=False).update(lease_until=past)
        model.objects.filter(next_at__isnull=False).update(next_at=past)


def report(token: uuid.UUID) -> dict[str, Any]:
    gift = Donation.objects.get(form_token=token)
    mails = Message.objects.filter(acknowledgement__donation=gift)
    out = "".join(one.read_text() for one in Path(settings.EMAIL_FILE_PATH).glob("*.log"))
    return {
        "state": gift.state,
        "attempts": gift.attempts.count(),
        "ledger": sorted(entry.origin.split(":")[1] for entry in gift.entries.all()),
        "receipts": list(gift.receipts.values_list("state", flat=True)),
        "duties": list(gift.acknowledgements.values_list("kind", "state")),
        "mails": list(mails.values_list("state", flat=True)),
        "left": sum(out.count(f"Message-ID: {mail.message_id}") for mail in mails),
        "events open": StripeEvent.objects.filter(next_at__isnull=False).count(),
    }


def killed(
    point: tuple[str, str, str], story: Callable[[uuid.UUID], None] = story
) -> dict[str, Any]:
    token = uuid.uuid5(uuid.NAMESPACE_OID, f"killed {story.__name__} {point}")

    def dying() -> None:
        die_at(*point)
        story(token)

    def afterwards() -> None:
        leases_run_out()
        story(token)
        story(token)

    ends = [end_of(in_fork(dying)), end_of(in_fork(afterwards))]
    return {"ends": ends, **told(lambda: report(token))}


def killed_later(what: str, point: tuple[str, str, str]) -> dict[str, Any]:
    """The gift is in the books; then something goes back, or a debit is collected."""
    token = uuid.uuid5(uuid.NAMESPACE_OID, f"{what} {point}")
    method, act = LATER[what]

    def before() -> None:
        story(token, method)
        act(CheckoutAttempt.objects.get(donation__form_token=token).payment_intent)

    def dying() -> None:
        die_at(*point)
        hear()

    def afterwards() -> None:
        leases_run_out()
        hear()
        hear()

    ends = [end_of(in_fork(work)) for work in (before, dying, afterwards)]
    return {"ends": ends, **told(lambda: report(token))}


def killed_asking(point: tuple[str, str, str]) -> dict[str, Any]:
    """The sheet is sent again, and the tick asks again, after whoever asked has died."""
    token = uuid.uuid5(uuid.NAMESPACE_OID, f"asked {point}")

    def ask() -> None:
        gift = Donation.objects.get(form_token=token)
        refunding.ask_back(key=str(token), donation=gift, amount=10_00, reason="duplicate", by=None)
        refunding.ask_stripe()
        hear()

    def dying() -> None:
        die_at(*point)
        ask()

    def afterwards() -> None:
        leases_run_out()
        ask()
        ask()

    ends = [end_of(in_fork(work)) for work in (lambda: story(token), dying, afterwards)]
    asked = RefundRequest.objects.filter(donation__form_token=token).values_list("state", flat=True)
    return {"ends": ends, "asked": told(lambda: list(asked)), **told(lambda: report(token))}


def dedicated(token: uuid.UUID) -> None:
    """Thanked for already; its card is planned for tomorrow."""
    gift = begin(form_token=token).donation
    tomorrow = timezone.localdate() + timedelta(days=1)
    wish = Wish("honour", "Nonna Rosa", email="lucia@example.org", day=tomorrow)
    tributes.dedicate(gift=gift, wish=wish)
    control("pay", session=session_of(gift), method="card")
    hear()


def its_hour() -> None:
    Acknowledgement.objects.filter(kind=tributes.CARD, state="due").update(next_at=timezone.now())
    work()


def killed_card(point: tuple[str, str, str]) -> dict[str, Any]:
    token = uuid.uuid5(uuid.NAMESPACE_OID, f"card {point}")

    def dying() -> None:
        die_at(*point)
        its_hour()

    def afterwards() -> None:
        leases_run_out()
        its_hour()
        work()

    ends = [end_of(in_fork(step)) for step in (lambda: dedicated(token), dying, afterwards)]
    return {"ends": ends, **told(lambda: report(token))}


def with_a_piece(token: uuid.UUID, premium: int) -> None:
    choice = at_the_shop(Premium.objects.get(pk=premium))
    gift = begin(form_token=token, amount=10_00, premium=choice).donation
    if gift.state == Donation.State.CHECKOUT_OPEN:
        control("pay", session=session_of(gift), method="card")
    hear()


def pieces_of(premium: int) -> list[Any]:
    """Taken, those that live claims hold, and how the claims stand."""
    found = Premium.objects.get(pk=premium)
    live = found.claims.filter(state__in=PremiumClaim.LIVE).count()
    return [found.taken, live, list(found.claims.values_list("state", flat=True))]


def killed_with_a_piece(point: tuple[str, str, str]) -> dict[str, Any]:
    """The donor comes back and sends the same form; another one does not, and hours pass."""
    told_of: dict[str, Any] = {}
    for back in ("back", "away"):
        token = uuid.uuid5(uuid.NAMESPACE_OID, f"piece {back} {point}")
        premium = told(lambda name=str(token): seeds(name=name, pieces=1).pk)

        def dying(token: uuid.UUID = token, premium: int = premium) -> None:
            die_at(*point)
            with_a_piece(token, premium)

        def afterwards(token: uuid.UUID = token, premium: int = premium) -> None:
            leases_run_out()
            with_a_piece(token, premium)
            with_a_piece(token, premium)

        def hours_later() -> None:
            leases_run_out()
            hear()
            premium_stock.put_back_abandoned(now=timezone.now() + timedelta(hours=3))
            hear()

        ends = [end_of(in_fork(dying))]
        found = [told(lambda premium=premium: pieces_of(premium))]
        ends.append(end_of(in_fork(afterwards if back == "back" else hours_later)))
        found.append(told(lambda premium=premium: pieces_of(premium)))
        told_of[back] = {"ends": ends, "pieces": found}
    return told_of


def cards_together(processes: int) -> dict[str, Any]:
    """Several workers at the same card."""
    token = uuid.uuid5(uuid.NAMESPACE_OID, "cards together")
    end_of(in_fork(lambda: dedicated(token)))
    ends = [end_of(pid) for pid in [in_fork(its_hour) for _ in range(processes)]]
    end_of(in_fork(work))
    return {"ends": ends, **told(lambda: report(token))}


def together(processes: int) -> dict[str, Any]:
    """The same form sent, and the same work done, by several at once, while Stripe takes longer
    to answer the first than a second click waits by itself."""
    token = uuid.uuid5(uuid.NAMESPACE_OID, "together")
    slow = {"kind": "delay", "seconds": 3, "path": "/v1/checkout/sessions", "method": "POST"}
    control("fault", **slow)
    ends = [end_of(pid) for pid in [in_fork(lambda: story(token)) for _ in range(processes)]]
    end_of(in_fork(lambda: story(token)))
    return {"ends": ends, **told(lambda: report(token))}


def numbers() -> list[int]:
    return sorted(Receipt.objects.values_list("number", flat=True))


def main() -> None:
    end_of(in_fork(lambda: call_command("migrate", verbosity=0)))
    found: dict[str, Any] = {" ".join(point): killed(point) for point in POINTS}
    webhook.bell.ring = lambda: None  # there is no broker here
    for point in AT_THE_DOOR:
        found[f"door {' '.join(point)}"] = killed(point, story_at_the_door)
    found["later"] = {
        f"{what} {' '.join(point)}": killed_later(what, point)
        for what in LATER
        for point in LATER_POINTS
    }
    found["cards"] = {" ".join(point): killed_card(point) for point in CARD_POINTS}
    found["cards"]["together"] = cards_together(4)
    found["pieces"] = {" ".join(point): killed_with_a_piece(point) for point in PIECE_POINTS}
    found["asked"] = {" ".join(point): killed_asking(point) for point in ASKED_POINTS}
    found["together"] = together(4)
    found["two at once"] = played()
    found["numbers"] = told(numbers)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
