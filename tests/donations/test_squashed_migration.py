"""Giving's squashed migration makes the database that the files it replaces make, and whoever began
with those goes on with them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import pytest
from django.db import DEFAULT_DB_ALIAS, ConnectionHandler
from django.db.backends.base.base import BaseDatabaseWrapper

from database_facts import rows, schema
from migrated_database import migrated_file, migrated_on_server, on_server
from tests_support import require_postgres

ROOT = Path(__file__).resolve().parents[2]
OLD = ROOT / "tests" / "donations" / "old_chain.py"
BETWEEN = "0040_cash_paid_in"  # the last that the old installation did


def test_in_a_file(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, unblocked: Any
) -> None:
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    migrated_file(tmp_path_factory, new)
    go_the_old_way(f"sqlite:///{old}", tmp_path)
    with opened(f"sqlite:///{old}") as before, opened(f"sqlite:///{new}") as after:
        compare(before, after)


def test_on_a_server(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, unblocked: Any
) -> None:
    server, pid = require_postgres(), os.getpid()
    names = [f"segnopiu_{which}_{pid}" for which in ("old", "new")]
    old = f"{server.rpartition('/')[0]}/{names[0]}"
    on_server(server, f"CREATE DATABASE {names[0]}")
    try:
        new = migrated_on_server(tmp_path_factory, server, names[1])
        go_the_old_way(old, tmp_path)
        with opened(old) as before, opened(new) as after:
            compare(before, after)
    finally:
        for name in names:
            on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def compare(before: BaseDatabaseWrapper, after: BaseDatabaseWrapper) -> None:
    was, now = schema(before), schema(after)
    assert (was - now, now - was) == (set(), set())
    old, new = rows(before), rows(after)
    assert old.keys() == new.keys()
    unlike = {table: (old[table] - new[table], new[table] - old[table]) for table in old}
    assert not {table: found for table, found in unlike.items() if any(found)}
    assert len(was) > 1000 and old["donations_account"] and old["auth_group_permissions"]


def go_the_old_way(address: str, folder: Path) -> None:
    """An older version is killed somewhere in between; this one goes on from there."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(ROOT),
        "VAR_DIR": str(folder),
        "DATABASE_URL": address,
        "PGOPTIONS": "-c synchronous_commit=off",
    }
    for words in ([str(OLD), BETWEEN], ["manage.py", "migrate", "-v0"]):
        subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=True)


@pytest.fixture
def unblocked(django_db_blocker: Any) -> Iterator[None]:
    """The databases of these tests are not the one that pytest-django guards."""
    with django_db_blocker.unblock():
        yield


@contextmanager
def opened(address: str) -> Iterator[BaseDatabaseWrapper]:
    handler = ConnectionHandler({DEFAULT_DB_ALIAS: environ.Env.db_url_config(address)})
    connection = handler[DEFAULT_DB_ALIAS]
    try:
        yield connection
    finally:
        connection.close()
