"""Whether giving through Stripe works, and what to do where it does not: for who sets it up.

In English, for a terminal; without secrets and without anything of a donor.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from django.conf import settings
from django.utils import timezone

from donations import gateway
from donations.models import StripeEvent, SweepMark
from donations.services import endpoints
from donations.services.inbox import ACTED_ON
from donations.stripe_facts import (
    BadKey,
    Endpoint,
    Event,
    NotPermitted,
    Portal,
    Rejected,
    Unavailable,
)

State = StripeEvent.State
SLOW = timedelta(minutes=5)  # an event waits no longer where a worker runs
SWEPT = timedelta(minutes=30)  # the sweep comes every five minutes
CLOCKS = timedelta(minutes=1)  # apart; at five (gateway.TOLERANCE) every webhook is refused
ON_ITS_WAY = timedelta(minutes=2)
LOOK_BACK = timedelta(days=7)
NEWEST = 20
ENDPOINTS = "list webhook endpoints"
EVENTS = "list events"
PORTAL = "read how the page that changes a card is set up"
DESK = "the treasurer's screen “To decide”"


@dataclass(frozen=True)
class Finding:
    level: Literal["ok", "note", "wrong"]
    what: str
    todo: str = ""


def examine(*, now: datetime | None = None) -> Iterator[Finding]:
    now = now or timezone.now()
    yield from _key()
    yield from _secret()
    try:
        yield from _at_stripe(now)
    except BadKey:
        yield Finding(
            "wrong",
            "Stripe does not know the key in STRIPE_SECRET_KEY.",
            "Copy it again from the dashboard (Developers, API keys); it may have been rolled.",
        )
    except Unavailable as error:
        yield Finding(
            "wrong",
            f"Stripe does not answer ({error}).",
            "See whether this machine reaches api.stripe.com on port 443, and status.stripe.com.",
        )
    except Rejected as error:
        yield Finding(
            "wrong", f"Stripe refuses what it is asked ({error}).", "Look into its log of requests."
        )
    yield from _inbox(now)
    yield from _sweep(now)


def _key() -> Iterator[Finding]:
    key = settings.STRIPE_SECRET_KEY
    kind = "restricted" if key.startswith("rk_") else "secret"
    mode = "live" if endpoints.is_live(key) else "test"
    yield Finding("ok", f"The key is a {kind} one, in {mode} mode.")
    if kind == "secret" and mode == "live":
        yield Finding(
            "note",
            "A secret key may do everything on the account.",
            "A restricted one (rk_live_…) is enough: docs/operations.md, “Stripe for real”.",
        )
    if mode == "test" and not settings.ON_LOOPBACK:
        yield Finding(
            "note", "With a test key no gift is real.", "Use a live key to receive money."
        )


def _secret() -> Iterator[Finding]:
    secret = settings.STRIPE_WEBHOOK_SECRET
    if not secret:
        yield Finding(
            "wrong",
            "STRIPE_WEBHOOK_SECRET is empty: every event is refused.",
            "Run stripe_setup, or copy the signing secret of the endpoint from the dashboard.",
        )
    elif not secret.startswith("whsec_"):
        yield Finding(
            "wrong",
            "STRIPE_WEBHOOK_SECRET is no signing secret: those begin with whsec_.",
            "Copy the one of the endpoint from the dashboard (Webhooks, Signing secret).",
        )


def _at_stripe(now: datetime) -> Iterator[Finding]:
    stripe = gateway.get()
    yield from _clock(stripe.time_there())
    lacking = stripe.lacking()
    yield from _permissions(lacking)
    yield from _account(stripe)
    if PORTAL not in lacking:
        yield from _portal(stripe.portal_configuration())
    if ENDPOINTS in lacking:
        found = None
    else:
        everything = stripe.list_endpoints()
        found = endpoints.ours(everything)
        yield from _endpoint(found, endpoints.strays(everything))
    if EVENTS in lacking or found == []:
        return
    since = max([now - LOOK_BACK, *(one.created for one in found or [])])
    newest = islice(stripe.list_events(since=since, types=list(ACTED_ON)), NEWEST)
    yield from _arrival([one for one in newest if now - one.created > ON_ITS_WAY])


def _clock(there: datetime | None) -> Iterator[Finding]:
    if there is None:
        return
    apart = abs(timezone.now() - there)
    seconds = round(apart.total_seconds())
    if apart <= CLOCKS:
        yield Finding("ok", f"Stripe answers, and the clocks are {seconds} s apart.")
        return
    yield Finding(
        "wrong",
        f"This machine's clock is {seconds} s away from Stripe's; at {gateway.TOLERANCE} s every "
        "event is refused.",
        "Set the clock, and keep it set (systemd-timesyncd, chrony).",
    )


def _permissions(lacking: dict[str, str]) -> Iterator[Finding]:
    if not lacking:
        yield Finding("ok", "The key may do all that is done with it.")
    for what, permission in lacking.items():
        named = f": {permission}" if permission else ""
        if what == ENDPOINTS:
            yield Finding(
                "note",
                f"The key may not {what}{named}. Giving does not need it; stripe_setup and this "
                "look at the endpoint do.",
                "Give it the permission, or compare the endpoint by hand.",
            )
        else:
            yield Finding(
                "wrong",
                f"The key may not {what}{named}.",
                "Give it the permission in the dashboard (Developers, API keys); the list is in "
                "docs/operations.md, “Stripe for real”.",
            )


def _account(stripe: gateway.Gateway) -> Iterator[Finding]:
    try:
        takes = stripe.takes_payments()
    except NotPermitted:
        yield Finding(
            "note",
            "The key may not read the account, so this cannot tell whether Stripe has cleared it "
            "for payments.",
            "The dashboard says it on its first page.",
        )
        return
    if takes:
        yield Finding("ok", "Stripe has cleared the account for payments.")
    else:
        yield Finding(
            "wrong",
            "Stripe does not take payments for this account yet.",
            "Give it what the first page of the dashboard asks for.",
        )


def _portal(found: Portal | None) -> Iterator[Finding]:
    if not found:
        yield Finding(
            "wrong",
            "The customer portal has no configuration of ours: a donor who changes her card meets "
            "the one of the dashboard, or no page at all where nobody has saved one.",
            "Run stripe_setup.",
        )
        return
    wrongs = endpoints.portal_differences(found)
    if wrongs:
        yield Finding(
            "wrong",
            f"The configuration of the customer portal {found.id}: {', '.join(wrongs)}.",
            "Run stripe_setup.",
        )
    else:
        yield Finding(
            "ok",
            f"On the customer portal ({found.id}) a donor changes her card, and nothing else.",
        )


def _endpoint(found: list[Endpoint], strays: list[Endpoint]) -> Iterator[Finding]:
    url = endpoints.address()
    for stray in strays:
        yield Finding(
            "note",
            f"The endpoint {stray.id} sends to {stray.url}, which is not the address of this site.",
            "If SITE_URL was changed, delete it in the dashboard (Webhooks).",
        )
    if not found:
        yield Finding("wrong", f"There is no webhook endpoint for {url}.", "Run stripe_setup.")
        return
    if len(found) > 1:
        ids = ", ".join(one.id for one in found)
        yield Finding(
            "wrong",
            f"There are {len(found)} webhook endpoints for {url}: {ids}. Only one secret is "
            "accepted here, so the others fail.",
            "Delete all but the one whose secret is in .env, or run stripe_setup --replace.",
        )
    for one in found:
        other = one.version != gateway.API_VERSION
        wrongs = endpoints.differences(one)
        if not other and not wrongs:
            yield Finding(
                "ok",
                f"The webhook endpoint {one.id} is enabled, with API {one.version} and the "
                f"{len(ACTED_ON)} types of events that are acted on.",
            )
        if other:
            yield Finding(
                "wrong",
                f"The endpoint {one.id} sends events of API {one.version or 'of the account'}, "
                f"and {gateway.API_VERSION} is read here.",
                "Run stripe_setup --replace: a version cannot be changed.",
            )
        for wrong in wrongs:
            yield Finding("wrong", f"The endpoint {one.id}: {wrong}.", "Run stripe_setup.")


def _arrival(events: list[Event]) -> Iterator[Finding]:
    """Stripe says how many endpoints have not taken an event yet; what was taken had a signature
    that fits our secret."""
    if not events:
        yield Finding(
            "note",
            "Stripe has had no event to send yet, so nothing shows whether the signing secret fits.",
            "Make a gift (in test mode with the card 4242 4242 4242 4242), wait "
            f"{ON_ITS_WAY.seconds // 60} minutes and run this again.",
        )
        return
    newest, pending = events[0], [one for one in events if _pending(one)]
    known = StripeEvent.objects.filter(event_id=newest.id).exists()
    if newest in pending:
        yield Finding(
            "wrong",
            f"{len(pending)} of the newest {len(events)} events could not be delivered, the newest "
            f"one ({newest.id}, {_when(newest.created)}) among them.",
            "The dashboard shows what was answered (Webhooks, the endpoint): 400 says that "
            "STRIPE_WEBHOOK_SECRET is not this endpoint's or that the site was not started again "
            "with it, 301 or 404 that the address is another one, anything else that the site is "
            "not reached. Other endpoints of the account count as well.",
        )
    elif not known:
        yield Finding(
            "wrong",
            f"Stripe has delivered its newest event ({newest.id}), and it is not in this database.",
            "See whether the site at SITE_URL runs on the database of DATABASE_URL.",
        )
    else:
        yield Finding(
            "ok",
            f"Stripe's newest event ({newest.id}, {_when(newest.created)}) was delivered, and its "
            "signature accepted.",
        )


def _pending(event: Event) -> bool:
    return bool(json.loads(event.payload).get("pending_webhooks"))


def _inbox(now: datetime) -> Iterator[Finding]:
    last = StripeEvent.objects.order_by("-pk").first()
    if last is None:
        yield Finding("note", "No event has been received yet.")
        return
    yield Finding("ok", f"The last event was received {_when(last.received_at)} ({last.type}).")
    late = StripeEvent.objects.filter(state=State.RECEIVED, received_at__lt=now - SLOW).count()
    parked = StripeEvent.objects.filter(state=State.PARKED).count()
    failed = StripeEvent.objects.filter(state=State.FAILED).count()
    if late:
        yield Finding(
            "wrong",
            f"{_events(late)} not worked through for more than {SLOW.seconds // 60} minutes.",
            "See whether the worker and the beat run (manage.py up), and what their log says.",
        )
    if parked:
        yield Finding(
            "note",
            f"{_events(parked)} parked: the gift or the fee they tell of is not known yet.",
            "They are tried again by themselves; at once: stripe_replay --parked.",
        )
    if failed:
        yield Finding(
            "wrong",
            f"{_events(failed)} that nobody could work through.",
            f"Read why in {DESK}, then: stripe_replay --failed.",
        )


def _sweep(now: datetime) -> Iterator[Finding]:
    mark = SweepMark.objects.first()
    if mark and mark.refused_since:
        yield Finding(
            "wrong",
            f"Since {_when(mark.refused_since)} Stripe refuses to list its events "
            f"({mark.refusal}): what gets lost stays lost.",
            "Give the key the permission Events: read.",
        )
    elif mark is None or mark.read_until is None:
        yield Finding(
            "note",
            "Stripe has not been asked yet for what was missed.",
            "It is done every five minutes once manage.py up runs; at once: stripe_sweep.",
        )
    elif now - mark.read_until > SWEPT:
        yield Finding(
            "wrong",
            f"Stripe was asked last for what was missed {_when(mark.read_until)}.",
            "See whether the worker and the beat run (manage.py up); at once: stripe_sweep.",
        )
    else:
        yield Finding("ok", f"What was missed was asked for last {_when(mark.read_until)}.")


def _events(number: int) -> str:
    return f"{number} event" if number == 1 else f"{number} events"


def _when(moment: datetime) -> str:
    return f"on {timezone.localtime(moment):%Y-%m-%d at %H:%M}"
