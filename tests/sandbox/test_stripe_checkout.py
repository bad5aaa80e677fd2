"""Checkout as the unmodified SDK sees it: create, pay, read back, refuse what Stripe refuses."""

import time

import pytest
import stripe

from .conftest import Running


def test_a_session_holds_what_was_asked(client, order):
    session = client.v1.checkout.sessions.create(order(client_reference_id="don_1"))

    assert session.id.startswith("cs_test_")
    assert session.url.endswith(f"/checkout/{session.id}")
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.amount_total == 2500
    assert session.payment_method_types == ["card", "sepa_debit", "satispay"]
    assert session.client_reference_id == "don_1"
    assert session.metadata.to_dict() == {"donation": "7"}
    assert session.payment_intent is None
    assert session.expires_at - session.created == 24 * 3600


def test_a_card_payment_can_be_read_down_to_its_fee(client, order, sandbox):
    session = client.v1.checkout.sessions.create(order())
    sandbox.control("stripe/pay", session=session.id, method="card")

    paths = ["payment_intent.latest_charge.balance_transaction", "line_items"]
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": paths})
    charge = session.payment_intent.latest_charge
    booked = charge.balance_transaction

    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    assert session.customer_details.email == "anna@example.org"
    assert session.payment_intent.metadata.to_dict() == {"donation": "7"}
    assert charge.payment_method_details.card.last4 == "4242"
    # 1.5 % of 25 € is 37.5 cents, and 25 cents
    assert (booked.amount, booked.fee, booked.net) == (2500, 63, 2437)
    assert [line.amount for line in booked.fee_details] == [63]
    assert session.line_items.data[0].description == "Spesa sospesa"


def test_a_declined_card_leaves_the_session_open(client, order, sandbox):
    session = client.v1.checkout.sessions.create(order())
    sandbox.control("stripe/pay", session=session.id, method="card_declined")
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})

    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert session.payment_intent.status == "requires_payment_method"
    assert session.payment_intent.last_payment_error.code == "card_declined"

    sandbox.control("stripe/pay", session=session.id, method="card")
    again = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert again.payment_status == "paid"
    assert again.payment_intent.id == session.payment_intent.id
    assert again.payment_intent.last_payment_error is None


@pytest.mark.parametrize(("outcome", "paid"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_a_debit_is_in_processing_until_the_bank_answers(client, order, sandbox, outcome, paid):
    session = client.v1.checkout.sessions.create(order())
    made = sandbox.control("stripe/pay", session=session.id, method="sepa")
    session = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (session.status, session.payment_status) == ("complete", "unpaid")
    assert session.payment_intent.status == "processing"
    assert made["charge"]["balance_transaction"] is None

    sandbox.control("stripe/settle", payment_intent=session.payment_intent.id, outcome=outcome)
    session = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    )
    assert session.payment_status == paid
    booked = session.payment_intent.latest_charge.balance_transaction
    if outcome == "succeeded":
        assert (booked.fee, booked.type) == (35, "payment")
    else:
        assert booked is None
        assert session.payment_intent.status == "requires_payment_method"


def test_a_gift_can_lie_in_the_past(client, order, sandbox):
    then = int(time.time()) - 20 * 24 * 3600
    session = client.v1.checkout.sessions.create(order())
    made = sandbox.control("stripe/pay", session=session.id, created=then)
    charge = client.v1.charges.retrieve(made["charge"]["id"], {"expand": ["balance_transaction"]})
    assert charge.created == charge.balance_transaction.created == then
    found = client.v1.events.list({"created": {"gte": then, "lte": then}, "limit": 100})
    assert "checkout.session.completed" in [event.type for event in found.data]


def test_a_session_ends_when_told_and_only_once(client, order):
    session = client.v1.checkout.sessions.create(order())
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        (
            {"payment_method_types": ["card"]},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
        ),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"success_url": None}, "parameter_missing", "success_url"),
        ({"success_url": "grazie"}, "url_invalid", "success_url"),
        ({"customer_email": "anna"}, "email_invalid", "customer_email"),
        ({"locale": "klingon"}, None, "locale"),
        ({"client_reference_id": "x" * 201}, None, "client_reference_id"),
        ({"metadata": {"k" * 41: "v"}}, None, "metadata"),
        ({"metadata": {"k": "v" * 501}}, None, "metadata[k]"),
        ({"expires_at": int(time.time()) + 60}, None, "expires_at"),
        ({"mode": "guess"}, None, "mode"),
    ],
)
def test_parameters_are_validated(client, order, change, code, param):
    asked = {key: value for key, value in order(**change).items() if value is not None}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(asked)
    assert (caught.value.http_status, caught.value.code, caught.value.param) == (400, code, param)
    assert caught.value.request_id.startswith("req_")


