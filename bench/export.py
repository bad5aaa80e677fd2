"""A year of 100,000 gifts as spreadsheets: seconds and the memory each adds, beside the naive way.

    python -m bench.export [gifts]

The naive way is what a view does that reads the rows as objects into a list and fills an openpyxl
workbook in memory. Each runs in a process of its own, which has loaded what it needs and made a
small file first; what counts is by how much its largest size grows from there (VmHWM). Then the
writers alone with the same rows: XlsxWriter (ours) and openpyxl, both in constant memory.
"""

import os
import subprocess
import sys
import tempfile

from bench import postgres
from bench.processes import ROOT
from bench.product import busy

NUMBER = 100_000
BEGIN = """
import django; django.setup()
import gc, sys, tempfile, time
from django.test import RequestFactory
from people.models import User
from donations.models import Donation, JournalEntry, Receipt, Donor
from donations.treasury import export

def ask(make, kind):
    request = RequestFactory().get("/", {"formato": kind})
    request.user = User.objects.get(username="bench")
    answer = make(request)
    size = sum(len(part) for part in answer)
    answer.close()
    return size

def largest():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024

def fresh():
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")

def measure(work, small):
    small()
    fresh()
    before, begun = largest(), time.perf_counter()
    size = work()
    print(f"{time.perf_counter() - begun:.1f} {largest() - before:.1f} {size / 1e6:.1f}")
"""
OURS = """
sheets = {{
    "donations": lambda rows: lambda request: export.donations(request, rows(Donation)),
    "ledger": lambda rows: lambda request: export.ledger(request, rows(JournalEntry)),
    "receipts": lambda rows: lambda request: export.receipts(request, rows(Receipt)),
    "donors": lambda rows: lambda request: export.donors(request, rows(Donor)),
}}
make = sheets["{what}"]
measure(
    lambda: ask(make(lambda model: model.objects.all()), "{kind}"),
    lambda: ask(make(lambda model: model.objects.filter(pk__lt=100)), "{kind}"),
)
"""
NAIVE = """
from openpyxl import Workbook
from django.utils import timezone

def plain(rows):
    book = Workbook()
    sheet = book.active
    for gift in list(rows.select_related("donor", "fund", "source").prefetch_related("receipts")):
        sheet.append([
            timezone.localtime(gift.created_at).replace(tzinfo=None),
            timezone.localtime(gift.settled_at).replace(tzinfo=None),
            gift.first_name, gift.last_name, gift.fund.name, str(gift.way), "",
            str(gift.get_state_display()), ", ".join(one.label for one in gift.receipts.all()),
            gift.amount / 100, gift.refunded_amount / 100, "", str(gift.public_id),
        ])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        return file.tell()

measure(lambda: plain(Donation.objects.all()), lambda: plain(Donation.objects.filter(pk__lt=100)))
"""
WRITERS = """
from datetime import UTC, datetime
from donations.treasury.export.cells import euros
from donations.treasury.export.formats import write_xlsx
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

def rows(number):
    at = datetime(2026, 11, 27, tzinfo=UTC)
    for n in range(number):
        yield [at, at, f"Ada {{n}}", "Bianchi", "Bench", "Card", None, "Received", f"2026/{{n:06d}}",
            euros(2501), euros(0), None, "0b5e7e2c-8a4e-4a62-9b43-3e5d8a1c9d10"]

def ours(number):
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, ["x"] * 13, rows(number))
        return file.tell()

def openpyxl(number):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    def look(value, form):
        cell = WriteOnlyCell(sheet, value=value)
        cell.number_format = form
        return cell
    for row in rows(number):
        when = [look(cell.replace(tzinfo=None), "dd/mm/yyyy hh:mm") for cell in row[:2]]
        money = [look(cell, "#,##0.00") for cell in row[9:11]]
        sheet.append([*when, *row[2:9], *money, *row[11:]])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        return file.tell()

measure(lambda: {writer}({number}), lambda: {writer}(100))
"""
SHEETS = [
    ("donations", "xlsx"),
    ("donations", "csv"),
    ("ledger", "xlsx"),
    ("ledger", "csv"),
    ("receipts", "xlsx"),
    ("donors", "xlsx"),
]


def main(number: int = NUMBER) -> None:
    with (
        postgres.database("bench_export", like=postgres.migrated()) as name,
        tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder,
    ):
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": folder,
            "DATABASE_URL": postgres.url(name),
        }

        def run(code: str) -> list[float]:
            told = subprocess.run(
                [sys.executable, "-c", code],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
            return [float(word) for word in told.split()]

        run(
            "import django; django.setup()\n"
            "from bench import seed\n"
            "from people.models import User\n"
            "User.objects.create_superuser('bench')\n"
            f"seed.books({number}); seed.settle()"
        )
        print(f"{number} gifts, with fee, refund and receipt {busy()}")
        naive = run(BEGIN + NAIVE)
        _tell("naive: donations, xlsx", naive)
        for what, kind in SHEETS:
            ours = run(BEGIN + OURS.format(what=what, kind=kind))
            _tell(f"{what}, {kind}", ours, naive if (what, kind) == SHEETS[0] else None)
        for writer in ("ours", "openpyxl"):
            code = WRITERS.format(writer=writer, number=number)
            _tell(f"rows alone, {writer}", run(BEGIN + code))
        print(busy())


def _tell(name: str, found: list[float], beside: list[float] | None = None) -> None:
    seconds, memory, size = found
    ratio = f"   the naive way adds {beside[1] / max(memory, 0.1):.0f} times" if beside else ""
    print(f"  {name:24} {seconds:5.1f} s  +{memory:6.1f} MB  file {size:5.1f} MB{ratio}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
