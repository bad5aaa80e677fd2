"""The treasury's pages over a year of 100,000 gifts: p95 of each, and statements that do not grow.

PostgreSQL with fsync, gunicorn as `manage.py up` starts it, one treasurer who clicks as fast as she
is answered. First 1,000 gifts, and how many statements each page takes; then 100,000, and no more
of them, or it says WRONG. Then each page some times, never asked the same twice where it can be
asked otherwise (another name, another page of the list), over HTTP; last, the year's months are
closed one by one. Beside three of them, in the same run, what a view does that was written in the
first way that comes to mind (`NAIVE`).

BENCH_GIFTS: another number of gifts; BENCH_ASKED: how often each page is asked, for a short look.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bench import load, postgres, webhooks, year
from bench.processes import ROOT
from bench.product import busy

GIFTS = int(os.environ.get("BENCH_GIFTS", "100000"))
ASKED = int(os.environ.get("BENCH_ASKED", "40"))
SMALL = 1000
ROME = ZoneInfo("Europe/Rome")
TARGET = 300  # milliseconds
SECRET = "bench-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLM"
PROOF = "b" * 32
HOME = "/admin/tesoreria/"

SEED = """
import django; django.setup()
from bench import year
year.write({number}, first={first})
"""
SIGN_IN = """
import django; django.setup()
from django.test import Client
from people.models import User
client = Client()
client.force_login(User.objects.create_superuser("bench"))
print(client.cookies["sessionid"].value)
"""
COUNT = """
import django; django.setup()
import json, sys
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from people.models import User
client = Client()
client.force_login(User.objects.get(username="bench"))
found = {}
for name, path in json.loads(sys.stdin.read()).items():
    client.get(path, HTTP_HOST="127.0.0.1")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path, HTTP_HOST="127.0.0.1").status_code == 200, path
    found[name] = len(asked)
print(json.dumps(found))
"""
NAIVE = f"""
import django; django.setup()
import statistics, time
from collections import Counter
from django.db.models import Q
from django.test import Client
from django.utils import timezone
from bench import year
from donations.models import Account, Donation, Donor, JournalEntry
from people.models import User

def found(text):
    written = ("donations__first_name", "donations__last_name", "email", "donations__codice_fiscale")
    wanted = Q()
    for name in written:
        wanted |= Q(**{{f"{{name}}__icontains": text}})
    for donor in Donor.objects.filter(wanted).distinct()[:50]:
        gifts = list(donor.donations.filter(settled_at__isnull=False))
        sum(one.amount - one.refunded_amount for one in gifts), donor.kept, list(donor.tags.all())

def by_day():
    days = Counter()
    rows = JournalEntry.objects.filter(at__gte=year.begins()).select_related("debit", "credit")
    for row in rows:
        if row.credit.fund_id:
            days[timezone.localdate(row.at)] += row.amount
        if row.debit.fund_id:
            days[timezone.localdate(row.at)] -= row.amount

def balances():
    for account in Account.objects.all():
        sum(row.amount for row in account.debits.all())
        sum(row.amount for row in account.credits.all())

client = Client()
client.force_login(User.objects.get(username="bench"))

def page(path):
    assert client.get("{HOME}" + path, HTTP_HOST="127.0.0.1").status_code == 200

def median(work, times):
    took = []
    for n in range(times):
        begun = time.perf_counter()
        work(n)
        took.append(time.perf_counter() - begun)
    return 1000 * statistics.median(took)

month = timezone.localdate()
name = lambda n: year.name(100 + n)[1].split()[-1]
for label, naive, ours in (
    ("a donor by her name", lambda n: found(name(n)), lambda n: page(f"donatori/?cerca={{name(n)}}")),
    ("the report by day", lambda n: by_day(), lambda n: page("rapporti/?rapporto=giorno")),
    ("a month, with what each account holds", lambda n: balances(),
        lambda n: page(f"mesi/{{month.year}}/{{month.month}}/")),
):
    ours(9)
    print(label, median(naive, 3), median(ours, 5), sep="|")
