"""The whole product as a user runs it, on loopback, in a folder of its own."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from migrated_database import migrated_on_server, on_server
from ports import free_ports
from tests_support import require_redis

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Product:
    url: str
    sandbox: str
    var: Path
    process: subprocess.Popen
    environment: dict[str, str]

    def manage(self, *words: str, **extra: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={**self.environment, **extra},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def log(self) -> str:
        return (self.var / "up.log").read_text()


def start(var: Path, port: int, **more: str) -> Product:
    var.mkdir(parents=True, exist_ok=True)
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    environment = {**kept, "VAR_DIR": str(var), "PORT": str(port), "PYTHONUNBUFFERED": "1", **more}
    with (var / "up.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--prepare"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    return Product(
        f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + 1}", var, process, environment
    )


def wait_until_ready(product: Product, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert product.process.poll() is None, product.log()
        try:
            if requests.get(f"{product.url}/readyz", timeout=5).status_code == 200:
                return
        except requests.RequestException:
            pass
        time.sleep(0.25)
    raise AssertionError(f"not ready after {seconds} s:\n{product.log()[-4000:]}")


def stop(product: Product) -> None:
    product.process.send_signal(signal.SIGTERM)
    try:
        product.process.wait(20)
    except subprocess.TimeoutExpired:
        product.process.kill()
        raise


def family(product: Product) -> set[int]:
    """All processes whose environment holds the product's folder."""
    wanted = f"VAR_DIR={product.var}\0".encode()
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and wanted in (entry / "environ").read_bytes():
                found.add(int(entry.name))
        except OSError:
            continue
    return found - {os.getpid()}


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[Product]:
    """On SQLite and files; where the suite runs on PostgreSQL, on a database of its own there, with
    Redis for a broker."""
    with services(tmp_path_factory) as found:
        running = start(tmp_path_factory.mktemp("product") / "var", free_ports(), **found)
        try:
            wait_until_ready(running)
            yield running
        finally:
            stop(running)


@contextmanager
def services(factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield {}
        return
    name = f"product_{uuid.uuid4().hex[:10]}"
    address = migrated_on_server(factory, server, name)
    try:
        yield {"DATABASE_URL": address, "CELERY_BROKER_URL": require_redis()}
    finally:
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")
