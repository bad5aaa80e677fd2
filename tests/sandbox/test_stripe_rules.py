"""Rules that need a clock or many cases, tried on the store itself, without a process."""

import time

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sandbox import stripe, web
from sandbox.store import Store
from sandbox.stripe import agenda, checkout, params, payments, sessions
from sandbox.stripe.errors import StripeError
from sandbox.stripe.work import Work

LINE = {
    "price_data": {"currency": "eur", "unit_amount": 1000, "product_data": {"name": "Dono"}},
    "quantity": 1,
}
ORDER = {"mode": "payment", "line_items": [LINE], "success_url": "http://127.0.0.1:9/"}


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "sandbox.sqlite3")
    stripe.setup(store)
    yield store
    store.close()


def at(db, now: int) -> Work:
    return Work(db, "http://127.0.0.1:8001", hooked=False, now=now)


def test_a_session_expires_when_its_time_is_over(store):
    now = int(time.time())
    with store.tx() as db:
        made = sessions.create(at(db, now), {**ORDER, "expires_at": now + 1800})
        checkout.attempt(at(db, now), made, "card_declined", "a@example.org")
    agenda.move(web.World(store, "http://127.0.0.1:8001"), now + 1799)
    with store.tx() as db:
        assert sessions.retrieve(at(db, now), {}, made["id"])["status"] == "open"
    agenda.move(web.World(store, "http://127.0.0.1:8001"), now + 1800)
    with store.tx() as db:
        session = sessions.retrieve(at(db, now), {}, made["id"])
        intent = at(db, now).get("payment_intent", session["payment_intent"])
        events = [event["type"] for event in at(db, now).find("event")]
    assert (session["status"], session["url"]) == ("expired", None)
    assert intent["status"] == "canceled"
    assert events[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_a_session_of_an_older_store_expires_too(store):
    now = int(time.time())
    with store.tx() as db:
        made = sessions.create(at(db, now), {**ORDER, "expires_at": now + 1800})
        del made["_due_at"]
        at(db, now).save(made)
    stripe.setup(store)
    agenda.move(web.World(store, "http://127.0.0.1:8001"), now + 1800)
    with store.tx() as db:
        assert sessions.retrieve(at(db, now), {}, made["id"])["status"] == "expired"


@pytest.mark.parametrize("status", ["complete", "expired"])
def test_a_session_that_is_over_takes_no_money(store, status):
    with store.tx() as db:
        work = at(db, int(time.time()))
        made = sessions.create(work, ORDER)
        made["status"] = status
        with pytest.raises(StripeError, match=status):
            checkout.attempt(work, made, "card", "a@example.org")


def test_a_transaction_that_fails_leaves_nothing(store):
    with pytest.raises(RuntimeError), store.tx() as db:
        sessions.create(at(db, int(time.time())), ORDER)
        raise RuntimeError
    with store.tx() as db:
        assert at(db, 0).find("checkout.session") == []


@given(amount=st.integers(50, 99_999_999))
def test_a_cards_fee_is_half_a_cent_off_at_most(amount):
    exact_thousandths = amount * 15
    assert abs((payments.fee("card", amount) - 25) * 1000 - exact_thousandths) <= 500
    assert payments.fee("sepa_debit", amount) == 35


NAMES = st.text("abcdefgh_", min_size=1, max_size=8)
TREES = st.recursive(
    st.text("aà€ 0[]=&", max_size=10),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def encoded(tree, name):
    """As the SDK writes a tree into a form."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from encoded(value, f"{name}[{key}]" if name else key)
    elif isinstance(tree, list):
        for place, value in enumerate(tree):
            yield from encoded(value, f"{name}[{place}]")
    else:
        yield name, tree


@given(st.dictionaries(NAMES, TREES, max_size=4))
def test_parameters_are_read_as_they_were_written(tree):
    assert params.parse(encoded(tree, "")) == tree


@pytest.mark.parametrize("body", ["a=1&a[b]=2", "a[b]=1&a=2", "a[=1", "[]=1", "a[b]c=1", "=1"])
def test_crooked_parameters_never_break_it(sandbox, body):
    answer = requests.post(
        f"{sandbox.url}/v1/customers",
        data=body,
        headers={
            "Authorization": "Bearer sk_test_sandbox",
            "Content-Type": "application/x-www-form-urlencoded",
        },
        timeout=5,
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
