"""Refunds: whole, in part, pending, failed; what they leave on the charge and in the balance."""

import pytest
import stripe

from .conftest import until


@pytest.fixture
def paid(client, order, sandbox):
    """A charge of 25 €, by ``card`` or ``sepa``."""

    def pay(method="card"):
        session = client.v1.checkout.sessions.create(order())
        return sandbox.control("stripe/pay", session=session.id, method=method, settle=True)[
            "charge"
        ]

    return pay


def kinds(client, about: str) -> set[str]:
    events = client.v1.events.list({"limit": 100}).data
    return {event.type for event in events if event.data.object["id"] == about}


def test_a_refund_in_part_then_the_rest(client, paid):
    charge = paid()
    first = client.v1.refunds.create({"charge": charge["id"], "amount": 1000})
    seen = client.v1.charges.retrieve(charge["id"], {"expand": ["refunds"]})
    assert (first.status, seen.amount_refunded, seen.refunded) == ("succeeded", 1000, False)
    rest = client.v1.refunds.create({"payment_intent": charge["payment_intent"]})
    seen = client.v1.charges.retrieve(charge["id"], {"expand": ["refunds"]})
    assert (rest.amount, seen.amount_refunded, seen.refunded) == (1500, 2500, True)
    assert [refund.id for refund in seen.refunds.data] == [rest.id, first.id]
    assert {"refund.created"} <= kinds(client, first.id)
    assert {"charge.refunded"} <= kinds(client, charge["id"])


def test_the_fee_is_not_given_back(client, paid):
    refund = client.v1.refunds.create(
        {"charge": paid()["id"]}, {"idempotency_key": "fee-not-given-back"}
    )
    booked = client.v1.balance_transactions.retrieve(refund.balance_transaction)
    assert (booked.amount, booked.fee, booked.net, booked.type) == (-2500, 0, -2500, "refund")
    assert booked.source == refund.id


def test_no_more_than_is_left_can_be_refunded(client, paid):
    charge = paid()
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.v1.refunds.create({"charge": charge["id"], "amount": 2501})
    client.v1.refunds.create({"charge": charge["id"]})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge["id"]})
    assert caught.value.code == "charge_already_refunded"


def test_a_debits_refund_is_pending_first(client, paid):
    refund = client.v1.refunds.create({"charge": paid("sepa")["id"]})
    assert refund.status == "pending"
    until(lambda: client.v1.refunds.retrieve(refund.id).status == "succeeded")
    assert "refund.updated" in kinds(client, refund.id)


def test_a_failed_refund_brings_the_money_back(client, paid, sandbox):
    charge = paid()
    made = sandbox.control("stripe/refund", charge=charge["id"], amount=700, outcome="failed")
    refund = client.v1.refunds.retrieve(
        made["refund"]["id"], {"expand": ["failure_balance_transaction"]}
    )
    assert refund.status == "failed"
    assert refund.failure_balance_transaction.amount == 700
    assert client.v1.charges.retrieve(charge["id"]).amount_refunded == 0
    assert {"refund.created", "refund.failed", "refund.updated"} <= kinds(client, refund.id)


def test_refunds_are_listed_by_charge(client, paid):
    charge = paid()
    made = [client.v1.refunds.create({"charge": charge["id"], "amount": 100}).id for _ in "abc"]
    found = client.v1.refunds.list({"charge": charge["id"], "limit": 2})
    assert [refund.id for refund in found.auto_paging_iter()] == made[::-1]


def test_what_was_not_taken_cannot_be_refunded(client, order, sandbox):
    session = client.v1.checkout.sessions.create(order())
    made = sandbox.control("stripe/pay", session=session.id, method="sepa")
    with pytest.raises(stripe.InvalidRequestError, match="pending"):
        client.v1.refunds.create({"payment_intent": made["payment_intent"]["id"]})


def test_the_fee_may_come_later_than_the_payment(client, paid, sandbox):
    sandbox.control("stripe/capture", seconds=1)
    try:
        charge = paid()
    finally:
        sandbox.control("stripe/capture", seconds=0)
    assert charge["balance_transaction"] is None
    until(lambda: client.v1.charges.retrieve(charge["id"]).balance_transaction is not None)
    assert "charge.updated" in kinds(client, charge["id"])
