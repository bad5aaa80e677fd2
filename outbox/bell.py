"""The doorbell: it may be lost, late or broken, and nothing depends on it."""

import logging
import time
from typing import Any

from django.db import transaction

BROKEN = 30.0  # seconds of silence after a broker that did not answer

log = logging.getLogger(__name__)


class Bell:
    """Rings a task from the web, where nobody may wait for a broker that is away: one short try
    (see CELERY_BROKER_TRANSPORT_OPTIONS), and then no other one in this process for BROKEN."""

    _broken_until = 0.0  # of all bells: there is one broker

    def __init__(self, task: Any, *, quiet: float = 0.0) -> None:
        """`quiet`: seconds between two rings of one process, where one ring does for many rows. What
        comes in between is found by who was rung, or by the next tick: a second later at most."""
        self._task = task
        self._quiet = quiet
        self._quiet_until = 0.0

    def ring(self, *args: Any) -> None:
        """After the commit; at once when there is no transaction. Never raises."""
        transaction.on_commit(lambda: self._ring(args), robust=True)

    def _ring(self, args: tuple[Any, ...]) -> None:
        now = time.monotonic()
        if now < max(self._quiet_until, Bell._broken_until):
            return
        self._quiet_until = now + self._quiet
        try:
            self._task.apply_async(args, retry=False, expires=60)
        except Exception:  # every broker has errors of its own
            Bell._broken_until = time.monotonic() + BROKEN
            log.warning("the broker does not answer; the beat will find the work")
