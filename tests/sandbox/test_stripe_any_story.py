"""Whatever happens to a promise: no period is billed twice or left out, no bill is paid twice, and
nothing that fell due is left undone."""

import time
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox import stripe, web
from sandbox.store import Store
from sandbox.stripe import (
    agenda,
    billing,
    billing_control,
    checkout,
    clock,
    people,
    sessions,
    subscriptions,
)
from sandbox.stripe.errors import StripeError
from sandbox.stripe.samples import LASTING, SAMPLES
from sandbox.stripe.work import Work

DAY = 24 * 3600
URL = "http://127.0.0.1:8001"
STEPS = st.one_of(
    st.tuples(st.just("days"), st.integers(1, 45)),
    st.tuples(st.just("refuse"), st.sampled_from(billing_control.REFUSALS)),
    st.tuples(st.just("pause"), st.integers(1, 70)),
    st.tuples(st.just("skip"), st.integers(1, 70)),
    st.tuples(st.just("amount"), st.integers(100, 5000)),
    st.tuples(st.just("rhythm"), st.sampled_from(["week", "month", "year"])),
    st.tuples(st.just("card"), st.sampled_from(["card", "card_asks", "sepa"])),
    st.tuples(st.just("pay"), st.sampled_from(["card", "card_declined", "card_3ds", "sepa"])),
    st.tuples(st.just("confirm"), st.booleans()),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("end"), st.booleans()),
    st.tuples(st.just("cancel"), st.none()),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("any") / "sandbox.sqlite3")
    stripe.setup(store)
    yield web.World(store, URL)
    store.close()


@settings(max_examples=30, deadline=None)
@given(method=st.sampled_from(sorted(LASTING)), steps=st.lists(STEPS, max_size=14))
def test_any_story_adds_up(world, method, steps):
    with world.store.tx() as db:
        db.execute("DELETE FROM stripe_object")
        db.execute("DELETE FROM stripe_setting")
        id = _begin(_work(db), method)
    if id is None:  # refused, or waiting for the bank
        return
    for name, value in [*steps, ("days", 40), ("days", 8)]:
        if name == "days":
            with world.store.tx() as db:
                to = clock.now(db) + value * DAY
            agenda.move(world, to)
        else:
            _try(world, id, name, value)
        with world.store.tx() as db:
            _adds_up(_work(db), id)


def _work(db):
    return Work(db, URL, hooked=False, now=clock.now(db))


def _begin(work, method):
    line = {"price_data": _price("month", 1500), "quantity": 1}
    line["price_data"]["product_data"] = {"name": "Dono"}
    order = {"mode": "subscription", "line_items": [line], "success_url": URL}
    session = sessions.create(work, order)
    checkout.attempt(work, session, method, "a@example.org")
    if sessions.intent_of(work, session)["status"] == "requires_action":
        checkout.authenticate(work, session, True)
    return session["subscription"]


def _price(interval, amount):
    rhythm = {"interval": interval, "interval_count": 1, "usage_type": "licensed"}
    return {"currency": "eur", "unit_amount": amount, "recurring": rhythm}


def _try(world, id, name, value):
    """One step as the product, the donor or her bank takes it; what is refused changes nothing."""
    with suppress(StripeError, web.BadRequest), world.store.tx() as db:
        work = _work(db)
        found = work.get("subscription", id)
        item = found["items"]["data"][0]
        if name in ("amount", "rhythm"):
            interval = value if name == "rhythm" else item["price"]["recurring"]["interval"]
            amount = value if name == "amount" else item["price"]["unit_amount"]
            price = {**_price(interval, amount), "product": item["price"]["product"]}
            items = [{"id": item["id"], "price_data": price}]
            subscriptions.update(work, {"items": items, "proration_behavior": "none"}, id)
        elif name == "pause":
            until = work.now + value * DAY
            pause = {"behavior": "void", "resumes_at": until}
            subscriptions.update(work, {"pause_collection": pause}, id)
        elif name == "resume":
            subscriptions.update(work, {"pause_collection": None}, id)
        elif name == "skip":
            until = str(work.now + value * DAY)
            subscriptions.update(work, {"trial_end": until, "proration_behavior": "none"}, id)
        elif name == "end":
            subscriptions.update(work, {"cancel_at_period_end": value}, id)
        elif name == "cancel":
            subscriptions.cancel(work, {}, id)
        elif name == "card":
            made = people.new_method(work, found["customer"], SAMPLES[value])
            subscriptions.update(work, {"default_payment_method": made["id"]}, id)
        elif name == "refuse":
            billing_control.refuse(work, {"subscription": id, "how": value})
        elif name == "pay":
            billing_control.invoice(work, {"invoice": found["latest_invoice"], "method": value})
        else:
            billing_control.invoice(work, {"invoice": found["latest_invoice"], "confirm": value})


def _adds_up(work, id):
    found = work.get("subscription", id)
    bills = work.find("invoice", _subscription=id)
    periods = [bill["lines"]["data"][0]["period"] for bill in bills]
    for one, following in pairwise(periods):  # what begins at once cuts a period short
        assert one["start"] < one["end"]
        assert one["start"] <= following["start"] <= one["end"]
    due = [bill["created"] for bill in bills if bill["billing_reason"] == "subscription_cycle"]
    assert due == sorted(set(due))
    paid = [bill for bill in bills if bill["status"] == "paid"]
    taken = work.find("charge", status="succeeded")
    assert sorted(bill["amount_paid"] for bill in paid if bill["total"]) == sorted(
        charge["amount"] for charge in taken
    )
    assert all(bill["amount_paid"] == bill["total"] for bill in paid)
    booked = work.find("balance_transaction")
    assert len(booked) == len({one["source"] for one in booked}) == len(taken)
    ended = found["status"] in billing.ENDED
    assert ended == ("_due_at" not in found) == bool(found["ended_at"])
    if not ended:
        assert found["_due_at"] > work.now - 1
        assert found["items"]["data"][0]["current_period_end"] == periods[-1]["end"]
    numbers = [bill["number"] for bill in bills if bill["number"]]
    assert len(numbers) == len(set(numbers))
    late = work.db.execute(
        "SELECT id FROM stripe_object WHERE json_extract(body, '$._due_at') < ?",
        (int(time.time()) + clock.ahead(work.db) - 5,),
    ).fetchall()
    assert not late
