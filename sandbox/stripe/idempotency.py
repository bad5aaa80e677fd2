"""Idempotency keys, API v1.

https://docs.stripe.com/api/idempotent_requests: status and body of the first request are kept
once the endpoint began to run, 500s included; parameters that fail validation, conflicts with a
concurrent request and rate limits (https://docs.stripe.com/rate-limits) are not kept; other
parameters under the same key are an error; keys have up to 255 characters and live 24 hours.
"""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.store import Store
from sandbox.stripe.errors import StripeError

SCHEMA = """
CREATE TABLE IF NOT EXISTS stripe_idempotency (
    key TEXT PRIMARY KEY, path TEXT NOT NULL, digest TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, request_id TEXT NOT NULL, created REAL NOT NULL
);
"""
LIFE = 24 * 3600


@dataclass(frozen=True)
class Answer:
    """What a request is answered with. ``original`` is the first request's id on a replay."""

    status: int
    body: dict[str, Any]
    original: str | None = None


class Keys:
    """The keys that are being used right now: they end with the process, as they should."""

    def __init__(self) -> None:
        self._lock, self._used = threading.Lock(), set[str]()

    @contextmanager
    def using(self, key: str) -> Iterator[None]:
        with self._lock:
            if key in self._used:
                raise in_use(key)
            self._used.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._used.discard(key)


def saved(store: Store, key: str, path: str, params: dict[str, Any]) -> Answer | None:
    """The kept answer; raises StripeError when the key was used for something else."""
    with store.tx() as db:
        db.execute("DELETE FROM stripe_idempotency WHERE created < ?", (time.time() - LIFE,))
        row = db.execute("SELECT * FROM stripe_idempotency WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["path"] != path:
        raise mismatch(f"the same endpoint they were first used for ('{row['path']}')", key)
    if row["digest"] != digest(params):
        raise mismatch("the same parameters they were first used with", key)
    return Answer(row["status"], json.loads(row["body"]), row["request_id"])


def keeping(
    store: Store,
    key: str,
    path: str,
    params: dict[str, Any],
    request_id: str,
    run: Callable[[], Answer],
) -> Answer:
    """Run, and keep the answer in the same transaction as the effect.

    A kept error is committed without whatever its endpoint had begun to write.
    """
    try:
        with store.tx() as db:
            answer = run()
            _keep(db, key, path, params, request_id, answer)
            return answer
    except StripeError as error:
        if not error.saved:
            raise
        answer = Answer(error.status, error.body())
        with store.tx() as db:
            _keep(db, key, path, params, request_id, answer)
        return answer


def _keep(
    db: Any, key: str, path: str, params: dict[str, Any], request_id: str, answer: Answer
) -> None:
    db.execute(
        "INSERT INTO stripe_idempotency (key, path, digest, status, body, request_id, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            path,
            digest(params),
            answer.status,
            json.dumps(answer.body),
            request_id,
            time.time(),
        ),
    )


def digest(params: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def mismatch(what: str, key: str) -> StripeError:
    return StripeError(
        f"Keys for idempotent requests can only be used with {what}. Try using a key other than"
        f" '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
        saved=False,
    )


def in_use(key: str) -> StripeError:
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably"
        " means you submitted twice, and the other request is still going through):"
        f" {key}. Please try again later.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
        saved=False,
    )
