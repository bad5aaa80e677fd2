"""The broker in files, made safe for readers: a message appears whole or not at all.

kombu's own transport opens the file under its final name and writes afterwards. A worker that looks
in between reads an empty message, and ends with all it has in its hands
(https://github.com/celery/kombu/issues/1551).

So it is with its tables of exchanges, which worker, beat and web make at the same moment of a first
start: who reads one that is still empty ends, and one that a `kill -9` left empty ends all of them.

A doorbell that rang long ago is dropped unread: a worker that comes back would otherwise read
thousands of them, one listing of the folder each, before the ring that counts.
"""

import fcntl
import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads

PART = ".part"
TAKEN = ".taken"
KEPT = 300.0  # seconds, the longest that a tick is worth something (config.schedule)


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        # names are read in their order, so all are of one length
        name = f"{round(time.monotonic() * 1000):015d}_{uuid.uuid4()}.{queue}.msg"
        part = folder / (name + PART)  # no reader looks at such a name
        try:
            part.write_text(dumps(payload), "utf-8")
            part.rename(folder / name)
        except OSError as problem:
            raise ChannelError(f"the message could not be written to {folder}") from problem

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        if bound in self.get_table(exchange):
            return  # as nearly always: every sender binds what it sends to
        file = self._exchange_file(exchange)
        self.control_folder.mkdir(exist_ok=True)
        with (self.control_folder / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            part = file.with_name(file.name + PART)
            others = [row for row in self.get_table(exchange) if row != bound]
            part.write_text(dumps([bound, *others]), "utf-8")
            part.rename(file)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        folder, ending, now = Path(self.data_folder_in), f"{queue}.msg", time.time()
        for name in sorted(os.listdir(folder)):
            if name.partition(".")[2] != ending:
                continue
            taken = folder / (name + TAKEN)
            try:
                (folder / name).rename(taken)  # one reader succeeds
                old = now - taken.stat().st_mtime > KEPT
                message = taken.read_text("utf-8")
                taken.unlink()
            except OSError:
                continue
            if not old:
                return loads(message)
        raise Empty


def empty(folder: Path) -> None:
    """Before a start: what rang while nobody listened, and what a `kill -9` left half done."""
    for left in folder.iterdir():
        left.unlink(missing_ok=True)


class Transport(filesystem.Transport):
    Channel = Channel


def register() -> None:
    """From now on `filesystem://` means this one."""
    TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
