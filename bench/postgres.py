"""A PostgreSQL database of its own for a measurement, dropped afterwards."""

import atexit
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg

from bench.processes import ROOT

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
_made: set[str] = set()


@contextlib.contextmanager
def database(name: str, *, like: str = "template1") -> Iterator[str]:
    """Its name; made anew, as a copy of the database `like`."""
    with psycopg.connect(SERVER, autocommit=True) as server:
        fsync = server.execute("SHOW fsync").fetchone()
        assert fsync == ("on",), "a figure without fsync would flatter us"
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    try:
        yield name
    finally:
        _drop(name)


def url(name: str) -> str:
    return SERVER.rsplit("/", 1)[0] + "/" + name


def migrated() -> str:
    """A database with our tables to copy from. `BENCH_TEMPLATE` names one that is kept: migrating
    takes longer than most measurements."""
    if kept := os.environ.get("BENCH_TEMPLATE"):
        return kept
    name = "bench_template"
    if name not in _made:
        _drop(name)
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        environment = {**os.environ, "DATABASE_URL": url(name)}
        manage = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(manage, cwd=ROOT, env=environment, check=True)
        _made.add(name)
        atexit.register(_drop, name)
    return name


def _drop(name: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
