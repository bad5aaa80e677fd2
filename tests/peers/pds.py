"""Installing and running a real Bluesky server on loopback, within bounds of time.

Packages go to var/peers/bluesky once and are used again while the lock file stays the same.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests_support import missing, require_node

HERE = Path(__file__).parent / "bluesky"
HOME = Path(__file__).parents[2] / "var" / "peers" / "bluesky"
INSTALL_SECONDS, BUILD_SECONDS, START_SECONDS = 300, 300, 60


@dataclass(frozen=True)
class Server:
    """A running server: its address, and accounts to be made on it."""

    url: str

    def account(self, handle: str, password: str = "app-password-1") -> dict[str, str]:
        """Make an account (handle ends in .test); credentials as the channel wants them."""
        answer = requests.post(
            f"{self.url}/xrpc/com.atproto.server.createAccount",
            json={"handle": handle, "email": f"{handle}@example.org", "password": password},
            timeout=30,
        )
        assert answer.ok, answer.text
        return {"handle": handle, "password": password, "service": self.url}


def install() -> Path:
    """The folder with the server's packages. Skips (or fails) with a reason where it cannot be."""
    node = require_node()
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = HOME / "ready"
        wanted = _digest(node)
        if not stamp.is_file() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            _install(node)
            stamp.write_text(wanted)
        shutil.copy(HERE / "run-pds.mjs", HOME)
    return HOME


def _digest(node: str) -> str:
    version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30)
    content = (HERE / "package-lock.json").read_bytes() + version.stdout.encode()
    return hashlib.sha256(content).hexdigest()


def _install(node: str) -> None:
    """npm from the lock file, then the one native part, since scripts of packages are not run."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, HOME)
    npm = shutil.which("npm") or "npm"
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
    _run([npm, "ci", *quiet], HOME, INSTALL_SECONDS, "npm cannot install the Bluesky server")
    gyp = _node_gyp(npm)
    headers = Path(node).resolve().parents[1]
    build = [*gyp, "rebuild", "--release"]
    if (headers / "include" / "node" / "node.h").is_file():
        build.append(f"--nodedir={headers}")
    native = HOME / "node_modules" / "better-sqlite3"
    _run(build, native, BUILD_SECONDS, "better-sqlite3 cannot be built (a C++ compiler, python3)")


def _node_gyp(npm: str) -> list[str]:
    """npm's own node-gyp, or one that is installed apart."""
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, timeout=60)
    inside = Path(root.stdout.strip()) / "npm/node_modules/node-gyp/bin/node-gyp.js"
    return [shutil.which("node") or "node", str(inside)] if inside.is_file() else ["node-gyp"]


def _run(command: list[str], folder: Path, seconds: int, reason: str) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, timeout=seconds, capture_output=True, text=True, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        missing(f"{reason}: {type(error).__name__}")
    if done.returncode:
        missing(f"{reason}: {done.stderr.strip()[-300:]}")


@contextmanager
def running(data: Path, ports: tuple[int, int]) -> Iterator[Server]:
    """A server on the given ports (directory, server), ended afterwards whatever happens.

    It also ends by itself when this process dies, since its standard input closes.
    """
    folder = install()
    directory, port = ports
    environment = {
        **os.environ,
        "PDS_DATA": str(data),
        "PLC_PORT": str(directory),
        "PDS_PORT": str(port),
        "LOG_ENABLED": "false",
    }
    process = subprocess.Popen(
        ["node", "run-pds.mjs"],
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=sys.stderr,
    )
    try:
        yield Server(_ready(process, port))
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def _ready(process: subprocess.Popen[bytes], port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the Bluesky server ended while starting"
        try:
            if requests.get(f"{url}/xrpc/_health", timeout=2).ok:
                return url
        except requests.RequestException:
            time.sleep(0.1)
    raise AssertionError("the Bluesky server did not start in time")
