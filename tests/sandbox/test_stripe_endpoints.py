"""Webhook endpoints, the account and restricted keys, with the SDK as it comes."""

import sqlite3

import pytest
import stripe

from sandbox import stripe as standin
from sandbox.store import Store
from webhook_receiver import Receiver

from .conftest import until

URL = "https://www.example.org/stripe/webhook/"
TYPES = ["checkout.session.completed", "charge.updated"]


def wanted(**changes):
    return {"url": URL, "enabled_events": TYPES, "api_version": "2026-10-28.endive", **changes}


@pytest.fixture
def endpoints(client):
    yield client.v1.webhook_endpoints
    for one in client.v1.webhook_endpoints.list().auto_paging_iter():
        client.v1.webhook_endpoints.delete(one.id)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.end()


@pytest.fixture
def pay(client, sandbox, order):
    def paying():
        made = client.v1.checkout.sessions.create(order())
        return sandbox.control("stripe/pay", session=made.id)

    return paying


def test_the_secret_is_in_the_answer_that_makes_it_and_in_no_other(endpoints):
    made = endpoints.create(wanted())
    assert made.id.startswith("we_") and made.secret.startswith("whsec_")
    assert (made.status, made.livemode, made.url) == ("enabled", False, URL)
    again = endpoints.retrieve(made.id).to_dict()
    (listed,) = endpoints.list().data
    assert again == listed.to_dict() == {k: v for k, v in made.to_dict().items() if k != "secret"}


def test_all_can_be_changed_but_the_version(endpoints):
    made = endpoints.create(wanted())
    changed = endpoints.update(made.id, {"disabled": True, "enabled_events": ["*"]})
    assert (changed.status, changed.enabled_events) == ("disabled", ["*"])
    assert endpoints.update(made.id, {"disabled": False}).status == "enabled"
    with pytest.raises(stripe.InvalidRequestError, match="unknown parameter: api_version"):
        endpoints.update(made.id, {"api_version": "2026-09-30.endive"})


def test_what_is_deleted_is_gone(endpoints):
    made = endpoints.create(wanted())
    gone = endpoints.delete(made.id)
    assert gone.deleted and not endpoints.list().data
    with pytest.raises(stripe.InvalidRequestError, match="No such webhook_endpoint"):
        endpoints.delete(made.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "www.example.org/stripe/webhook/"},
        {"enabled_events": ["everything"]},
        {"api_version": "newest"},
    ],
)
def test_what_makes_no_sense_is_refused(endpoints, changes):
    with pytest.raises(stripe.InvalidRequestError):
        endpoints.create(wanted(**changes))


def test_live_ones_want_https_and_are_not_seen_with_a_test_key(sandbox, endpoints):
    base = {"api": sandbox.url}
    live = stripe.StripeClient("sk_live_x", base_addresses=base).v1.webhook_endpoints
    with pytest.raises(stripe.InvalidRequestError, match='must begin with "https://"'):
        live.create(wanted(url="http://www.example.org/stripe/webhook/"))
    made = live.create(wanted())
    assert made.livemode and not endpoints.list().data
    assert [one.id for one in live.list().data] == [made.id]
    live.delete(made.id)


def test_it_gets_its_types_signed_with_its_own_secret(endpoints, receiver, pay, client):
    made = endpoints.create(wanted(url=receiver.url))
    endpoints.create(wanted(url=URL))  # nothing leaves this computer
    pay()
    until(lambda: receiver.got)
    (body, signature), *_ = receiver.got
    event = stripe.Webhook.construct_event(body, signature, made.secret)
    assert event.type == "checkout.session.completed" and event.pending_webhooks == 1
    until(lambda: client.v1.events.retrieve(event.id).pending_webhooks == 0)
    assert receiver.types() == ["checkout.session.completed"]


def test_what_is_not_taken_stays_pending_and_ends_with_its_endpoint(
    endpoints, receiver, pay, client
):
    made = endpoints.create(wanted(url=receiver.url))
    receiver.statuses = [400] * 50
    pay()
    until(lambda: len(receiver.got) >= 2)
    newest = {"types": ["checkout.session.completed"], "limit": 1}
    (event,) = client.v1.events.list(newest).data
    assert event.pending_webhooks == 1
    endpoints.delete(made.id)
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0
    pay()
    (after,) = client.v1.events.list(newest).data
    assert after.id != event.id and after.pending_webhooks == 0


def test_a_disabled_one_gets_nothing(endpoints, receiver, pay, client):
    made = endpoints.create(wanted(url=receiver.url))
    endpoints.update(made.id, {"disabled": True})
    pay()
    (event,) = client.v1.events.list({"types": TYPES, "limit": 1}).data
    assert event.pending_webhooks == 0 and not receiver.got


def test_the_account_and_whether_it_takes_payments(client, sandbox):
    account = client.v1.accounts.retrieve_current()
    assert (account.object, account.country, account.charges_enabled) == ("account", "IT", True)
    sandbox.control("stripe/account", charges_enabled=False)
    assert client.v1.accounts.retrieve_current().charges_enabled is False
    sandbox.control("stripe/account", charges_enabled=True)


def test_a_restricted_key_is_told_what_it_lacks(client, sandbox):
    sandbox.control("stripe/key", key="rk_test_little", lacks=["charge_read", "webhook_write"])
    little = stripe.StripeClient("rk_test_little", base_addresses={"api": sandbox.url}).v1
    with pytest.raises(stripe.PermissionError, match="'rak_charge_read'"):
        little.refunds.list()
    with pytest.raises(stripe.PermissionError, match="'rak_webhook_write'"):
        little.webhook_endpoints.create(wanted())
    assert little.webhook_endpoints.list().data == []
    assert client.v1.refunds.list().object == "list"


def test_a_store_of_an_older_release_is_taken_on(tmp_path):
    path = tmp_path / "sandbox.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE stripe_outbox (id INTEGER PRIMARY KEY, event TEXT NOT NULL, state TEXT"
            " NOT NULL DEFAULT 'pending', rank INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL,"
            " queued REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,"
            " last_error TEXT NOT NULL DEFAULT '')"
        )
        db.execute("INSERT INTO stripe_outbox (event, due, queued) VALUES ('evt_1', 0, 0)")
    store = Store(path)
    for _ in range(2):
        standin.setup(store)
    with store.tx() as db:
        assert db.execute("SELECT endpoint FROM stripe_outbox").fetchone()["endpoint"] == ""
    store.close()
