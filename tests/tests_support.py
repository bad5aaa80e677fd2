"""What needs more than Python: found, or the test skips with a reason that says how to get it."""

import os
import shutil
from collections.abc import Callable

import psycopg
import pytest
from kombu import Connection


def missing(reason: str) -> None:
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1, but {reason}")
    pytest.skip(reason)


def require_chromium() -> str:
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not path:
        missing("needs Chromium (Debian, Ubuntu: apt install chromium)")
    return str(path)


def require_node() -> str:
    path = shutil.which("node")
    if not path or not shutil.which("npm"):
        missing("needs Node with npm (Debian, Ubuntu: apt install nodejs npm)")
    return str(path)


def require_postgres() -> str:
    """The address of a PostgreSQL server where databases may be made."""
    return _service(
        "PostgreSQL",
        "TEST_POSTGRES_URL",
        "postgres://postgres@127.0.0.1:5432/postgres",
        "apt install postgresql; the role in the address must be allowed to make databases",
        lambda address: psycopg.connect(address, connect_timeout=10).close(),
    )


def require_redis() -> str:
    return _service(
        "Redis",
        "TEST_REDIS_URL",
        "redis://127.0.0.1:6379/9",
        "apt install redis-server",
        _knock_at_broker,
    )


def require_rabbitmq() -> str:
    return _service(
        "RabbitMQ",
        "TEST_RABBITMQ_URL",
        "amqp://guest:guest@127.0.0.1:5672//",
        "apt install rabbitmq-server",
        _knock_at_broker,
    )


def _knock_at_broker(address: str) -> None:
    with Connection(address, connect_timeout=10) as connection:
        connection.ensure_connection(max_retries=1)


def _service(
    name: str, variable: str, usual: str, getting: str, knock: Callable[[str], object]
) -> str:
    """The address in the variable or the usual one, once it has let us in."""
    address = os.environ.get(variable, usual)
    try:
        knock(address)
    except Exception as problem:  # each library has errors of its own
        why = str(problem).strip().replace(address, variable).partition("\n")[0]
        missing(
            f"needs {name} at {usual} (Debian, Ubuntu: {getting}), or at another address, written "
            f"into {variable}; what answered: {why or type(problem).__name__}"
        )
    return address
