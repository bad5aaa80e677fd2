"""What needs more than Python: found, or the test skips with a reason that says how to get it."""

import os
import shutil
import socket

import pytest


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
        "TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres", 5432, "PostgreSQL"
    )


def require_redis() -> str:
    return _service("TEST_REDIS_URL", "redis://127.0.0.1:6379/9", 6379, "Redis")


def require_rabbitmq() -> str:
    return _service("TEST_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//", 5672, "RabbitMQ")


def _service(variable: str, usual: str, port: int, name: str) -> str:
    if variable in os.environ:
        return os.environ[variable]
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        missing(f"needs {name} on 127.0.0.1:{port}, or {variable} in the environment")
    return usual
