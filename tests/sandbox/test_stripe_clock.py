"""The clock on Stripe's side: what falls due happens in order, each thing at its own moment."""

import pytest
import requests

DAY = 24 * 3600


def test_a_debit_is_collected_when_its_days_are_over(client, order, sandbox, clock):
    session = client.v1.checkout.sessions.create(order())
    sandbox.control("stripe/pay", session=session.id, method="sepa")
    clock(days=6)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    clock(days=1)
    path = "payment_intent.latest_charge.balance_transaction"
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": [path]})
    assert paid.payment_status == "paid"
    charge = paid.payment_intent.latest_charge
    assert charge.balance_transaction.created - charge.created == 7 * DAY


def test_sessions_expire_and_new_ones_live_in_the_time_that_has_come(client, order, clock):
    old = client.v1.checkout.sessions.create(order())
    now = clock(hours=25)
    assert client.v1.checkout.sessions.retrieve(old.id).status == "expired"
    new = client.v1.checkout.sessions.create(order())
    assert (new.status, 0 <= new.created - now < 60) == ("open", True)
    (told,) = client.v1.events.list({"type": "checkout.session.expired", "limit": 1}).data
    assert told.created == old.expires_at


@pytest.mark.parametrize("data", [{"days": -1}, {"to": 1}, {"days": "many"}, {"days": 9999}])
def test_time_only_goes_forward(sandbox, data):
    before = requests.get(f"{sandbox.url}/_control/stripe/clock", timeout=5).json()["clock"]
    answer = requests.post(f"{sandbox.url}/_control/stripe/clock", json=data, timeout=5)
    assert answer.status_code == 400
    after = requests.get(f"{sandbox.url}/_control/stripe/clock", timeout=5).json()["clock"]
    assert after["ahead"] == before["ahead"]
