"""A migrated SQLite file for tests whose processes have a database of their own: made once a run,
whatever the number of workers, and copied. Migrating takes many seconds."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def migrated_file(factory: pytest.TempPathFactory, path: Path) -> None:
    """Put a fresh database there, of the migrations as they are now."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of all workers of this run
    made = shared / "migrated.sqlite3"
    with (shared / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make(shared, made)
    shutil.copyfile(made, path)


def _make(shared: Path, made: Path) -> None:
    unfinished = shared / "migrating.sqlite3"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(shared / "migrating"),
        "DATABASE_URL": f"sqlite:///{unfinished}",
    }
    Path(environment["VAR_DIR"]).mkdir(exist_ok=True)
    words = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(words, cwd=ROOT, env=environment, check=True)
    unfinished.rename(made)  # whoever closed it last has written its journal into it
