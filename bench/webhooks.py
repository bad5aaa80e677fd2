"""Webhook intake: signature checked, stored once, 200; two sync workers, PostgreSQL with fsync.

Beside it, in the same run: dj-stripe with its processing, and its bare trigger.
"""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

from bench import djstripe, load, postgres
from bench.product import ROOT, free_port

SECRET = "whsec_bench"
NUMBER = 3000


def event(n: int, kind: str = "payment_link.created") -> bytes:
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
            "data": {"object": {"id": f"plink_{n}", "object": "payment_link", "note": "x" * 1500}},
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


def measure(url: str, label: str, which: Callable[[int], int] = lambda n: n) -> load.Result:
    load.run(url, lambda n: signed(url, event(-n - 1)), number=100)
    result = load.run(url, lambda n: signed(url, event(which(n))), number=NUMBER)
    print(f"{label:38} {result}")
    return result


def main() -> None:
    with postgres.database("bench_djstripe") as name, djstripe.running(name, bare=False) as url:
        rival = measure(url, "dj-stripe 2.11, with its processing")
    with postgres.database("bench_djstripe") as name, djstripe.running(name, bare=True) as url:
        measure(url, "dj-stripe 2.11, bare trigger")
    with postgres.database("bench_segnopiu") as name:
        ours(name, rival)


def ours(name: str, rival: load.Result) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": postgres.url(name),
        "PORT": str(port),
        "WEB_WORKERS": "2",
        "STRIPE_SECRET_KEY": "sk_test_bench",
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
        cwd=ROOT,
        env=environment,
    )
    try:
        url = f"http://127.0.0.1:{port}/stripe/webhook/"
        djstripe._wait(url)
        new = measure(url, "Segno+, new events")
        # five copies of each, 600 events: what does a copy cost beside a new one?
        copies = measure(url, "Segno+, five copies of each", lambda n: 10_000_000 + n // 5)
        print(f"ratio to dj-stripe {new.rate / rival.rate:.1f}; five copies cost ", end="")
        print(f"{5 * new.rate / copies.rate:.2f} new ones")
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    main()
