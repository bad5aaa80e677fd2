"""Leases over a real table, on whatever database the suite runs."""

from datetime import timedelta

import pytest
from django.db import connection, models
from django.utils import timezone

from outbox import services
from outbox.models import Leased

MINUTE = timedelta(minutes=1)


class Errand(Leased):
    state = models.CharField(max_length=10, default="due")

    class Meta:
        app_label = "outbox_tests"


@pytest.fixture
def errands(transactional_db):
    with connection.schema_editor() as editor:
        editor.create_model(Errand)
    yield Errand.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Errand)


def due(errands, number=1):
    return [errands.create(next_at=timezone.now() - MINUTE) for _ in range(number)]


def test_a_row_is_claimed_once(errands):
    due(errands, 3)
    first = services.claim(errands.all(), limit=2, lease=MINUTE, state="sending")
    second = services.claim(errands.all(), limit=2, lease=MINUTE, state="sending")
    assert [len(first), len(second)] == [2, 1]
    assert not {row.pk for row in first} & {row.pk for row in second}
    assert set(errands.values_list("state", "attempts")) == {("sending", 1)}
    assert services.claim(errands.all(), limit=2, lease=MINUTE) == []


def test_what_is_not_due_waits(errands):
    errands.create(next_at=timezone.now() + MINUTE)
    errands.create(next_at=None)
    assert services.claim(errands.all(), limit=9, lease=MINUTE) == []


def test_finishing_gives_the_row_back(errands):
    due(errands)
    [row] = services.claim(errands.all(), limit=1, lease=MINUTE)
    services.finish(row, state="done")
    row.refresh_from_db()
    assert (row.state, row.lease_token, row.next_at) == ("done", None, None)


def test_a_lost_lease_writes_nothing(errands):
    due(errands)
    [slow] = services.claim(errands.all(), limit=1, lease=-MINUTE)
    [found] = services.expired(errands.all())
    assert services.reclaim(found, lease=MINUTE, state="reconcile")
    with pytest.raises(services.LeaseLost):
        services.finish(slow, state="done")
    assert errands.get().state == "reconcile"


def test_only_one_takes_over_an_expired_lease(errands):
    due(errands)
    services.claim(errands.all(), limit=1, lease=-MINUTE)
    one, two = errands.get(), errands.get()
    assert services.reclaim(one, lease=MINUTE)
    assert not services.reclaim(two, lease=MINUTE)


def test_an_expired_lease_is_never_simply_claimed_again(errands):
    due(errands)
    services.claim(errands.all(), limit=1, lease=-MINUTE)
    assert services.claim(errands.all(), limit=1, lease=MINUTE) == []


@pytest.mark.parametrize("attempt", [1, 2, 5, 50])
def test_waiting_grows_and_has_an_end(attempt):
    wait = services.backoff(attempt)
    whole = min(timedelta(seconds=30) * 2 ** min(attempt - 1, 20), timedelta(hours=1))
    assert whole / 2 <= wait <= whole
