"""The product as it runs, for measuring: a folder of its own, free ports, stopped at the end."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from bench.processes import ROOT, started
from tests.ports import free_ports


@dataclass
class Product:
    url: str
    environment: dict[str, str]

    def manage(self, *words: str, code: str = "") -> str:
        """Runs a management command, or `code` in the shell; its output."""
        return subprocess.run(
            [sys.executable, "manage.py", *(words or ("shell", "--no-imports", "-c", code))],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def busy() -> str:
    """How much others use the machine: figures taken while it is above 0 are too low."""
    return f"(load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"


@contextlib.contextmanager
def running(**variables: str) -> Iterator[Product]:
    """`manage.py up --prepare` until the block ends."""
    port = free_ports()
    with tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder:
        environment = {**os.environ, "VAR_DIR": folder, "PORT": str(port), **variables}
        with up(environment) as process:
            _wait(f"http://127.0.0.1:{port}/readyz", process)
            yield Product(f"http://127.0.0.1:{port}", environment)


def up(environment: dict[str, str]) -> "contextlib.AbstractContextManager[subprocess.Popen[bytes]]":
    words = [sys.executable, "manage.py", "up", "--prepare"]
    return started(words, environment=environment, quiet=True)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.3)
    raise RuntimeError("the product did not come up")
