"""Webhook intake: signature checked, stored once, 200; two sync workers, PostgreSQL with fsync.

Beside it, in the same run: dj-stripe with its processing, and its bare trigger. All three stand
at once and are asked in turns, so that a neighbour on the machine slows all of them.
"""

import contextlib
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from bench import djstripe, load, postgres
from bench.processes import ROOT, started
from bench.product import busy
from tests.ports import free_port

SECRET = "whsec_bench"
ROUNDS = 5
A_ROUND = 300
RECURRING = "invoice.paid"  # a charge of a recurring gift


def event(n: int, kind: str) -> bytes:
    thing: dict[str, Any] = {"id": f"plink_{n}", "object": "payment_link", "note": "x" * 1500}
    if kind == RECURRING:
        named = {"subscription": f"sub_{n}", "metadata": {}}
        parent = {"type": "subscription_details", "subscription_details": named}
        thing = {"id": f"in_{n}", "object": "invoice", "parent": parent, "note": "x" * 1500}
    return json.dumps(
        {
            "id": f"evt_bench_{n}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
            "data": {"object": thing},
        }
    ).encode()


def signed(url: str, body: bytes) -> bytes:
    stamp = int(time.time())
    mac = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return load.post(
        url,
        body,
        {"Content-Type": "application/json", "Stripe-Signature": f"t={stamp},v1={mac}"},
    )


class Side:
    """One receiver, and what it did in each round. Only ours takes events that it acts on: for
    dj-stripe the type is one that it need not fetch from Stripe for."""

    def __init__(self, url: str, kind: str, label: str, copies: int = 1) -> None:
        self.url, self.kind, self.label, self.copies = url, kind, label, copies
        self.rounds: list[load.Result] = []
        self.sent = (len(label) + copies) * 1_000_000  # numbers of its own
        self.go(40)
        self.rounds.clear()

    def go(self, number: int = A_ROUND) -> None:
        start, self.sent = self.sent, self.sent + number
        make = lambda n: signed(self.url, event(start + n // self.copies, self.kind))  # noqa: E731
        self.rounds.append(load.run(self.url, make, number=number))

    @property
    def result(self) -> load.Result:
        return load.together(self.rounds)


def main() -> None:
    with contextlib.ExitStack() as stack:
        made = stack.enter_context
        first = made(postgres.database("bench_djstripe"))
        uuid = djstripe.prepare(first)
        second = made(postgres.database("bench_djstripe_bare", like=first))
        theirs = made(djstripe.running(first, uuid, bare=False))
        bare = made(djstripe.running(second, uuid, bare=True))
        third = made(postgres.database("bench_segnopiu", like=postgres.migrated()))
        ours = made(receiver(third))
        left, acted = "payment_link.created", "checkout.session.completed"
        rival = Side(theirs, left, "dj-stripe 2.11, with its processing")
        trigger = Side(bare, left, "dj-stripe 2.11, bare trigger")
        kept = Side(ours, left, "Segno+, events to keep")
        new = Side(ours, acted, "Segno+, events to act on")
        copies = Side(ours, acted, "Segno+, five copies of each", copies=5)
        charges = Side(ours, RECURRING, "Segno+, charges of recurring gifts")
        sides = (rival, trigger, kept, new, copies, charges)
        print(busy())
        for _ in range(ROUNDS):
            for side in sides:
                side.go()
        print(busy())
    for side in sides:
        print(f"{side.label:38} {side.result}")
    rates = [side.result.rate for side in sides]
    print(f"to keep {rates[2] / rates[0]:.1f}, to act on {rates[3] / rates[0]:.1f} times dj-stripe")
    print(f"with its processing; {rates[3] / rates[1]:.1f} times its bare trigger; ", end="")
    print(f"one of five copies costs {rates[3] / rates[4]:.2f} of a new event, ", end="")
    print(f"a charge of a recurring gift {rates[3] / rates[5]:.2f}")


@contextlib.contextmanager
def receiver(name: str, *, pages: bool = False, **variables: str) -> Iterator[str]:
    """Our web process alone, as `manage.py up` starts it; the address of its webhook. `pages`: it
    shows pages too, whose static files are gathered first."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder:
        environment = {
            **os.environ,
            "VAR_DIR": folder,
            "DATABASE_URL": postgres.url(name),
            "PORT": str(port),
            "WEB_WORKERS": "2",
            "STRIPE_SECRET_KEY": "sk_test_bench",
            "STRIPE_WEBHOOK_SECRET": SECRET,
            "STRIPE_API_BASE": "http://127.0.0.1:9",
            **variables,
        }
        for part in ("broker", "broker-control", "cache"):
            os.mkdir(f"{folder}/{part}")
        if pages:
            gather = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
            subprocess.run(gather, cwd=ROOT, env=environment, check=True)
        words = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
        with started(words, environment=environment):
            url = f"http://127.0.0.1:{port}/stripe/webhook/"
            djstripe._wait(url)
            yield url


if __name__ == "__main__":
    main()
