import socket
from collections.abc import Iterator

import pytest

from tests.peers import pds


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]
    finally:
        for probe in sockets:
            probe.close()


@pytest.fixture(scope="session")
def bluesky_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pds.Server]:
    """A real Bluesky server on loopback."""
    directory, port = _free_ports(2)
    with pds.running(tmp_path_factory.mktemp("pds"), (directory, port)) as server:
        yield server
