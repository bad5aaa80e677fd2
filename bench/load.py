"""A small load generator: raw sockets, a connection a request, as gunicorn's sync workers want it."""

import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Result:
    """`times`: milliseconds of each good answer, sorted."""

    errors: int
    seconds: float
    times: tuple[float, ...] = field(repr=False)

    @property
    def done(self) -> int:
        return len(self.times)

    @property
    def p50(self) -> float:
        return self._at(0.5)

    @property
    def p95(self) -> float:
        return self._at(0.95)

    @property
    def p99(self) -> float:
        return self._at(0.99)

    def _at(self, part: float) -> float:
        return self.times[min(int(self.done * part), self.done - 1)] if self.times else 0.0

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.rate:7.0f}/s  p50 {self.p50:6.1f} ms  p99 {self.p99:6.1f} ms  "
            f"{self.errors} errors of {self.done + self.errors}"
        )


def get(url: str, **headers: str) -> bytes:
    """The bytes of a GET request."""
    parts = urlsplit(url)
    asked = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"GET {asked} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def same(request: bytes) -> Callable[[int], bytes]:
    """Always the same request, for `run`."""
    return lambda _number: request


def post(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    parts = urlsplit(url)
    lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def once(address: tuple[str, int], request: bytes, source: str = "") -> int:
    """Sends and reads everything; the HTTP status. `source`: the address it comes from."""
    own = (source, 0) if source else None
    with socket.create_connection(address, timeout=30, source_address=own) as connection:
        connection.sendall(request)
        first = connection.recv(65536)
        while connection.recv(65536):
            pass
    return int(first.split(b" ", 2)[1])


def run(
    url: str,
    make: Callable[[int], bytes],
    *,
    number: int,
    connections: int = 8,
    good: tuple[int, ...] = (200,),
) -> Result:
    """`number` requests, `make(n)` giving the nth one, over so many connections at a time. All are
    made before the clock starts."""
    requests = [make(n) for n in range(number)]
    parts = urlsplit(url)
    address = (str(parts.hostname), int(parts.port or 80))
    times: list[float] = []
    errors: list[int] = []
    turn = iter(requests)
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                request = next(turn, None)
            if request is None:
                return
            start = time.perf_counter()
            try:
                status = once(address, request)
            except OSError:
                status = 0
            took = (time.perf_counter() - start) * 1000
            if status in good:
                times.append(took)
            else:
                errors.append(status)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    return Result(len(errors), seconds, tuple(sorted(times)))


def together(results: Iterable[Result]) -> Result:
    """Several rounds of the same, as one."""
    rounds = list(results)
    return Result(
        sum(one.errors for one in rounds),
        sum(one.seconds for one in rounds),
        tuple(sorted(taken for one in rounds for taken in one.times)),
    )
