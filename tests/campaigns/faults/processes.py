"""Real processes on a database of their own."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

from migrated_database import migrated_file, migrated_on_server, on_server
from tests_support import require_postgres

ROOT = Path(__file__).resolve().parents[3]


class Forker:
    """The process under test: orders in, answers out."""

    def __init__(self, environment):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.campaigns.faults.forker"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, do, *, dies=False, **order):
        self.process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the process under test has ended"
        result = json.loads(line)
        assert result["killed"] == dies, (do, order, result)
        return result["answer"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()


@contextlib.contextmanager
def database(kind, factory):
    """The environment of a process on a fresh database of that kind, migrated."""
    folder = factory.mktemp("faults")
    name = f"segnopiu_{folder.name.rstrip('0123456789')}_{os.getpid()}"
    address = f"sqlite:///{folder}/db.sqlite3"
    if kind == "sqlite":
        migrated_file(factory, folder / "db.sqlite3")
    if kind == "postgres":
        server = require_postgres()
        address = migrated_on_server(factory, server, name)
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "VAR_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
    }
    yield environment
    if kind == "postgres":
        on_server(server, f"DROP DATABASE {name} WITH (FORCE)")
