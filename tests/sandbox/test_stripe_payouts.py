"""Payouts on Stripe's side: what they are made of adds up, failures bring the money back."""

import pytest
import requests
import stripe

DAY = 24 * 3600


@pytest.fixture
def pay(client, order, sandbox):
    def paying(amount=2500, method="card", **changes):
        session = client.v1.checkout.sessions.create(order(unit_amount=amount))
        return sandbox.control(
            "stripe/pay", session=session.id, method=method, settle=True, **changes
        )["charge"]

    return paying


def lines(client, payout):
    found = client.v1.balance_transactions.list({"payout": payout["id"], "limit": 100})
    return list(found.auto_paging_iter())


def test_a_payout_is_the_sum_of_its_lines_and_comes_two_days_later(client, sandbox, pay):
    card, debit = pay(), pay(method="sepa")
    sandbox.control("stripe/refund", charge=card["id"], amount=500)
    sandbox.control("stripe/dispute", charge=pay(10_000)["id"])
    pay(30_000)  # or there would be nothing to pay out
    sandbox.control("stripe/adjust", amount=-35)
    made = sandbox.control("stripe/payout")["payout"]
    assert (made["status"], made["reconciliation_status"]) == ("in_transit", "in_progress")
    sandbox.control("stripe/clock", days=3)
    paid = client.v1.payouts.retrieve(made["id"])
    assert (paid.status, paid.reconciliation_status) == ("paid", "completed")
    found = lines(client, made)
    own = [one for one in found if one.type == "payout"]
    assert [one.amount for one in own] == [-paid.amount]
    assert sum(one.net for one in found) == 0
    assert {card["id"], debit["id"]} <= {one.source for one in found}
    kinds = {one.type for one in found}
    assert {"charge", "payment", "refund", "adjustment", "payout"} <= kinds
    wanted = ["payout.created", "payout.paid", "payout.reconciliation_completed"]
    events = client.v1.events.list({"types": wanted, "limit": 100}).data[::-1]
    assert [one.type for one in events if one.data.object.id == made["id"]] == wanted


def test_one_that_fails_is_in_the_next_one(client, sandbox, pay):
    pay(method="card")
    first = sandbox.control("stripe/payout", outcome="paid")["payout"]
    back = sandbox.control("stripe/payout", payout=first["id"], outcome="failed")["payout"]
    assert (back["status"], back["failure_code"]) == ("failed", "account_closed")
    second = sandbox.control("stripe/payout", outcome="paid")["payout"]
    assert second["amount"] == first["amount"]
    assert {one.type for one in lines(client, second)} == {"payout_failure", "payout"}


def test_nothing_to_pay_out_and_what_is_not_available_yet(sandbox, pay):
    address = f"{sandbox.url}/_control/stripe/payout"
    assert requests.post(address, json={}, timeout=5).status_code == 400
    pay()
    assert requests.post(address, json={"available": True}, timeout=5).status_code == 400
    sandbox.control("stripe/clock", days=4)
    assert sandbox.control("stripe/payout", available=True, outcome="paid")["payout"]["amount"] > 0


def test_on_a_schedule_and_by_hand(client, sandbox, pay):
    sandbox.control("stripe/payouts", every=1)
    pay(7_00)
    sandbox.control("stripe/clock", days=8)
    (newest,) = client.v1.payouts.list({"limit": 1, "status": "paid"}).data
    assert newest.amount == 7_00 - 36
    sandbox.control("stripe/payouts", every=0)
    pay(9_00)
    manual = sandbox.control("stripe/payout", manual=True)["payout"]
    assert manual["reconciliation_status"] == "not_applicable"
    with pytest.raises(stripe.InvalidRequestError, match="automatic payouts"):
        lines(client, manual)
