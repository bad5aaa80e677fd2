"""Early fraud warnings: what a card's bank suspects, until nothing is left to act on."""

import pytest

from sandbox.stripe import warnings


@pytest.fixture
def paid(client, order, sandbox):
    def pay(method="card"):
        session = client.v1.checkout.sessions.create(order())
        return sandbox.control("stripe/pay", session=session.id, method=method, settle=True)[
            "charge"
        ]["id"]

    return pay


def told(client, warning: str) -> list[str]:
    events = client.v1.events.list({"limit": 100}).data
    return [event.type for event in reversed(events) if event.data.object["id"] == warning]


def test_a_warning_moves_no_money_and_can_be_acted_on(client, paid, sandbox):
    charge = paid()
    made = sandbox.control("stripe/warn", charge=charge, fraud_type="made_with_stolen_card")
    (seen,) = client.v1.radar.early_fraud_warnings.list({"charge": charge}).data
    assert seen.id == made["warning"]["id"] and seen.id.startswith("issfr_")
    assert (seen.actionable, seen.fraud_type) == (True, "made_with_stolen_card")
    assert client.v1.radar.early_fraud_warnings.retrieve(seen.id).charge == charge
    assert client.v1.charges.retrieve(charge).amount_refunded == 0
    assert told(client, seen.id) == [f"{warnings.KIND}.created"]


@pytest.mark.parametrize("what", ["refund", "dispute"])
def test_nothing_is_left_to_act_on_once_it_went_back_or_is_disputed(client, paid, sandbox, what):
    charge = paid()
    warning = sandbox.control("stripe/warn", charge=charge)["warning"]["id"]
    if what == "refund":
        client.v1.refunds.create({"charge": charge, "amount": 500})
        assert client.v1.radar.early_fraud_warnings.retrieve(warning).actionable
    sandbox.control(f"stripe/{what}", charge=charge)
    assert not client.v1.radar.early_fraud_warnings.retrieve(warning).actionable
    assert told(client, warning) == [f"{warnings.KIND}.created", f"{warnings.KIND}.updated"]


def test_a_debit_is_not_warned_of_nor_a_card_twice(paid, sandbox):
    charge = paid()
    sandbox.control("stripe/warn", charge=charge)
    for again in (charge, paid("sepa")):
        with pytest.raises(AssertionError):
            sandbox.control("stripe/warn", charge=again)
