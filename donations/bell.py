"""The doorbell: it may be lost, late or broken, and nothing depends on it."""

import logging
import time
from typing import Any

from django.db import transaction

QUIET = 0.2  # seconds between two rings of one process
BROKEN = 5.0  # seconds of silence after a broker that did not answer

log = logging.getLogger(__name__)


class Bell:
    """Rings a task, at most once in QUIET seconds; the beat finds what rang in between."""

    def __init__(self, task: Any) -> None:
        self._task = task
        self._silent_until = 0.0

    def ring(self) -> None:
        """After the commit; at once when there is no transaction. Never raises."""
        transaction.on_commit(self._ring, robust=True)

    def _ring(self) -> None:
        now = time.monotonic()
        if now < self._silent_until:
            return
        self._silent_until = now + QUIET
        try:
            self._task.apply_async(retry=False, expires=60)
        except Exception:  # every broker has errors of its own
            self._silent_until = time.monotonic() + BROKEN
            log.warning("the broker does not answer; the beat will find the work")
