import pytest

from tests.campaigns.faults.processes import database


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def environment(request, tmp_path_factory):
    """Of a process on a fresh database, made and migrated once for all tests here."""
    with database(request.param, tmp_path_factory.mktemp("faults")) as environment:
        yield environment
