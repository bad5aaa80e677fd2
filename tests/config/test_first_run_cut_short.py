"""A first run that is killed somewhere in the demonstration is completed by the next one: nothing
twice, nothing missing. Real processes, a database file, the sandbox over HTTP."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import stripe_sandbox
from migrated_database import migrated_file

ROOT = Path(__file__).resolve().parents[2]
DRIVER = ROOT / "tests" / "config" / "demonstration_in_processes.py"


def load(folder: Path, how: str, factory: pytest.TempPathFactory) -> dict[str, Any]:
    with stripe_sandbox.running(folder / "sandbox") as url:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}",
            "VAR_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "PORT": str(int(url.rpartition(":")[2]) - 1),
        }
        (folder / "broker").mkdir()
        run = {"cwd": ROOT, "env": environment, "check": True, "stdout": subprocess.PIPE}
        migrated_file(factory, folder / "db.sqlite3")
        done = subprocess.run([sys.executable, str(DRIVER), how], text=True, timeout=500, **run)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_next_run_completes_it(tmp_path, tmp_path_factory):
    for how in ("killed", "whole"):
        (tmp_path / how).mkdir()
    killed = load(tmp_path / "killed", "killed", tmp_path_factory)
    alive = [place for place, end in killed["ends"].items() if end != -signal.SIGKILL]
    assert not alive, "these places were never reached"
    whole = load(tmp_path / "whole", "whole", tmp_path_factory)
    assert killed["last"] == whole["last"] == [0, 0]
    assert killed["found"] == whole["found"]
    assert whole["found"]["wanted"] is False
    assert whole["found"]["gifts"]["refunded"] == 1
