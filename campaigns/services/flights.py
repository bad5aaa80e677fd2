"""Calls to the networks that are in the air: many at a time, and none that is waited for for ever.

The calling thread alone writes down what comes back, a few at a time. What has not come back when
a run ends goes on without it, and its own thread writes down what it hears: a network that hangs
holds up neither the run nor the worker's process.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any

from django.db import connections

from campaigns.models import Delivery
from campaigns.services import outcomes
from campaigns.services.outcomes import Outcome

PATIENCE = 5.0
"""Seconds without any answer after which nobody waits any longer."""

GATHER = 0.01  # answers that come within so many seconds are written down together


class Flights:
    """`speak` is called in a thread for every job and gives its Outcome; `asked` as in `record`."""

    def __init__(
        self, speak: Callable[[Any], Outcome], *, threads: int, asked: bool = False
    ) -> None:
        self.threads, self.asked = threads, asked
        self._speak = speak
        self._flying: dict[Future[Outcome], Delivery] = {}
        self._owner = threading.current_thread()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="network")
        self._moved = time.monotonic()

    def __enter__(self) -> "Flights":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    @property
    def free(self) -> int:
        return self.threads - len(self._flying)

    @property
    def load(self) -> Counter[int]:
        """How many of each account, by its id, are in the air."""
        return Counter(row.account_id for row in self._flying.values())

    @property
    def moving(self) -> bool:
        """Whether something is in the air and it is worth waiting for."""
        return bool(self._flying) and time.monotonic() - self._moved < PATIENCE

    def start(self, row: Delivery, job: Any) -> None:
        self._flying[self._pool.submit(self._call, job)] = row
        self._moved = time.monotonic()

    def land(self, *, seconds: float = 0.2) -> int:
        """Writes down what has come back, waiting for it a little; how many are out."""
        if not self._flying:
            return 0
        wait(self._flying, timeout=seconds, return_when=FIRST_COMPLETED)
        time.sleep(GATHER)
        done = [future for future in self._flying if future.done()]
        if not done:
            return 0
        self._moved = time.monotonic()
        for future in done:
            self._flying.pop(future)
        return outcomes.keep([future.result() for future in done], asked=self.asked)

    def leave(self) -> None:
        """The rest is on its own from now on."""
        for future in self._flying:
            future.add_done_callback(self._alone)
        self._pool.shutdown(wait=False)

    def _call(self, job: Any) -> Outcome:
        try:
            return self._speak(job)
        finally:
            connections.close_all()

    def _alone(self, future: Future[Outcome]) -> None:
        try:
            outcomes.keep([future.result()], asked=self.asked)
        finally:
            if threading.current_thread() is not self._owner:
                connections.close_all()
