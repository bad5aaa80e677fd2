"""Counts of tries: exact, whoever counts at the same time and whatever becomes of the cache."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection

from people import limits
from people.limits import Limit
from people.models import Tries

pytestmark = pytest.mark.django_db
LIMIT = Limit("test", 2, 600)


def test_tries_are_counted_by_window(monkeypatch):
    monkeypatch.setattr(limits, "time", lambda: 6_000.0)
    assert [limits.allowed(LIMIT, "a") for _time in range(3)] == [True, True, False]
    assert limits.allowed(LIMIT, "b")
    monkeypatch.setattr(limits, "time", lambda: 6_599.0)
    assert not limits.allowed(LIMIT, "a")
    monkeypatch.setattr(limits, "time", lambda: 6_600.0)
    assert limits.allowed(LIMIT, "a")


def test_a_full_page_cache_takes_no_count_away(settings, tmp_path):
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(tmp_path),
            "OPTIONS": {"MAX_ENTRIES": 3},
        }
    }
    assert [limits.allowed(LIMIT, "a") for _time in range(2)] == [True, True]
    for number in range(20):
        cache.set(f"page-{number}", "x")
    cache.clear()
    assert not limits.allowed(LIMIT, "a")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_one_by_one():
    limit = Limit("race", 25, 10**9)

    def tries() -> int:
        try:
            return sum(limits.allowed(limit, "a") for _time in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        let_in = sum(future.result() for future in [pool.submit(tries) for _ in range(8)])
    assert let_in == 25
    assert Tries.objects.get().times == 80


def test_nobody_is_named_in_a_row_and_old_rows_go(monkeypatch):
    limits.allowed(LIMIT, "rita@example.org")
    assert "rita" not in Tries.objects.get().key
    limits.forget_old()
    assert Tries.objects.exists()
    monkeypatch.setattr(limits, "time", lambda: 6_000.0)
    limits.allowed(LIMIT, "rita@example.org")
    limits.forget_old()
    assert Tries.objects.count() == 1
