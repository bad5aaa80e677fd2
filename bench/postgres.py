"""A PostgreSQL database of its own for a measurement, dropped afterwards."""

import contextlib
import os
from collections.abc import Iterator

import psycopg

SERVER = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")


@contextlib.contextmanager
def database(name: str) -> Iterator[str]:
    """Its name; made anew."""
    with psycopg.connect(SERVER, autocommit=True) as server:
        fsync = server.execute("SHOW fsync").fetchone()
        assert fsync == ("on",), "a figure without fsync would flatter us"
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield name
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def url(name: str) -> str:
    return SERVER.rsplit("/", 1)[0] + "/" + name
