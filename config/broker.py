"""The broker in files, made safe for readers: a message appears whole or not at all.

kombu's own transport opens the file under its final name and writes afterwards. A worker that looks
in between reads an empty message, and ends with all it has in its hands
(https://github.com/celery/kombu/issues/1551).
"""

import time
import uuid
from pathlib import Path
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

PART = ".part"


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        part = folder / (name + PART)  # no reader looks at such a name
        try:
            part.write_text(dumps(payload), "utf-8")
            part.rename(folder / name)
        except OSError as problem:
            raise ChannelError(f"the message could not be written to {folder}") from problem


class Transport(filesystem.Transport):
    Channel = Channel


def register() -> None:
    """From now on `filesystem://` means this one."""
    TRANSPORT_ALIASES["filesystem"] = "config.broker:Transport"
