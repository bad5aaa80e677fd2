"""A post from its approval to a real Bluesky server, with a worker that dies on the way."""

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from campaigns import services
from campaigns.channels.base import Published
from campaigns.channels.bluesky import Bluesky
from campaigns.models import Account, Delivery
from campaigns.states import State
from tests.peers.conftest import bluesky_server  # noqa: F401 - a fixture

pytestmark = [
    pytest.mark.peers,
    pytest.mark.xdist_group("bluesky"),
    pytest.mark.django_db(transaction=True),
]


class Killed(BaseException):
    """What no `except Exception` catches: the end of the process, as far as a thread can play it."""


@pytest.fixture
def account(bluesky_server, request):  # noqa: F811
    handle = f"rete{abs(hash(request.node.name)) % 100_000}.test"
    account = Account(channel="bluesky", name="Rete", handle=handle)
    account.credentials = bluesky_server.account(handle)
    account.save()
    return services.check_account(account=account)


def posts(account) -> list[dict]:
    query = {"repo": account.handle.removeprefix("@"), "collection": "app.bsky.feed.post"}
    url = f"{account.credentials['service']}/xrpc/com.atproto.repo.listRecords"
    return requests.get(url, params=query, timeout=10).json()["records"]


def test_an_approved_post_is_out_once_with_its_own_link(write, approve, account):
    (row,) = approve(write(where=[account]))
    services.send_due(seconds=0.01)
    services.send_due(seconds=0.01)
    row.refresh_from_db()
    assert row.state == State.PUBLISHED, row.last_error
    (record,) = posts(account)
    assert record["uri"] == row.remote_id
    raw = record["value"]["text"].encode()
    index = record["value"]["facets"][0]["index"]
    assert raw[index["byteStart"] : index["byteEnd"]].decode() == row.source.link.url


@pytest.mark.parametrize("published", [True, False])
def test_a_worker_that_dies_is_followed_by_proof(write, approve, account, monkeypatch, published):
    (row,) = approve(write(where=[account]))
    real = Bluesky.publish

    def dying(self, draft, key) -> Published:
        if published:
            real(self, draft, key)
        raise Killed

    monkeypatch.setattr(Bluesky, "publish", dying)
    with pytest.raises(Killed):
        services.send_due(seconds=0.01)
    monkeypatch.setattr(Bluesky, "publish", real)
    row.refresh_from_db()
    assert row.state == State.SENDING
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(pk=row.pk).update(lease_until=past)
    services.reconcile()
    row.refresh_from_db()
    assert row.state == (State.PUBLISHED if published else State.RETRY_WAIT), row.last_error
    services.send_due(seconds=0.01)
    row.refresh_from_db()
    assert row.state == State.PUBLISHED
    (record,) = posts(account)
    assert record["uri"] == row.remote_id
