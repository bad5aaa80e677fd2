"""dj-stripe as its documentation sets it up, for a comparison: own virtual environment, own database.

Its view verifies the signature, stores the trigger and processes the event in the request. The
event's type is one that it need not fetch from Stripe for, which spares it a call.
"""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from bench.processes import ROOT, started
from tests.ports import free_port

HOME = ROOT / "var" / "bench" / "djstripe"
SETTINGS = """
import os
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "djsite"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "djstripe"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["BENCH_DB"],
    "USER": "postgres", "HOST": "127.0.0.1", "CONN_MAX_AGE": 60}}
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
STRIPE_TEST_SECRET_KEY = "sk_test_" + 24 * "b"
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
if os.environ.get("BENCH_BARE"):
    DJSTRIPE_WEBHOOK_EVENT_CALLBACK = "djsite.nothing"
"""
SITE = """
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "djsettings")
from django.core.wsgi import get_wsgi_application
from django.urls import include, path
application = get_wsgi_application()
urlpatterns = [path("stripe/", include("djstripe.urls", namespace="djstripe"))]
def nothing(trigger, api_key): pass
"""
MAKE_ENDPOINT = """
import django; django.setup()
from djstripe.models import APIKey, Account, WebhookEndpoint
owner = Account.objects.create(id="acct_bench", livemode=False)
APIKey.objects.create(id="sk_bench", secret="sk_test_" + 24 * "b", type="secret", livemode=False,
    djstripe_owner_account=owner)
made = WebhookEndpoint.objects.create(id="we_bench", livemode=False, enabled_events=["*"],
    djstripe_owner_account=owner, secret="whsec_bench", status="enabled", url="http://127.0.0.1/",
    api_version="2026-10-28.endive")
print(made.djstripe_uuid)
"""


def install() -> Path:
    """Its virtual environment, made once; the path of its Python."""
    python = HOME / "venv" / "bin" / "python"
    if not (HOME / "venv" / ".done").exists():
        subprocess.run([sys.executable, "-m", "venv", str(HOME / "venv")], check=True)
        wanted = ["dj-stripe==2.11.0", "psycopg[binary]", "gunicorn"]
        subprocess.run([str(python), "-m", "pip", "install", "-q", *wanted], check=True)
        (HOME / "venv" / ".done").touch()
    (HOME / "djsettings.py").write_text(SETTINGS)
    (HOME / "djsite.py").write_text(SITE)
    return python


def prepare(database: str) -> str:
    """Its tables and an endpoint; the endpoint's id."""
    python = install()
    environment = {**os.environ, "BENCH_DB": database, "DJANGO_SETTINGS_MODULE": "djsettings"}
    told = ""
    for words in (["-m", "django", "migrate", "-v0"], ["-c", MAKE_ENDPOINT]):
        command = [str(python), *words]
        told = subprocess.run(
            command, cwd=HOME, env=environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    return told.strip()


@contextlib.contextmanager
def running(database: str, uuid: str, *, bare: bool) -> Iterator[str]:
    """The address of its webhook; two sync workers, as ours."""
    python, port = install(), free_port()
    environment = {**os.environ, "BENCH_DB": database, "DJANGO_SETTINGS_MODULE": "djsettings"}
    environment |= {"BENCH_BARE": "1"} if bare else {}
    command = [str(python), "-m", "gunicorn", "-w", "2", "-b", f"127.0.0.1:{port}", "djsite"]
    command += ["--log-level", "error", "--no-control-socket"]
    with started(command, environment=environment, folder=HOME):
        url = f"http://127.0.0.1:{port}/stripe/webhook/{uuid}/"
        _wait(url)
        yield url


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(url, timeout=2)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
