"""A network that takes every call and never answers stops nobody else. Real worker, real sockets."""

import contextlib
import socket
import subprocess
import sys
import threading
import time

import pytest

from ports import free_port
from tests.campaigns.faults.processes import ROOT, Forker

HUNG, WELL = 60, 20


@pytest.fixture
def hanging():
    """The address of a server that reads and never says a word, and what it has accepted."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    held.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", held
        listener.shutdown(socket.SHUT_RDWR)
    for connection in held:
        connection.close()


@pytest.fixture
def answering():
    port = free_port()
    peer = subprocess.Popen(
        [sys.executable, "-m", "tests.campaigns.faults.peer", str(port)], cwd=ROOT
    )
    yield f"http://127.0.0.1:{port}"
    peer.kill()
    peer.wait()


def test_the_others_leave_at_their_minute(environment, hanging, answering, worker):
    url, held = hanging
    forker = Forker(environment)
    token = "sandbox-token-1"
    hung = [f"Hung {number}" for number in range(4)]
    stuck = [["mastodon", name, {"instance": url, "token": token}] for name in hung]
    well = [["mastodon", "Well", {"instance": answering, "token": token}], ["wall", "Wall", {}]]
    before = forker("many", number=HUNG, accounts=stuck, seconds=0)
    until = time.monotonic() + 60
    while not held and time.monotonic() < until:
        time.sleep(0.1)
    assert held, "the worker has not come up"
    for _batch in range(2):
        keys = forker("many", number=WELL, accounts=well, seconds=4)
        for account in well:
            account[1] += "+"
        until = time.monotonic() + 30
        while forker("states", keys=keys) != {"published": WELL} and time.monotonic() < until:
            time.sleep(0.5)
        assert forker("states", keys=keys) == {"published": WELL}
        assert forker("lateness", keys=keys) < 8
    assert forker("states", keys=before).keys() <= {"due", "sending", "unknown", "reconciling"}
    assert len(held) < HUNG + 10  # nothing is sent to it again and again
    assert forker("heartbeat") < 20
    forker.close()
