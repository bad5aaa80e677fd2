"""Disputes: contested, answered, won, lost; what they take from the balance and give back."""

import pytest
import stripe


@pytest.fixture
def paid(client, order, sandbox):
    """A charge of 25 €, by ``card`` or ``sepa``."""

    def pay(method="card"):
        session = client.v1.checkout.sessions.create(order())
        story = sandbox.control("stripe/pay", session=session.id, method=method, settle=True)
        return story["charge"]

    return pay


@pytest.fixture
def contest(sandbox):
    return lambda **data: sandbox.control("stripe/dispute", **data)["dispute"]


def told(client, dispute: str) -> list[str]:
    """The events of a dispute, oldest first."""
    events = client.v1.events.list({"limit": 100}).data
    return [event.type for event in reversed(events) if event.data.object["id"] == dispute]


def test_a_contested_card_loses_amount_and_fee_at_once(client, paid, contest):
    charge = paid()
    made = contest(charge=charge["id"])
    (seen,) = client.v1.disputes.list({"charge": charge["id"]}).data
    assert (seen.id, seen.status, seen.payment_intent) == (
        made["id"],
        "needs_response",
        charge["payment_intent"],
    )
    (taken,) = seen.balance_transactions
    assert (taken.amount, taken.fee, taken.net) == (-2500, 2000, -4500)
    assert (taken.type, taken.reporting_category, taken.source) == (
        "adjustment",
        "dispute",
        seen.id,
    )
    assert seen.evidence_details.due_by > seen.created
    assert client.v1.charges.retrieve(charge["id"]).disputed
    assert told(client, seen.id) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.refunds.create({"charge": charge["id"]})
    assert caught.value.code == "charge_disputed"


def test_won_gives_the_amount_back_and_not_the_fee(client, paid, contest):
    dispute = contest(charge=paid()["id"])["id"]
    contest(dispute=dispute, outcome="under_review")
    contest(dispute=dispute, outcome="won")
    seen = client.v1.disputes.retrieve(dispute)
    assert [(one.amount, one.fee) for one in seen.balance_transactions] == [
        (-2500, 2000),
        (2500, 0),
    ]
    assert seen.status == "won"
    assert told(client, dispute)[2:] == [
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_reinstated",
    ]


def test_lost_gives_nothing_back(client, paid, contest):
    dispute = contest(charge=paid()["id"], amount=500)["id"]
    contest(dispute=dispute, outcome="lost")
    seen = client.v1.disputes.retrieve(dispute)
    assert (seen.status, [one.amount for one in seen.balance_transactions]) == ("lost", [-500])


def test_a_debit_is_lost_at_once_and_takes_no_answer(client, paid, contest):
    seen = client.v1.disputes.retrieve(contest(charge=paid("sepa")["id"])["id"])
    assert (seen.status, seen.evidence_details.due_by) == ("lost", 0)
    assert told(client, seen.id)[-1] == "charge.dispute.closed"


def test_an_inquiry_moves_no_money(client, paid, contest):
    charge = paid()
    dispute = contest(charge=charge["id"], inquiry=True)["id"]
    assert client.v1.disputes.retrieve(dispute).status == "warning_needs_response"
    contest(dispute=dispute, outcome="won")
    seen = client.v1.disputes.retrieve(dispute)
    assert (seen.status, list(seen.balance_transactions)) == ("warning_closed", [])
    assert client.v1.refunds.create({"charge": charge["id"]}).status == "succeeded"


def test_evidence_is_staged_then_sent_to_the_bank(client, paid, contest):
    dispute = contest(charge=paid()["id"])["id"]
    staged = client.v1.disputes.update(
        dispute, {"evidence": {"uncategorized_text": "La ricevuta"}, "submit": False}
    )
    details = staged.evidence_details
    assert (staged.status, details.has_evidence, details.submission_count) == (
        "needs_response",
        True,
        0,
    )
    sent = client.v1.disputes.update(dispute, {"evidence": {"customer_name": "Anna"}})
    assert (sent.status, sent.evidence.uncategorized_text) == ("under_review", "La ricevuta")
    assert sent.evidence_details.submission_count == 1


def test_who_accepts_a_dispute_has_lost_it(client, paid, contest):
    dispute = contest(charge=paid()["id"])["id"]
    assert client.v1.disputes.close(dispute).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="is lost"):
        client.v1.disputes.close(dispute)


def test_who_does_not_answer_in_time_has_lost(client, paid, contest, clock):
    silent, answered = contest(charge=paid()["id"]), contest(charge=paid()["id"])
    client.v1.disputes.update(answered["id"], {"evidence": {"customer_name": "Anna"}})
    inquiry = contest(charge=paid()["id"], inquiry=True)
    clock(to=silent["evidence_details"]["due_by"] + 60)
    seen = client.v1.disputes.retrieve(silent["id"])
    assert (seen.status, seen.evidence_details.past_due) == ("lost", True)
    assert told(client, silent["id"])[-1] == "charge.dispute.closed"
    assert client.v1.disputes.retrieve(answered["id"]).status == "under_review"
    with pytest.raises(stripe.InvalidRequestError, match="past due"):
        client.v1.disputes.update(silent["id"], {"evidence": {"customer_name": "Anna"}})
    assert client.v1.disputes.retrieve(inquiry["id"]).status == "warning_needs_response"
    clock(days=120)
    assert client.v1.disputes.retrieve(inquiry["id"]).status == "warning_closed"


def test_an_inquiry_ends_when_all_of_it_goes_back(client, paid, contest):
    charge = paid()
    dispute = contest(charge=charge["id"], inquiry=True)["id"]
    client.v1.refunds.create({"charge": charge["id"]})
    assert client.v1.disputes.retrieve(dispute).status == "warning_closed"
