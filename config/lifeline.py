"""How children notice that the supervisor is gone, even after a `kill -9`.

The supervisor holds the writing end of a pipe and never writes. Every child inherits the reading
end (its number stands in SEGNOPIU_LIFELINE) and lives in a process group of its own; when the
pipe closes, the child ends its whole group.
"""

import os
import signal
import threading
import time

VARIABLE = "SEGNOPIU_LIFELINE"
GRACE_SECONDS = 4


def watch() -> None:
    """Starts the watching thread; does nothing without a supervisor."""
    descriptor = os.environ.get(VARIABLE)
    if descriptor:
        threading.Thread(target=_wait, args=(int(descriptor),), daemon=True).start()


def _wait(descriptor: int) -> None:
    try:
        while os.read(descriptor, 1):
            pass
    except OSError:
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)
