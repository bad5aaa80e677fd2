from collections.abc import Iterator

import pytest

from ports import free_ports
from tests.peers import pds


@pytest.fixture(scope="session")
def bluesky_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pds.Server]:
    """A real Bluesky server on loopback."""
    directory = free_ports(2)
    with pds.running(tmp_path_factory.mktemp("pds"), (directory, directory + 1)) as server:
        yield server