@pytest.mark.parametrize(
    ("unit_amount", "code"),
    [
        (49, "amount_too_small"),
        (0, "amount_too_small"),
        (-5, "parameter_invalid_integer"),
        ("1e3", "parameter_invalid_integer"),
        ("12,50", "parameter_invalid_integer"),
        (100_000_000, "amount_too_large"),
    ],
)
def test_amounts_are_validated(client, order, unit_amount, code):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.create(order(unit_amount=unit_amount))
    assert caught.value.code == code


def test_fifty_cents_are_enough(client, order):
    assert client.v1.checkout.sessions.create(order(unit_amount=50)).amount_total == 50


def test_an_unknown_currency_is_refused(client, order):
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency: lira"):
        client.v1.checkout.sessions.create(order(currency="lira"))


def test_methods_can_be_narrowed_and_a_debit_wants_euros(client, order):
    create = client.v1.checkout.sessions.create
    assert create(order(allowed_payment_method_types=["card"])).payment_method_types == ["card"]
    narrowed = create(order(excluded_payment_method_types=["card"]))
    assert narrowed.payment_method_types == ["sepa_debit", "satispay"]
    assert create(order(currency="usd")).payment_method_types == ["card"]


def test_what_is_not_there_is_said_to_be_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.v1.checkout.sessions.retrieve("cs_test_none")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        client.raw_request("get", "/v1/nothing")


def test_what_cannot_be_expanded_is_refused(client, order):
    session = client.v1.checkout.sessions.create(order())
    with pytest.raises(stripe.InvalidRequestError, match=r"cannot be expanded \(cancel_url\)"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["cancel_url"]})


def test_a_publishable_key_is_refused(sandbox, order):
    client = stripe.StripeClient("pk_test_x", base_addresses={"api": sandbox.url})
    with pytest.raises(stripe.AuthenticationError):
        client.v1.checkout.sessions.create(order())


def test_metadata_is_merged_and_an_empty_value_removes(client, order):
    session = client.v1.checkout.sessions.create(order())
    changed = client.v1.checkout.sessions.update(
        session.id, {"metadata": {"donation": "", "fund": "3"}}
    )
    assert changed.metadata.to_dict() == {"fund": "3"}


def test_customers(client, order, sandbox):
    known = client.v1.customers.create({"email": "anna@example.org", "name": "Anna"})
    assert client.v1.customers.retrieve(known.id).email == "anna@example.org"
    asked = order(customer=known.id)
    del asked["customer_email"]
    assert client.v1.checkout.sessions.create(asked).customer == known.id
    session = client.v1.checkout.sessions.create(order(customer_creation="always"))
    made = sandbox.control("stripe/pay", session=session.id)
    assert client.v1.customers.retrieve(made["session"]["customer"]).email == "anna@example.org"


def test_everything_survives_a_kill(tmp_path, order):
    running = Running(tmp_path / "data").start()
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": running.url})
    session = client.v1.checkout.sessions.create(order(), {"idempotency_key": "once"})
    running.control("stripe/pay", session=session.id)
    running.end(9)
    running.start()
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    again = client.v1.checkout.sessions.create(order(), {"idempotency_key": "once"})
    assert again.id == session.id
    running.end()
