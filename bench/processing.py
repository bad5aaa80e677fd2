"""Stripe's events worked through by one worker on PostgreSQL: ledger, credit, acknowledgement, receipt.

Each event is a gift of its own, paid by card, and is looked up at a Stripe on loopback that answers
at once: first gifts made once, then one in five the later charge of a promise, for which there are
two questions instead of one. Afterwards all the mails that are due are written. Target: 200 events
a second.
"""

import os
import subprocess
import sys
import tempfile

from bench import peer, postgres
from bench.processes import ROOT
from bench.product import busy

NUMBER = 300
FIFTH = 5
WORK = """
import django; django.setup()
import time
from bench import seed
from donations.services import acknowledging, events
seed.gifts({once} + 50)
events.process_events(limit=50)  # what a worker has loaded already
seed.charges({charges})
begun, spent = time.perf_counter(), time.process_time()
done = events.process_events(limit={once} + {charges})
print(done, time.perf_counter() - begun, time.process_time() - spent)
from attribution.models import Credit
from donations.models import Acknowledgement, JournalEntry, Receipt, StripeEvent
begun = time.perf_counter()
acknowledging.write_due()
from mail.models import Message
print(Message.objects.count() / (time.perf_counter() - begun))
print(StripeEvent.objects.filter(state="processed").count(), JournalEntry.objects.count(),
    Credit.objects.count(), Acknowledgement.objects.filter(kind="thank_you").count(),
    Receipt.objects.count())
"""


def main() -> None:
    template = postgres.migrated()
    for label, charges in (("gifts made once", 0), ("one in five recurring", NUMBER // FIFTH)):
        _measure(label, template, charges)


def _measure(label: str, template: str, charges: int) -> None:
    with (
        postgres.database("bench_processing", like=template) as name,
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
            [sys.executable, "-c", WORK.format(once=NUMBER - charges, charges=charges)],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    timing, mails, rows = told.strip().splitlines()[-3:]
    done, seconds, spent = (float(word) for word in timing.split())
    print(
        f"{label:22} {done / seconds:.0f} events/s, {1000 * spent / done:.1f} ms of its own each,"
    )
    print(f"{'':22} then {float(mails):.0f} mails written a second", busy())
    all_ = NUMBER + 50
    wanted = f"{all_} {2 * all_} {all_} {all_} {all_}"
    print("processed, ledger, credits, thanks, receipts:", rows, end=": ")
    print("all there, once" if rows == wanted else f"WRONG: expected {wanted}")


if __name__ == "__main__":
    main()
