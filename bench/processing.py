"""Stripe's events worked through by one worker on PostgreSQL: ledger, credit, acknowledgement, receipt.

Each event is a gift of its own, paid by card, and is looked up at a Stripe on loopback that answers
at once. Target: 200 events a second.
"""

import os
import subprocess
import sys
import tempfile

from bench import peer, postgres
from bench.processes import ROOT
from bench.product import busy

NUMBER = 300
WORK = """
import django; django.setup()
import time
from bench import seed
from donations.services import events
seed.gifts({number})
events.process_events(limit=50)  # what a worker has loaded already
begun, spent = time.perf_counter(), time.process_time()
done = events.process_events(limit={number})
print(done, time.perf_counter() - begun, time.process_time() - spent)
from attribution.models import Credit
from donations.models import Acknowledgement, JournalEntry, Receipt, StripeEvent
print(StripeEvent.objects.filter(state="processed").count(), JournalEntry.objects.count(),
    Credit.objects.count(), Acknowledgement.objects.count(), Receipt.objects.count())
"""


def main() -> None:
    with (
        postgres.database("bench_processing", like=postgres.migrated()) as name,
        peer.standing() as stripe,
        tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder,
    ):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": folder,
            "DATABASE_URL": postgres.url(name),
            "STRIPE_API_BASE": stripe,
        }
        told = subprocess.run(
            [sys.executable, "-c", WORK.format(number=NUMBER)],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    timing, rows = told.strip().splitlines()[-2:]
    done, seconds, spent = (float(word) for word in timing.split())
    print(
        f"{done / seconds:.0f} events/s, {1000 * spent / done:.1f} ms of its own an event", busy()
    )
    print("processed, ledger, credits, acknowledgements, receipts:", rows)
    wanted = f"{NUMBER} {2 * NUMBER} {NUMBER} {NUMBER} {NUMBER}"
    print("all there, once" if rows == wanted else f"WRONG: expected {wanted}")


if __name__ == "__main__":
    main()
