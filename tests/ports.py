"""Ports for what a test starts by itself, on loopback."""

import secrets
import socket
from contextlib import ExitStack

# below those the system gives to connections: one of them could take a port between this look
# and the start
LOW, HIGH = 20_000, 32_000


def free_ports(number: int = 2) -> int:
    """The first of so many free ports in a row."""
    for _ in range(50):
        first = LOW + secrets.randbelow(HIGH - LOW)
        if _all_free(range(first, first + number)):
            return first
    raise RuntimeError(f"no {number} free ports in a row")


def free_port() -> int:
    return free_ports(1)


def _all_free(ports: range) -> bool:
    with ExitStack() as held:
        try:
            for port in ports:
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
