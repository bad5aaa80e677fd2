"""What `make run` starts weighs (sum of PSS, demonstration loaded), and how long its start takes.

Targets: below 700 MB, and below 5 s the second time.
"""

import contextlib
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

from bench import load
from bench.product import busy, up
from tests.ports import free_ports


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="segnopiu-bench-") as folder:
        port = free_ports()
        print(f"first start (empty database)  {once(folder, port, weigh=False):6.1f} s   {busy()}")
        print(f"second start                  {once(folder, port, weigh=True):6.1f} s   {busy()}")


def once(folder: str, port: int, *, weigh: bool) -> float:
    """Seconds until the home page is shown."""
    environment = {**os.environ, "VAR_DIR": folder, "PORT": str(port)}
    environment.pop("DATABASE_URL", None)
    begun = time.monotonic()
    with up(environment) as process:
        url = f"http://127.0.0.1:{port}"
        _wait(f"{url}/", process)
        seconds = time.monotonic() - begun
        if weigh:
            _wait(f"{url}/readyz", process)
            time.sleep(15)  # every tick has run
            for path in ("/", "/donoday/", "/dona/"):
                load.run(url + path, load.same(load.get(url + path)), number=50)
            report(process.pid)
        return seconds


def report(root: int) -> None:
    sizes = {pid: pss(pid) for pid in family(root) if pid != root}  # which is the bench's own
    for pid, size in sizes.items():
        print(f"  {size / 1e6:6.1f} MB  {name(pid)}")
    print(f"sum of PSS {sum(sizes.values()) / 1e6:.0f} MB in {len(sizes)} processes")


def family(root: int) -> list[int]:
    """The process and all below it."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(stat[1])
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def pss(pid: int) -> int:
    """Bytes; what is shared counts in parts."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def name(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return " ".join(Path(word).name for word in words if word)[:60]


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{url} did not answer")


if __name__ == "__main__":
    main()
