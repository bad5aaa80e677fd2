"""The database's work for a spreadsheet grows with its rows and no faster, even before it has looked
at what the tables hold (after the gifts of years came in by a file)."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import seed
from donations.models import Donation, Donor, JournalEntry, Receipt
from donations.treasury.export import sheets

pytestmark = pytest.mark.django_db
FEW, MANY = 500, 2_000
SHEETS: dict[str, Callable[[], Iterator[Any]]] = {
    "donations": lambda: sheets._gifts(Donation.objects.all(), may_write=True),
    "ledger": lambda: sheets._entries(JournalEntry.objects.all(), account=None, names=True),
    "receipts": lambda: sheets._papers(Receipt.objects.all()),
    "donors": lambda: sheets._people(Donor.objects.all(), None),
}


def test_four_times_the_gifts_are_four_times_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # seen below
    seed.books(FEW)
    few = {name: work(make) for name, make in SHEETS.items()}
    seed.books(MANY - FEW)
    for name, make in SHEETS.items():
        assert work(make) < 1.25 * MANY / FEW * few[name], name


def work(make: Callable[[], Iterator[Any]]) -> int:
    if connection.vendor == "sqlite":
        return _steps(make)
    with CaptureQueriesContext(connection) as asked:
        assert sum(1 for _row in make())
    return sum(_handled(one["sql"]) for one in asked)


def _steps(make: Callable[[], Iterator[Any]]) -> int:
    """Hundreds of instructions of SQLite's."""
    done: list[None] = []
    connection.connection.set_progress_handler(lambda: done.append(None), 100)
    try:
        assert sum(1 for _row in make())
    finally:
        connection.connection.set_progress_handler(None, 0)
    return len(done)


def _handled(sql: str) -> int:
    """Rows, by all the parts of PostgreSQL's plan."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    whole = found if isinstance(found, list) else json.loads(found)
    return sum(_each(whole[0]["Plan"]))


def _each(node: dict[str, Any]) -> Iterator[int]:
    loops = node["Actual Loops"]
    yield int(node["Actual Rows"] * loops)
    yield int(
        sum(node.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Join Filter")) * loops
    )
    for part in node.get("Plans", ()):
        yield from _each(part)
