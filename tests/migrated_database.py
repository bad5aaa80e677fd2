"""A migrated database for whoever needs one of its own (a worker of the tests, processes that are
killed): made once a run, whatever the number of workers, and copied. Migrating takes many seconds."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
NAMED = "migrated-{}.postgresql"  # holds a server's address and the name of the one there


def migrated_file(factory: pytest.TempPathFactory, path: Path) -> None:
    """Put a fresh SQLite database there, of the migrations as they are now."""
    with _shared(factory) as shared:
        made = shared / "migrated.sqlite3"
        if not made.exists():
            unfinished = shared / "migrating.sqlite3"
            _migrate(shared, f"sqlite:///{unfinished}")
            unfinished.rename(made)  # whoever closed it last has written its journal into it
    for journal in ("-wal", "-shm"):
        path.with_name(path.name + journal).unlink(missing_ok=True)
    shutil.copyfile(made, path)


def migrated_on_server(factory: pytest.TempPathFactory, server: str, name: str) -> str:
    """Make a database of that name at the PostgreSQL server; its address."""
    with _shared(factory) as shared:
        named = shared / NAMED.format(sha256(server.encode()).hexdigest()[:12])
        if not named.exists():
            template = f"segnopiu_migrated_{os.getpid()}"
            on_server(server, f"DROP DATABASE IF EXISTS {template} WITH (FORCE)")
            on_server(server, f"CREATE DATABASE {template}")
            _migrate(shared, _address(server, template))
            named.write_text(f"{server}\n{template}")
        _server, template = named.read_text().split("\n")
        on_server(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return _address(server, name)


def forget_templates(factory: pytest.TempPathFactory) -> None:
    """When all is over."""
    for named in factory.getbasetemp().glob(NAMED.format("*")):
        server, template = named.read_text().split("\n")
        on_server(server, f"DROP DATABASE IF EXISTS {template} WITH (FORCE)")


@contextmanager
def copied(factory: pytest.TempPathFactory) -> Iterator[None]:
    """The test database of this worker, as Django will look for it; gone when the worker ends."""
    name = connection.creation._get_test_db_name()
    if connection.vendor == "sqlite":
        migrated_file(factory, Path(name))
        yield
        connection.close()
        for path in Path(name).parent.glob(f"{Path(name).name}*"):
            path.unlink()
        return
    server = os.environ["DATABASE_URL"]
    migrated_on_server(factory, server, name)
    yield
    on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def on_server(server: str, command: str) -> None:
    with psycopg.connect(server, autocommit=True) as session:
        session.execute(command)  # type: ignore[arg-type]


def _address(server: str, name: str) -> str:
    return f"{server.rpartition('/')[0]}/{name}"


@contextmanager
def _shared(factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all workers of this run, held by one at a time."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared


def _migrate(shared: Path, address: str) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(shared / "migrating"),
        "DATABASE_URL": address,
        "PGOPTIONS": "-c synchronous_commit=off",
    }
    Path(environment["VAR_DIR"]).mkdir(exist_ok=True)
    words = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(words, cwd=ROOT, env=environment, check=True)
