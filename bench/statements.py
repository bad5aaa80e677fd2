"""10,000 yearly statements: minutes from the order to the last mail written, two workers, one killed.

    python -m bench.statements [donors]

Gifts (four a donor, receipted) are written straight into the tables of a PostgreSQL database of its
own. Two processes do what the tick does; one is killed with SIGKILL in the middle of drawing, its
leases set to run out, and another one started. Afterwards the papers, the mails and the files are
counted, and the largest size of the worker that lived (VmHWM) is compared with what it had when it
began to work.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time

from bench import postgres
from bench.processes import ROOT
from bench.product import busy

NUMBER, TARGET = 10_000, 15 * 60
SEED = """
import django; django.setup()
from django.db import connection
from bench import seed
seed.books(4 * {donors})
with connection.cursor() as cursor:
    cursor.execute(
        "UPDATE donations_donation SET settled_at = now(), donor_id ="
        " (SELECT min(id) FROM donations_donor) + (id / 4) % {donors}"
    )
seed.settle()
"""
ORDER = """
import django; django.setup()
from django.utils import timezone
from donations.services import yearly_statements
yearly_statements.start(year=timezone.now().year, by=None)
"""
WORKER = """
import django; django.setup()
import time
from donations.models import StatementRun
from donations.services import yearly_statements

def largest():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

yearly_statements.work(seconds=2)
before = largest()
while StatementRun.objects.filter(state__in={states}).exists():
    yearly_statements.work()
    time.sleep(0.2)
print(f"{{before:.1f}} {{largest():.1f}}")
"""
EXPIRE = """
import django; django.setup()
from django.utils import timezone
from donations.models import Statement, StatementRun
for model in (Statement, StatementRun):
    model.objects.filter(lease_token__isnull=False).update(lease_until=timezone.now())
"""
DRAWN = """
import django; django.setup()
from donations.models import Statement
print(Statement.objects.exclude(file="").count())
"""
RELEASE = """
import django; django.setup()
from donations.models import Statement, StatementRun
from donations.services import yearly_statements
run = StatementRun.objects.get()
print(run.state, run.people, run.amount, run.ledger)
for one in run.statements.filter(sample=True):
    yearly_statements.see(statement=one)
run.refresh_from_db()
yearly_statements.today = lambda: type("Day", (), {"year": run.year + 1})  # as if the year were over
yearly_statements.release(run=run, by=None)
"""
COUNT = """
import django; django.setup()
from donations.models import Statement, StatementRun
from mail.models import Message
run = StatementRun.objects.get()
files = len(Statement.objects.first().file.storage.listdir(f"statements/{run.year}")[1])
print(run.state, Statement.objects.filter(state="posted").count(),
    Message.objects.filter(kind="yearly_statement").count(), files)
"""


def main(number: int = NUMBER) -> None:
    with (
        postgres.database("bench_statements", like=postgres.migrated()) as name,
        tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder,
    ):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": folder,
            "DATABASE_URL": postgres.url(name),
        }

        def begin(code: str) -> subprocess.Popen[str]:
            return subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
            )

        def run(code: str) -> str:
            return _end(begin(code))

        run(SEED.format(donors=number))
        print(f"{number} donors, {4 * number} gifts {busy()}")
        begun = time.perf_counter()
        run(ORDER)
        drawing = WORKER.format(states=["gathering", "drawing"])
        workers = [begin(drawing), begin(drawing)]
        while int(run(DRAWN)) < number // 3:
            time.sleep(1)
        workers[1].send_signal(signal.SIGKILL)
        workers[1].wait()
        run(EXPIRE)
        other = begin(drawing)
        before, after = map(float, _end(workers[0]).split())
        _end(other)
        drawn = time.perf_counter() - begun
        print(f"  drawn      {drawn:6.0f} s   worker {before:.0f} MB, at most {after:.0f} MB")
        print(f"  adds up    {run(RELEASE).strip()}")
        sending = WORKER.format(states=["sending"])
        two = [begin(sending), begin(sending)]
        before, after = map(float, _end(two[0]).split())
        _end(two[1])
        whole = time.perf_counter() - begun
        print(f"  sent       {whole:6.0f} s   worker {before:.0f} MB, at most {after:.0f} MB")
        print(f"  state, papers, mails, files: {run(COUNT).strip()}")
        print(f"  target {TARGET} s: {'met' if whole < TARGET else 'missed'} {busy()}")


def _end(process: subprocess.Popen[str]) -> str:
    told, _errors = process.communicate()
    assert process.returncode == 0, process.args
    return told


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
