"""Somebody else holds the database: nobody who follows a link waits, and the visit counts all the same."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.db import connection

from attribution import services, visits
from attribution.models import Visit

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="on PostgreSQL nobody holds up an insert"
    ),
]
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"


@pytest.fixture
def link() -> Any:
    source = services.source(kind="post", key="1", label="Uno")
    return services.link(source=source, target="/donoday/")


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadPoolExecutor]:
    """One that can be ended, as at the end of the web process."""
    with ThreadPoolExecutor(max_workers=1) as own:
        monkeypatch.setattr(visits, "_writer", own)
        yield own


def test_a_follower_does_not_wait_and_is_counted_later(link, client, writer, caplog):
    other = connection.copy()
    other.connect()
    with closing(other.connection):
        with other.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        for _ in range(3):
            assert client.get(link.path, headers={"user-agent": BROWSER}).status_code == 302
        assert time.monotonic() - began < 5  # a quarter of a second each; one alone waited for 20
        assert not Visit.objects.exists()
    writer.shutdown()  # what waits is written before the end
    assert services.totals(link.source).visits == 3
    assert not caplog.records
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,), "everything else waits as it did"
