"""The sandbox's own store: one SQLite file that survives a restart and a ``kill -9``."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Store:
    """One connection behind a lock: the sandbox is one process, and order matters more than speed.

    ``with store.tx() as db:`` is a write transaction; leaving it by an exception rolls back.
    A ``tx()`` inside a ``tx()`` of the same thread joins the outer one. Never sleep or speak
    to the network inside: every other request waits.
    """

    def __init__(self, path: Path | str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA foreign_keys=ON")

    def setup(self, script: str) -> None:
        """Run a script of ``CREATE … IF NOT EXISTS`` statements."""
        with self._lock:
            self._db.executescript(script)

    @contextmanager
    def tx(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._depth:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            else:
                self._db.execute("COMMIT")
            finally:
                self._depth -= 1

    def close(self) -> None:
        """The end: other threads that still want the store wait until the process is gone."""
        self._lock.acquire()
        self._db.close()
