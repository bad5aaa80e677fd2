"""What is committed is on the disk, but for visits, which nobody waits for; PostgreSQL compiles no
queries unless the address of the database says so."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution import visits
from attribution.models import ShortLink, Source, Visit

ROOT = Path(__file__).resolve().parents[2]
FULL = 2
ASK = """
from django.db import connection
cursor = connection.cursor()
print(*cursor.execute("PRAGMA synchronous").fetchone(), *cursor.execute("PRAGMA journal_mode").fetchone())
"""
SAID = """
from django.conf import settings
print(settings.DATABASES["default"].get("OPTIONS", {}).get("options", ""))
"""


def test_a_commit_waits_for_the_disk(tmp_path):
    told = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert told.stdout.split() == [str(FULL), "wal"], told.stderr


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("", "-c jit=off"),
        ("?options=-c%20jit%3Don", "-c jit=off -c jit=on"),  # the last word counts
        ("?DISABLE_SERVER_SIDE_CURSORS=true", ""),  # a pooler refuses connections with options
    ],
)
def test_queries_are_not_compiled_unless_the_address_says_so(
    tmp_path: Path, said: str, options: str
) -> None:
    address = f"postgres://somebody@127.0.0.1/nothing{said}"
    told = subprocess.run(
        [sys.executable, "-c", SAID],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": address,
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == options, told.stderr


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL compiles queries")
def test_a_connection_of_ours_compiles_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL shares the wait itself")
def test_a_visit_does_not_and_leaves_the_others_as_they_were():
    source = Source.objects.create(kind="post", key="1", label="x")
    link = ShortLink.objects.create(source=source, target="/", code="abcdefgh")
    with connection.cursor() as cursor:
        (before,) = cursor.execute("PRAGMA synchronous").fetchone()
        try:
            cursor.execute(f"PRAGMA synchronous={FULL}")
            with CaptureQueriesContext(connection) as asked:
                visits.record(link=link, crawler=False)
            assert cursor.execute("PRAGMA synchronous").fetchone() == (FULL,)
        finally:
            cursor.execute(f"PRAGMA synchronous={before}")
    assert "NORMAL" in asked[1]["sql"] and "INSERT" in asked[4]["sql"]
    assert Visit.objects.count() == 1
