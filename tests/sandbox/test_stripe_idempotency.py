"""Idempotency keys and faults: replays, kept 500s, mismatches, races, broken connections."""

import threading

import pytest
import requests
import stripe

from .conftest import until

PATH = "/v1/checkout/sessions"


@pytest.fixture(autouse=True)
def no_faults(sandbox):
    sandbox.control("stripe/fault", kind="none")
    yield
    sandbox.control("stripe/fault", kind="none")


@pytest.fixture
def create(client, order, request):
    """Create a session under a key of this test's own."""

    def creating(key="key", **changes):
        options = {"idempotency_key": f"{request.node.name}-{key}"}
        return client.v1.checkout.sessions.create(order(**changes), options)

    return creating


@pytest.fixture
def count(client, request):
    """How many sessions carry this test's reference."""

    def counted():
        mark = request.node.name[:200]
        found = client.v1.checkout.sessions.list({"limit": 100}).auto_paging_iter()
        return sum(session.client_reference_id == mark for session in found)

    return counted


def test_the_same_key_replays_the_first_answer(create):
    first, second = create(), create()
    assert second.id == first.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"
    assert second.last_response.headers["Original-Request"] == first.last_response.request_id


def test_a_replay_is_the_first_answer_even_when_things_have_moved(create, sandbox):
    first = create()
    sandbox.control("stripe/pay", session=first.id)
    assert create().status == "open"


def test_other_parameters_under_the_same_key_are_an_error(create):
    create()
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as caught:
        create(unit_amount=5000)
    assert caught.value.http_status == 400


def test_another_endpoint_under_the_same_key_is_an_error(create, client):
    session = create()
    key = session.last_response.headers["Idempotency-Key"]
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.checkout.sessions.expire(session.id, {}, {"idempotency_key": key})


def test_a_key_is_not_used_up_by_parameters_that_fail_validation(create):
    with pytest.raises(stripe.InvalidRequestError):
        create(colour="red")
    assert create().status == "open"


def test_an_error_of_the_endpoint_is_kept(create):
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            create(unit_amount=10)
        assert caught.value.code == "amount_too_small"
    assert caught.value.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(("kind", "made"), [("error", 0), ("error_after", 1)])
def test_a_500_is_kept_and_replayed(create, count, sandbox, request, kind, made):
    mark = request.node.name[:200]
    sandbox.control("stripe/fault", kind=kind, path=PATH, method="POST", status=500)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            create(client_reference_id=mark)
        assert caught.value.http_status == 500
        assert caught.value.headers["Stripe-Should-Retry"] == "false"
    assert caught.value.headers["Idempotent-Replayed"] == "true"
    assert count() == made
    assert create("other", client_reference_id=mark).status == "open"


def test_a_429_is_not_kept(create, sandbox):
    sandbox.control("stripe/fault", kind="error", path=PATH, method="POST", status=429)
    with pytest.raises(stripe.RateLimitError):
        create()
    assert create().status == "open"


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_leaves_one_effect_at_most(
    create, count, sandbox, request, kind, made
):
    mark = request.node.name[:200]
    sandbox.control("stripe/fault", kind=kind, path=PATH, method="POST")
    with pytest.raises(stripe.APIConnectionError):
        create(client_reference_id=mark)
    assert count() == made
    create(client_reference_id=mark)
    assert count() == 1


def test_two_at_once_under_one_key_make_one(create, sandbox):
    sandbox.control("stripe/fault", kind="delay", path=PATH, method="POST", seconds=2)
    found = []
    slow = threading.Thread(target=lambda: found.append(create()))
    slow.start()
    until(lambda: not requests.get(f"{sandbox.url}/_control/stripe/fault").json()["faults"])
    with pytest.raises(stripe.StripeError) as caught:
        create()
    slow.join()
    assert caught.value.http_status == 409
    assert caught.value.error.code == "idempotency_key_in_use"
    assert create().id == found[0].id


def test_without_a_key_every_request_counts(client, order):
    first = client.v1.customers.create({"email": "a@example.org"}, {"idempotency_key": "c1"})
    assert client.v1.customers.create({"email": "a@example.org"}).id != first.id