"""


def pages() -> dict[str, list[str]]:
    """What is asked of each, in turns."""
    donors = GIFTS // year.GIFTS_A_DONOR
    some = [donors * n // ASKED + 1 for n in range(ASKED)]
    own = [year.name(n)[1].split()[-1] for n in some]
    places = [1 + GIFTS // 50 * n // ASKED for n in range(ASKED)]
    begin = year_begins()
    found = {
        "donors, first page": ["donatori/"],
        "donors, deep": [f"donatori/?p={1 + place // year.GIFTS_A_DONOR}" for place in places],
        "donors, by name": [f"donatori/?cerca={quote(one)}" for one in own],
        "donors, by first and last name": [
            f"donatori/?cerca={quote(' '.join(year.name(n)))}" for n in some
        ],
        "donors, by a common last name": [f"donatori/?cerca={quote(one)}" for one in year.LAST],
        "donors, by three letters": [f"donatori/?cerca={quote(one[:3])}" for one in year.LAST],
        "donors, by a common first name": [f"donatori/?cerca={one}" for one in year.FIRST],
        "donors, by mail": [f"donatori/?cerca={year.mail(n)}" for n in some],
        "donors, by part of a mail": [f"donatori/?cerca={year.mail(n)[4:-9]}" for n in some],
        "donors, by the mail's domain": [f"donatori/?cerca={one}" for one in year.MAILS],
        "donors, by codice fiscale": [f"donatori/?cerca={year.code(n)}" for n in some],
        "donors, by how it begins": [f"donatori/?cerca={year.code(n)[:9]}" for n in some],
        "donors, by receipt": [f"donatori/?cerca={begin.year + 1}/{n}" for n in some],
        "donors, by payment": [f"donatori/?cerca=pi_{n}" for n in some],
        "donors, groups and sums": [
            *(f"donatori/?gruppo={one}" for one in ("nuovi", "ricorrenti", "non-quest-anno")),
            "donatori/?gruppo=da-tempo",
            "donatori/?sopra=100",
        ],
        "donors, perhaps twice": ["donatori/doppi/"],
        "donations, first page": [""],
        "donations, deep": [f"?p={place}" for place in places],
        "donations, by state": ["?stato=settled", "?stato=refunded", "?stato=senza-codice"],
        "donations, by fund and means": [
            "?fondo=bench-1",
            "?modo=card",
            "?fondo=bench-2&modo=cash",
        ],
        "donations, by days": [f"?da={one}-01&a={one}-28" for one in months(begin)],
        "donations, by name": [f"?cerca={quote(one)}" for one in own],
        "donations, by a common name": [f"?cerca={quote(one)}" for one in year.LAST],
        "ledger": ["prima-nota/", *(f"prima-nota/?p={place}" for place in places)],
        "months": ["mesi/"],
        "a month, none closed yet": [
            f"mesi/{one.replace('-', '/').replace('/0', '/')}/" for one in months(begin)
        ],
    }
    names = (
        "giorno",
        "campagna",
        "post",
        "canale",
        "fondo",
        "modo",
        "ricorrenti",
        "omaggi",
        "fedelta",
    )
    days = f"da={begin}&a={_today()}"
    for name in ("", *names):
        every = [f"rapporti/?rapporto={name}", f"rapporti/?rapporto={name}&{days}&confronta=on"]
        found[f"report, {name or 'year'}"] = [*every, f"{every[0]}&fondo=bench-1"]
    return found


def year_begins() -> date:
    today = _today()
    return today.replace(year=today.year - 1, day=1)


def _today() -> date:
    return datetime.now(ROME).date()


def months(begin: date) -> list[str]:
    """The twelve that are over: 2026-01."""
    counted = [begin.year * 12 + begin.month - 1 + n for n in range(12)]
    return [f"{one // 12}-{one % 12 + 1:02d}" for one in counted]


def main() -> None:
    with contextlib.ExitStack() as stack:
        name = stack.enter_context(postgres.database("bench_reports", like=postgres.migrated()))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="segnopiu-bench-"))
        own = {"SECRET_KEY": SECRET, "DOTENV": "", "DEBUG": ""}
        environment = {
            **os.environ,
            **own,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": folder,
            "DATABASE_URL": postgres.url(name),
        }

        def run(code: str, told: str = "") -> str:
            words = [sys.executable, "-c", code]
            return subprocess.run(
                words,
                cwd=ROOT,
                env=environment,
                check=True,
                input=told,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout

        gather = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(gather, cwd=ROOT, env=environment, check=True)
        for part in ("broker", "broker-control", "cache"):
            os.makedirs(f"{folder}/{part}", exist_ok=True)
        session = run(SIGN_IN).split()[-1]
        firsts = json.dumps({label: HOME + paths[0] for label, paths in pages().items()})
        run(SEED.format(number=SMALL, first=0))
        few = json.loads(run(COUNT, firsts))
        run(SEED.format(number=GIFTS - SMALL, first=SMALL))
        many = json.loads(run(COUNT, firsts))
        print(f"{GIFTS} gifts of {GIFTS // year.GIFTS_A_DONOR} donors {busy()}")
        site = stack.enter_context(webhooks.receiver(name, VAR_DIR=folder, **own)).replace(
            "/stripe/webhook/", ""
        )
        cookies = {"Cookie": f"sessionid={session}; csrftoken={PROOF}"}
        slow = []
        for label, paths in pages().items():
            found = ask(site, [HOME + path for path in paths], cookies)
            grown = f"  WRONG: {few[label]} for {SMALL} gifts" if many[label] > few[label] else ""
            print(f"  {label:32} {found}  p95 {found.p95:6.0f} ms  {many[label]} statements{grown}")
            slow += [label] if found.p95 > TARGET or found.errors or grown else []
        print(f"beside the first way that comes to mind {busy()}")
        for line in run(NAIVE).splitlines():
            label, naive, ours = line.split("|")
            ratio = float(naive) / float(ours)
            print(
                f"  {label:40} {float(naive):7.0f} ms, ours {float(ours):5.0f} ms: {ratio:.0f} times"
            )
        found = close(site, cookies)
        print(f"  {'closing a month (twelve of them)':32} {found}  p95 {found.p95:6.0f} ms")
        slow += ["closing"] if found.p95 > TARGET or found.errors else []
        print(f"target {TARGET} ms: {'missed: ' + ', '.join(slow) if slow else 'met'} {busy()}")


def ask(site: str, paths: list[str], cookies: dict[str, str]) -> load.Result:
    """Each once before, so that the worker has loaded what it needs."""
    load.run(site, lambda n: load.get(site + paths[0], **cookies), number=2, connections=1)
    made = lambda n: load.get(site + paths[n % len(paths)], **cookies)  # noqa: E731
    return load.run(site, made, number=ASKED, connections=1)


def close(site: str, cookies: dict[str, str]) -> load.Result:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    body = f"csrfmiddlewaretoken={PROOF}&per_sempre=on".encode()
    requests = [
        load.post(f"{site}{HOME}mesi/{int(one[:4])}/{int(one[5:])}/", body, kind | cookies)
        for one in months(year_begins())
    ]
    return load.run(site, lambda n: requests[n], number=12, connections=1, good=(302,))


if __name__ == "__main__":
    main()
