"""A Stripe in memory, behind the one seam."""

from typing import Any

import pytest
from django.db import connection

from donations import gateway, seal
from memory_stripe import MemoryStripe


@pytest.fixture
def memory_stripe(monkeypatch: pytest.MonkeyPatch) -> MemoryStripe:
    made = MemoryStripe()
    monkeypatch.setattr(gateway, "get", lambda: made)
    return made


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real transactions empty the tables at their end: on SQLite by DELETE."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            seal.unseal(connection, "delete")
